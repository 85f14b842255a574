"""/lists/{list_id}/members: reading, creating, upserting, changing, archiving and deleting for good."""

from typing import Any

from tools.mailchimp_simulator.api.rendering import MemberView, links, one_member
from tools.mailchimp_simulator.api.router import Call, route
from tools.mailchimp_simulator.domain import writes
from tools.mailchimp_simulator.domain.contact import Contact, Source
from tools.mailchimp_simulator.domain.listing import parse
from tools.mailchimp_simulator.domain.problems import not_found

_MEMBER = "/lists/{list_id}/members/{subscriber_hash}"


def named(call: Call, *, hash_only: bool = False) -> Contact:
    """The contact that the path names: by hash, address or contact_id, or by hash only. Raises Problem 404."""
    key = call.params["subscriber_hash"]
    found = call.audience.of_hash(key.lower()) if hash_only else call.audience.of_any(key)
    if found is None:
        raise not_found()
    return found


def _shown(call: Call, contact: Contact) -> dict[str, Any]:
    return one_member(call.audience, call.outside.url, contact)


@route("GET", "/lists/{list_id}/members")
def list_members(call: Call) -> dict[str, Any]:
    audience = call.audience
    offset, count = call.paging()
    page, total = call.account.listing(audience.id).page(parse(call.query), offset, count)
    view = MemberView(audience, call.outside.url, call.projection, "members")
    return {
        "members": [view(contact) for contact in page],
        "list_id": audience.id,
        "total_items": total,
        "_links": links(
            call.outside.url, ("self", f"/lists/{audience.id}/members"), ("parent", f"/lists/{audience.id}")
        ),
    }


@route("POST", "/lists/{list_id}/members")
def create_member(call: Call) -> dict[str, Any]:
    skip = call.flag("skip_merge_validation")
    return _shown(call, writes.create(call.audience, call.body(), call.now, skip_required=skip))


@route("GET", _MEMBER)
def get_member(call: Call) -> dict[str, Any]:
    return _shown(call, named(call))


@route("PUT", _MEMBER)
def put_member(call: Call) -> dict[str, Any]:
    skip, key = call.flag("skip_merge_validation"), call.params["subscriber_hash"]
    return _shown(call, writes.upsert(call.audience, key, call.body(), call.now, skip_required=skip))


@route("PATCH", _MEMBER)
def patch_member(call: Call) -> dict[str, Any]:
    skip, key = call.flag("skip_merge_validation"), call.params["subscriber_hash"]
    return _shown(call, writes.change(call.audience, key, call.body(), call.now, skip_required=skip))


@route("DELETE", _MEMBER)
def archive_member(call: Call) -> None:
    writes.archive(call.audience, named(call), call.now)


@route("POST", _MEMBER + "/actions/delete-permanent")
def delete_member(call: Call) -> None:
    call.audience.forget(named(call, hash_only=True), call.now, Source.API)
