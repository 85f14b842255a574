"""An audience by pages: how its contacts are asked for, and the adapter of the port `AudienceListing`."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from accord.adapters.mailchimp.contacts import CONTACT_FIELDS, PERMISSION_FIELD, contact_of, listed_of, objects
from accord.adapters.mailchimp.errors import Subject
from accord.adapters.mailchimp.http import MailchimpHttp, unreadable
from accord.domain.contact import Contact, ContactStatus
from accord.domain.sweep import A_PAGE, PagePlace
from accord.errors import Retryable
from accord.ports.reconciling import ListedContact, ListedPage


def fields_of(prefix: str = "", *, permissions: bool = False) -> str:
    """What is asked of each contact, as `fields` takes it: the whole is ten times as large."""
    names = (*CONTACT_FIELDS, PERMISSION_FIELD) if permissions else CONTACT_FIELDS
    return ",".join(f"{prefix}{name}" for name in names)


def ask_for_page(
    http: MailchimpHttp, audience: str, place: Mapping[str, str | int], *, archived: bool, permissions: bool
) -> dict[str, Any]:
    """One call: a page in the order of change, of those in the audience or of those archived. `audience` is its path,
    `place` holds the offset and the bound."""
    params: dict[str, str | int] = {"count": A_PAGE, "sort_field": "last_changed", "sort_dir": "ASC", **place}
    params["fields"] = f"total_items,{fields_of('members.', permissions=permissions)}"
    if archived:
        params["status"] = "archived"
    return http.call("GET", f"{audience}/members", subject=Subject.AUDIENCE, params=params)


def changed_since(moment: datetime) -> str:
    """The bound that leaves out nobody who changed at that moment: times have whole seconds, and `since_last_changed`
    leaves its own second out (FACTS section 6)."""
    return (moment.astimezone(UTC).replace(microsecond=0) - timedelta(seconds=1)).isoformat()


def total_of(answer: Mapping[str, Any]) -> int:
    """How many entries there are on all pages."""
    total = answer.get("total_items")
    if not isinstance(total, int):
        raise unreadable(reads=True)
    return total


def contacts_of(answer: Mapping[str, Any], *, archived: bool) -> list[Contact]:
    """Whoever has no address is reached by SMS only. Whether a listing without a status holds the archived is not
    settled (FACTS section 1.3), so they are taken out of it."""
    return [_whole(member) for member in _members(answer, archived=archived)]


def _members(answer: Mapping[str, Any], *, archived: bool) -> Iterator[dict[str, Any]]:
    archive = ContactStatus.ARCHIVED.value
    for member in objects(answer.get("members")):
        if member.get("email_address") and (member.get("status") == archive) is archived:
            yield member


def _listed(member: Mapping[str, Any]) -> ListedContact:
    try:
        return listed_of(member, partial(_whole, member))
    except ValueError:
        raise unreadable(reads=True) from None  # its text may hold the address


def _whole(member: Mapping[str, Any]) -> Contact:
    try:
        return contact_of(member)
    except ValueError:
        raise unreadable(reads=True) from None  # its text may hold the address


class MailchimpListing:
    """One audience."""

    def __init__(self, http: MailchimpHttp, audience_id: str, *, permissions: bool = False) -> None:
        """`permissions`: the marketing permissions of each contact are read as well."""
        self._http = http
        self._path = f"/lists/{audience_id}"
        self._permissions = permissions

    def page(self, place: PagePlace) -> ListedPage:
        """Raises Retryable for a page that is shorter than its own `total_items` promises."""
        bound = {} if place.since is None else {"since_last_changed": changed_since(place.since)}
        where: dict[str, str | int] = {"offset": place.offset, **bound}
        answer = ask_for_page(self._http, self._path, where, archived=place.archived, permissions=self._permissions)
        total, got = total_of(answer), len(objects(answer.get("members")))
        if got < (wanted := min(max(total - place.offset, 0), A_PAGE)):
            raise Retryable(f"Mailchimp gave {got} of {wanted} entries of a page", effect_unknown=False)
        return ListedPage([_listed(member) for member in _members(answer, archived=place.archived)], total)
