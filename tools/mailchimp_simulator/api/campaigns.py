"""/campaigns: what was sent and what is on its way; made and sent by the simulator's control routes only."""

from typing import Any

from tools.mailchimp_simulator.api.rendering import links
from tools.mailchimp_simulator.api.router import Call, route
from tools.mailchimp_simulator.domain.audience import Audience
from tools.mailchimp_simulator.domain.campaigns import Campaign
from tools.mailchimp_simulator.domain.clock import iso
from tools.mailchimp_simulator.domain.mailing import digest_in

TYPES = ("regular", "plaintext", "absplit", "rss", "variate")
TYPE = "regular"
STATUSES = ("save", "paused", "schedule", "sending", "sent")
_CAMPAIGN = "/campaigns/{campaign_id}"


def asked_for(call: Call, campaign: Campaign) -> bool:
    """By the filters that campaigns and reports share."""
    return call.choice("type", TYPES) in ("", TYPE) and call.between(campaign.sent, "send_time")


def delivery_status(campaign: Campaign) -> dict[str, Any]:
    """Shown while the campaign is sending (specification: "Updates on campaigns in the process of sending")."""
    if campaign.is_sent:
        return {"enabled": False}
    sent = {"emails_sent": campaign.delivered, "emails_canceled": 0}
    return {"enabled": True, "can_cancel": False, "status": "delivering", **sent}


def _recipients(call: Call, audience: Audience, campaign: Campaign) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "list_id": audience.id,
        "list_is_active": call.account.is_active(audience),
        "list_name": audience.settings["name"],
        "segment_text": "",
        "recipient_count": len(campaign.mailing),
    }
    if campaign.segment_id is not None:
        shown["segment_opts"] = {"saved_segment_id": campaign.segment_id, "match": "all"}
    return shown


def _summary(campaign: Campaign) -> dict[str, Any]:
    mailing = campaign.mailing
    return {
        "opens": mailing.opens,
        "unique_opens": len(mailing.openers),
        "open_rate": mailing.open_rate,
        "clicks": mailing.clicks,
        "subscriber_clicks": mailing.clickers,
        "click_rate": mailing.click_rate,
        "ecommerce": {"total_orders": 0, "total_spent": 0, "total_revenue": 0},
    }


def _shown(call: Call, audience: Audience, campaign: Campaign) -> dict[str, Any]:
    sender, archive = audience.settings["campaign_defaults"], f"https://mailchi.test/accord/{campaign.id}"
    settings = {"subject_line": campaign.subject, "preview_text": "", "title": campaign.subject, "to_name": ""}
    shown = {
        "id": campaign.id,
        "web_id": campaign.web_id,
        "type": TYPE,
        "create_time": iso(campaign.sent),
        "archive_url": archive,
        "long_archive_url": archive,
        "status": "sent" if campaign.is_sent else "sending",
        "emails_sent": campaign.delivered,
        "send_time": iso(campaign.sent),
        "content_type": "template",
        "needs_block_refresh": False,
        "resendable": campaign.is_sent,
        "recipients": _recipients(call, audience, campaign),
        "settings": settings | {"from_name": sender["from_name"], "reply_to": sender["from_email"], "folder_id": ""},
        "tracking": {"opens": True, "html_clicks": True, "text_clicks": False},
        "delivery_status": delivery_status(campaign),
        "_links": links(call.outside.url, ("self", f"/campaigns/{campaign.id}"), ("parent", "/campaigns")),
    }
    return shown | ({"report_summary": _summary(campaign)} if campaign.is_sent else {})


def _was_sent_to(audience: Audience, campaign: Campaign, member_id: str) -> bool:
    return any(
        campaign.row_of(contact) is not None and digest_in(contact, campaign.number).hex() == member_id.lower()
        for contact in audience.all_of_hash(member_id)
    )


@route("GET", "/campaigns")
def list_campaigns(call: Call) -> dict[str, Any]:
    """In the order in which they were made unless `sort_dir` is DESC; creation and sending are one moment here."""
    status, list_id, member = call.choice("status", STATUSES), call.query.get("list_id"), call.query.get("member_id")
    call.choice("sort_field", ("create_time", "send_time"))
    found = [
        (audience, campaign)
        for audience, campaign in call.account.campaigns()
        if asked_for(call, campaign)
        and call.between(campaign.sent, "create_time")
        and status in ("", "sent" if campaign.is_sent else "sending")
        and list_id in (None, "", audience.id)
        and not call.query.get("folder_id")
        and (not member or _was_sent_to(audience, campaign, member))
    ]
    if call.choice("sort_dir", ("ASC", "DESC")) == "DESC":
        found.reverse()
    return {
        "campaigns": [_shown(call, *each) for each in call.cut(found)],
        "total_items": len(found),
        "_links": links(call.outside.url, ("self", "/campaigns")),
    }


@route("GET", _CAMPAIGN)
def get_campaign(call: Call) -> dict[str, Any]:
    return _shown(call, *call.account.campaign(call.params["campaign_id"]))


@route("DELETE", _CAMPAIGN)
def delete_campaign(call: Call) -> None:
    """With its report, and with what it left in the members' activity (uncertain; nothing is kept)."""
    audience, campaign = call.account.campaign(call.params["campaign_id"])
    del audience.campaigns[campaign.id]
    audience.version += 1
