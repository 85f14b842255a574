"""/lists: the audiences, and the batch subscription of up to 500 contacts."""

from collections import Counter
from typing import Any

from tools.mailchimp_simulator.api.rendering import LEFT_OUT_IN_BULK, MemberView, links
from tools.mailchimp_simulator.api.router import Call, route
from tools.mailchimp_simulator.domain.audience import Audience
from tools.mailchimp_simulator.domain.audience_settings import changed, settings_of
from tools.mailchimp_simulator.domain.clock import iso, parse_time
from tools.mailchimp_simulator.domain.contact import Status
from tools.mailchimp_simulator.domain.problems import bad_request
from tools.mailchimp_simulator.domain.writes import bulk

STATS_LIFE = 300


def _stats(call: Call, audience: Audience) -> dict[str, Any]:
    """Counts as they were up to five minutes ago, as the real ones are cached (FACTS 1.2)."""
    if audience.cached_stats and call.now - audience.cached_stats[0] < STATS_LIFE:
        return audience.cached_stats[1]
    count = audience.by_arrival.total
    sent = [campaign.mailing for campaign in audience.campaigns.values() if campaign.is_sent]
    since = _since_send(audience)
    stats = {
        "member_count": count((Status.SUBSCRIBED,)),
        "total_contacts": count(frozenset(Status)),
        "unsubscribe_count": count((Status.UNSUBSCRIBED,)),
        "cleaned_count": count((Status.CLEANED,)),
        "member_count_since_send": since[Status.SUBSCRIBED],
        "unsubscribe_count_since_send": since[Status.UNSUBSCRIBED],
        "cleaned_count_since_send": since[Status.CLEANED],
        "campaign_count": len(audience.campaigns),
        "campaign_last_sent": iso(audience.campaign_last_sent),
        "merge_field_count": len(audience.fields),
        "avg_sub_rate": 0,
        "avg_unsub_rate": 0,
        "target_sub_rate": 0,
        "open_rate": 100 * sum(mailing.open_rate for mailing in sent) / (len(sent) or 1),
        "click_rate": 100 * sum(mailing.click_rate for mailing in sent) / (len(sent) or 1),
        "last_sub_date": "",
        "last_unsub_date": "",
    }
    audience.cached_stats = (call.now, stats)
    return stats


def _since_send(audience: Audience) -> Counter[Status]:
    """How many got their status since the last campaign; of an audience without one, how many have it."""
    last, register, statuses = audience.last_mailed, audience.by_change, frozenset(Status)
    if last is None:
        return Counter({status: register.total((status,)) for status in statuses})
    changed = register.page(statuses, 0, len(audience), after=last)
    return Counter(contact.status for contact in changed if contact.status_since > last)


def _shown(call: Call, audience: Audience) -> dict[str, Any]:
    stats = dict(_stats(call, audience))
    if not call.flag("include_total_contacts"):
        del stats["total_contacts"]
    return {
        "id": audience.id,
        "web_id": audience.web_id,
        **audience.settings,
        "date_created": iso(audience.created),
        "list_rating": 0,
        "subscribe_url_short": f"http://eepurl.test/{audience.id}",
        "subscribe_url_long": f"https://accord.us1.list-manage.test/subscribe?id={audience.id}",
        "beamer_address": f"us1-{audience.id}@inbound.mailchimp.test",
        "visibility": "prv",
        "has_welcome": False,
        "modules": [],
        "stats": stats,
        "_links": links(call.outside.url, ("self", f"/lists/{audience.id}"), ("parent", "/lists")),
    }


@route("GET", "/lists")
def list_audiences(call: Call) -> dict[str, Any]:
    found = [audience for audience in call.account.audiences if _asked_for(call, audience)]
    if call.query.get("sort_dir", "").upper() == "DESC":
        found.reverse()
    return {
        "lists": [_shown(call, audience) for audience in call.cut(found)],
        "total_items": len(found),
        "constraints": {
            "may_create": len(call.account.audiences) < call.account.max_audiences,
            "max_instances": call.account.max_audiences,
            "current_total_instances": len(call.account.audiences),
        },
        "_links": links(call.outside.url, ("self", "/lists")),
    }


def _asked_for(call: Call, audience: Audience) -> bool:
    email, since, before = (call.query.get(name) for name in ("email", "since_date_created", "before_date_created"))
    try:
        return (
            (not email or audience.of_email(email) is not None)
            and (not since or audience.created > parse_time(since))
            and (not before or audience.created < parse_time(before))
        )
    except ValueError as error:
        raise bad_request("since_date_created and before_date_created must be valid dates and times.") from error


@route("POST", "/lists")
def create_audience(call: Call) -> dict[str, Any]:
    return _shown(call, call.account.create_audience(settings_of(call.body())))


@route("GET", "/lists/{list_id}")
def get_audience(call: Call) -> dict[str, Any]:
    return _shown(call, call.audience)


@route("PATCH", "/lists/{list_id}")
def change_audience(call: Call) -> dict[str, Any]:
    audience = call.audience
    audience.settings = changed(audience.settings, call.body())
    return _shown(call, audience)


@route("DELETE", "/lists/{list_id}")
def delete_audience(call: Call) -> None:
    call.account.delete_audience(call.params["list_id"])


@route("POST", "/lists/{list_id}")
def subscribe_in_bulk(call: Call) -> dict[str, Any]:
    audience = call.audience
    result = bulk(
        audience,
        call.body(),
        call.now,
        skip_required=call.flag("skip_merge_validation"),
        skip_duplicates=call.flag("skip_duplicate_check"),
    )
    new = MemberView(audience, call.outside.url, call.projection, "new_members", LEFT_OUT_IN_BULK)
    updated = MemberView(audience, call.outside.url, call.projection, "updated_members", LEFT_OUT_IN_BULK)
    return {
        "new_members": [new(contact) for contact in result.created],
        "updated_members": [updated(contact) for contact in result.updated],
        "errors": [
            {
                "email_address": error.email,
                "error": error.error,
                "error_code": error.code,
                "field": error.field,
                "field_message": error.field_message,
            }
            for error in result.errors
        ],
        "total_created": len(result.created),
        "total_updated": len(result.updated),
        "error_count": len(result.errors),
        "_links": links(call.outside.url, ("self", f"/lists/{audience.id}")),
    }
