"""/lists/{list_id}/members/{subscriber_hash}/activity and /activity-feed: what one contact did and was sent."""

from typing import Any

from tools.mailchimp_simulator.api.campaigns import TYPE
from tools.mailchimp_simulator.api.members import named
from tools.mailchimp_simulator.api.rendering import links
from tools.mailchimp_simulator.api.router import Call, route
from tools.mailchimp_simulator.domain.clock import iso
from tools.mailchimp_simulator.domain.contact import Contact
from tools.mailchimp_simulator.domain.feed import Item, feed_of

LATEST = 50
_MEMBER = "/lists/{list_id}/members/{subscriber_hash}"
_ACTIONS = ("abuse", "bounce", "click", "open", "sent", "unsub", "ecomm")
_SIGNUPS = ("generic_signup", "landing_page_signup", "website_signup", "squatter_signup", "ecommerce_signup")
_FILTERS = (
    *("bounce", "click", "conversation", "event", "web_engagement", "marketing_permission", "note", "open", "order"),
    *("postcard_sent", "sent", "signup", "unsub", "survey_response", "sms_bulk_sent", "inbox_thread"),
    *("qbo_payment_link", "video_call_transcripts", *_SIGNUPS),
)
_TIMES = ("updated_at_timestamp",)


def _ids(call: Call, contact: Contact) -> dict[str, Any]:
    return {"email_id": contact.id, "list_id": call.audience.id}


@route("GET", _MEMBER + "/activity")
def list_latest_activity(call: Call) -> dict[str, Any]:
    """The last 50 events that have to do with campaigns; no older one is told of, by `total_items` neither."""
    contact, wanted = named(call), call.choices("action", _ACTIONS)
    items = [item for item in feed_of(call.audience, contact) if item.kind in (wanted or _ACTIONS)][:LATEST]
    return {
        "activity": [_event(item) for item in items],
        **_ids(call, contact),
        "contact_id": call.audience.contact_id(contact),
        "total_items": len(items),
        "_links": links(call.outside.url, ("self", call.request.path)),
    }


def _event(item: Item) -> dict[str, Any]:
    shown: dict[str, Any] = {"action": item.kind, "timestamp": iso(item.moment)}
    if item.kind == "click":
        shown["url"] = item.details["link_clicked"]
    if item.kind == "bounce":
        shown["type"] = item.details["bounce_type"]
    if item.campaign:
        shown = {"type": TYPE} | shown | {"campaign_id": item.campaign.id, "title": item.campaign.subject}
    return shown


@route("GET", _MEMBER + "/activity-feed")
def list_activity_feed(call: Call) -> dict[str, Any]:
    """All of it, the newest first and paged; the answer has no `total_items` (specification).

    Of a reply there is the outside of its Inbox thread only (FACTS 1.8).
    """
    contact, wanted = named(call), call.choices("activity_filters", _FILTERS)
    if "signup" in wanted:
        wanted.update(_SIGNUPS)
    items = [item for item in feed_of(call.audience, contact) if item.kind in (wanted or _FILTERS)]
    return {
        "activity": [_item(item) for item in call.cut(items)],
        **_ids(call, contact),
        "_links": links(call.outside.url, ("self", call.request.path)),
    }


def _item(item: Item) -> dict[str, Any]:
    shown: dict[str, Any] = {"activity_type": item.kind, "created_at_timestamp": iso(item.moment)}
    if item.campaign:
        shown |= {"campaign_id": item.campaign.id, "campaign_title": item.campaign.subject}
    return shown | {name: iso(value) if name in _TIMES else value for name, value in item.details.items()}
