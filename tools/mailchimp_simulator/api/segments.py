"""/lists/{list_id}/segments and /tag-search: tags are the static segments."""

from typing import Any

from tools.mailchimp_simulator.api.members import named
from tools.mailchimp_simulator.api.rendering import (
    LEFT_OUT_IN_BULK,
    LEFT_OUT_IN_SEGMENTS,
    MemberView,
    links,
    one_member,
)
from tools.mailchimp_simulator.api.router import Call, route
from tools.mailchimp_simulator.domain.body import required, texts
from tools.mailchimp_simulator.domain.clock import iso, parse_time
from tools.mailchimp_simulator.domain.contact import Contact, Status
from tools.mailchimp_simulator.domain.problems import bad_request, not_found
from tools.mailchimp_simulator.domain.segments import STATIC, Segment

MEMBERS_AT_ONCE = 500
_SEGMENTS = "/lists/{list_id}/segments"
_SEGMENT = _SEGMENTS + "/{segment_id}"


def _statuses(call: Call) -> set[Status]:
    """Whose membership shows: the subscribed, and who is asked for."""
    asked = {Status.CLEANED: "include_cleaned", Status.TRANSACTIONAL: "include_transactional"}
    asked |= {Status.UNSUBSCRIBED: "include_unsubscribed"}
    return {Status.SUBSCRIBED, *(status for status, name in asked.items() if call.flag(name))}


def _shown(call: Call, segment: Segment) -> dict[str, Any]:
    statuses = _statuses(call)
    shown = {
        "id": segment.id,
        "name": segment.name,
        "member_count": sum(contact.status in statuses for contact in segment.members),
        "type": segment.type,
        "created_at": iso(segment.created),
        "updated_at": iso(segment.updated),
        "list_id": call.audience.id,
        "_links": links(call.outside.url, ("self", f"/lists/{call.audience.id}/segments/{segment.id}")),
    }
    return shown | ({"options": segment.options} if segment.options else {})


def _static(call: Call) -> Segment:
    segment = call.audience.segments.get(call.params["segment_id"])
    if segment.type != STATIC:
        raise bad_request("Members can only be added to and removed from a static segment.")
    return segment


def _present(call: Call, emails: list[str]) -> list[Contact]:
    """Those of the addresses that are in the audience, each once; the others are ignored (FACTS 1.4)."""
    found = (call.audience.of_email(email) for email in emails)
    return list(dict.fromkeys(contact for contact in found if contact and contact.status is not Status.ARCHIVED))


@route("GET", _SEGMENTS)
def list_segments(call: Call) -> dict[str, Any]:
    found = [segment for segment in call.audience.segments if _asked_for(call, segment)]
    return {
        "segments": [_shown(call, segment) for segment in call.cut(found)],
        "list_id": call.audience.id,
        "total_items": len(found),
        "_links": [],
    }


def _asked_for(call: Call, segment: Segment) -> bool:
    bounds = {"created_at": segment.created, "updated_at": segment.updated}
    try:
        return ("type" not in call.query or call.query["type"] == segment.type) and all(
            (f"since_{name}" not in call.query or moment > parse_time(call.query[f"since_{name}"]))
            and (f"before_{name}" not in call.query or moment < parse_time(call.query[f"before_{name}"]))
            for name, moment in bounds.items()
        )
    except ValueError as error:
        raise bad_request("The bounds of created_at and updated_at must be valid dates and times.") from error


@route("POST", _SEGMENTS)
def create_segment(call: Call) -> dict[str, Any]:
    members = _present(call, texts(call.body(), "static_segment", at_most=MEMBERS_AT_ONCE))
    segment = call.audience.segments.create(call.body(), call.now)
    call.audience.segments.put(members, segment, call.now)
    return _shown(call, segment)


@route("GET", _SEGMENT)
def get_segment(call: Call) -> dict[str, Any]:
    return _shown(call, call.audience.segments.get(call.params["segment_id"]))


@route("PATCH", _SEGMENT)
def change_segment(call: Call) -> dict[str, Any]:
    """`static_segment` replaces the members of a tag."""
    segments, body = call.audience.segments, call.body()
    members = _present(call, texts(body, "static_segment", at_most=MEMBERS_AT_ONCE))
    segment = segments.change(call.params["segment_id"], body, call.now)
    if "static_segment" in body and segment.type == STATIC:
        segments.take(list(segment.members), segment, call.now)
        segments.put(members, segment, call.now)
    return _shown(call, segment)


@route("DELETE", _SEGMENT)
def delete_segment(call: Call) -> None:
    call.audience.segments.delete(call.params["segment_id"])


@route("POST", _SEGMENT)
def change_segment_members(call: Call) -> dict[str, Any]:
    """An address that is not in the audience is ignored without a word (FACTS 1.4)."""
    body, segment, segments = call.body(), _static(call), call.audience.segments
    to_add = texts(body, "members_to_add", at_most=MEMBERS_AT_ONCE)
    to_remove = texts(body, "members_to_remove", at_most=MEMBERS_AT_ONCE)
    added = segments.put(_present(call, to_add), segment, call.now)
    removed = segments.take(_present(call, to_remove), segment, call.now)
    shown = {
        name: [*map(MemberView(call.audience, call.outside.url, call.projection, name, LEFT_OUT_IN_BULK), contacts)]
        for name, contacts in (("members_added", added), ("members_removed", removed))
    }
    counts = {"total_added": len(added), "total_removed": len(removed), "error_count": 0}
    return {**shown, "errors": [], **counts, "_links": []}


@route("GET", _SEGMENT + "/members")
def list_segment_members(call: Call) -> dict[str, Any]:
    segment, statuses = call.audience.segments.get(call.params["segment_id"]), _statuses(call)
    found = [contact for contact in segment.members if contact.status in statuses]
    view = MemberView(call.audience, call.outside.url, call.projection, "members", LEFT_OUT_IN_SEGMENTS)
    return {"members": [view(contact) for contact in call.cut(found)], "total_items": len(found), "_links": []}


@route("POST", _SEGMENT + "/members")
def add_segment_member(call: Call) -> dict[str, Any]:
    contact = call.audience.of_email(required(call.body(), "email_address"))
    if contact is None or contact.status is Status.ARCHIVED:
        raise not_found()
    call.audience.segments.put([contact], _static(call), call.now)
    return one_member(call.audience, call.outside.url, contact, LEFT_OUT_IN_SEGMENTS)


@route("DELETE", _SEGMENT + "/members/{subscriber_hash}")
def remove_segment_member(call: Call) -> None:
    if not call.audience.segments.take([named(call, hash_only=True)], _static(call), call.now):
        raise not_found()


@route("GET", "/lists/{list_id}/tag-search")
def search_tags(call: Call) -> dict[str, Any]:
    """Tags whose name begins so, regardless of case; without a name all of them."""
    prefix = call.query.get("name", "").lower()
    tags = [tag for tag in call.audience.segments if tag.type == STATIC and tag.name.lower().startswith(prefix)]
    return {"tags": [{"id": tag.id, "name": tag.name} for tag in tags], "total_items": len(tags)}
