"""The `Audience` port on Mailchimp's Marketing API 3.0."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Self

import requests

from accord.adapters.mailchimp.contacts import (
    contact_of,
    created_json,
    interests_of,
    merge_fields_of,
    moment_of,
    objects,
    patch_json,
    tags_json,
    tags_of,
)
from accord.adapters.mailchimp.errors import Subject, refusal_in_bulk
from accord.adapters.mailchimp.http import MailchimpHttp, unreadable
from accord.adapters.mailchimp.listing import ask_for_page, changed_since, contacts_of, fields_of, total_of
from accord.domain.connection import AudienceSetup, Interest, MarketingPermission
from accord.domain.contact import Contact, ContactPatch, ContactStatus, NewContact, TagChange
from accord.domain.values import normalised, subscriber_hash
from accord.errors import Misconfigured, Refusal, Rejected, Retryable

BULK_LIMIT = 500
PAGE_SIZE = 1000


class MailchimpAudience:
    """One audience. Every method may raise Retryable or Misconfigured, and what its port says.

    `timeout` is in seconds. `allow_any_host` lifts the rule that the base URL is Mailchimp's: local stage only.
    """

    def __init__(
        self,
        *,
        base_url: str,
        api_key: str,
        audience_id: str,
        timeout: float = 60.0,
        session: requests.Session | None = None,
        allow_any_host: bool = False,
        with_permissions: bool = False,
    ) -> None:
        """`with_permissions`: `setup` reads the marketing permissions as well, which costs a call."""
        if not re.fullmatch(r"\w+", audience_id):
            raise Misconfigured("The connection has no audience id of Mailchimp: set it, then resume the connection")
        self._http = MailchimpHttp(
            base_url=base_url, api_key=api_key, timeout=timeout, session=session, allow_any_host=allow_any_host
        )
        self._list = f"/lists/{audience_id}"
        self._with_permissions = with_permissions

    def create(self, contacts: Sequence[NewContact]) -> list[str | Rejected]:
        """One bulk creation of 500 at most, each address once: else ValueError. Raises Rejected when Mailchimp takes
        the request as a whole for wrong, perhaps for one line of it; then nobody was created."""
        addresses = [normalised(contact.email) for contact in contacts]
        if len(addresses) > BULK_LIMIT or len(set(addresses)) < len(addresses):
            raise ValueError("a bulk creation takes 500 contacts at most, and each address once")
        if not contacts:
            return []
        answer = self._http.call("POST", self._list, subject=Subject.AUDIENCE, body=created_json(contacts))
        results = _results(answer)
        # Mailchimp may answer with an address that is empty or was changed, and then it is not known for whom.
        return [results.get(address, Rejected(Refusal.OTHER, "unanswered")) for address in addresses]

    def read(self, reference: str) -> Contact | None:
        """A 404 can also mean that the whole audience is gone, or belongs to another account: Mailchimp does not tell
        the two apart. One more call does, before anybody is taken for deleted."""
        params = {"fields": fields_of(permissions=self._with_permissions)}
        try:
            member = self._http.call("GET", self._member(reference), subject=Subject.CONTACT, params=params)
        except Rejected as refused:
            if refused.refusal is Refusal.NOT_FOUND:
                self._http.call("GET", self._list, subject=Subject.AUDIENCE, params={"fields": "id"})
                return None
            raise
        return _contact(member, reads=True)

    def change(self, reference: str, patch: ContactPatch) -> Contact:
        """What a field requires is not checked where no field is written: an opt-out never fails for a blank field."""
        lenient = not patch.merge_fields or patch.status is ContactStatus.UNSUBSCRIBED
        params = {"skip_merge_validation": "true"} if lenient else None
        member = self._http.call(
            "PATCH", self._member(reference), subject=Subject.CONTACT, params=params, body=patch_json(patch)
        )
        known = _contact(member, reads=False)
        return known if self._with_permissions else known.model_copy(update={"permissions": {}})

    def archive(self, reference: str) -> None:
        self._http.call("DELETE", self._member(reference), subject=Subject.CONTACT)

    def erase(self, subscriber_hash: str) -> None:
        """By the hash: the specification promises `contact_id` for other calls only (FACTS section 2)."""
        self._http.call("POST", self._member(subscriber_hash) + "/actions/delete-permanent", subject=Subject.CONTACT)

    def tag_contact(self, subscriber_hash: str, change: TagChange) -> None:
        """An unknown name in `change.add` becomes a tag. By the hash only, as in `erase`."""
        if change:
            path = self._member(subscriber_hash) + "/tags"
            self._http.call("POST", path, subject=Subject.CONTACT, body=tags_json(change))

    def tag_many(self, tag_id: int, add: Sequence[str], remove: Sequence[str]) -> None:
        """Addresses that are not in the audience are passed over. Raises Rejected (`NOT_FOUND`: the tag is gone), and
        ValueError for more than 500 to add or to remove."""
        if max(len(add), len(remove)) > BULK_LIMIT:
            raise ValueError("a tag is given to 500 contacts at most in one call, and taken from 500 at most")
        body = {"members_to_add": list(add), "members_to_remove": list(remove)}
        body = {name: addresses for name, addresses in body.items() if addresses}
        if body:
            self._http.call("POST", f"{self._list}/segments/{tag_id}", subject=Subject.TAG, body=body)

    def create_tag(self, name: str) -> int:
        """A tag is a static segment. Where the name is taken, whatever its case, the id is that of the tag that has
        it. Raises Rejected when Mailchimp refuses the name."""
        try:
            body = {"name": name, "static_segment": []}
            segment = self._http.call("POST", f"{self._list}/segments", subject=Subject.AUDIENCE, body=body)
        except Rejected:
            known = {tag.casefold(): tag_id for tag, tag_id in self._tags({"name": name}).items()}
            if (tag_id := known.get(name.strip().casefold())) is None:
                raise
            return tag_id
        if not isinstance(segment.get("id"), int):
            raise unreadable(reads=False)
        return int(segment["id"])

    def setup(self) -> AudienceSetup:
        fields = "tag,type,name,required,options"
        categories = self._all(f"{self._list}/interest-categories", "categories", "id,title")
        interests: list[Interest] = []
        for category in categories:
            path = f"{self._list}/interest-categories/{category.get('id')}/interests"
            interests += interests_of(str(category.get("title", "")), self._all(path, "interests", "id,name"))
        return AudienceSetup(
            merge_fields=merge_fields_of(self._all(f"{self._list}/merge-fields", "merge_fields", fields)),
            interests=tuple(interests),
            tags=self._tags({}),
            permissions=self._permissions() if self._with_permissions else (),
        )

    def _permissions(self) -> tuple[MarketingPermission, ...]:
        """Mailchimp shows their ids on contacts only, all of which have the same (FACTS section 6). None where the
        audience asks for none, or is empty: ask again once it has a contact."""
        params: dict[str, str | int] = {"count": 1, "fields": "members.marketing_permissions"}
        answer = self._http.call("GET", f"{self._list}/members", subject=Subject.AUDIENCE, params=params)
        contacts = objects(answer.get("members")) or [{}]
        return tuple(
            MarketingPermission(id=str(each["marketing_permission_id"]), text=str(each.get("text", "")))
            for each in objects(contacts[0].get("marketing_permissions"))
            if each.get("marketing_permission_id")
        )

    def contacts(self, *, archived: bool, since: datetime | None = None) -> Iterator[list[Contact]]:
        """Pages in the order of change, read with a bookmark instead of an offset from the start.

        The audience changes meanwhile. Who changes moves to the end and is read again, newer; who is archived or
        deleted shifts nobody, save within the second at which a page ends: there one contact can be missed for each
        that left that second after it was read. The next nightly comparison finds it. A contact may come twice.
        """
        bookmark = _Bookmark(since.astimezone(UTC).replace(microsecond=0) if since is not None else None)
        more = True
        while more:
            answer = ask_for_page(
                self._http, self._list, bookmark.params, archived=archived, permissions=self._with_permissions
            )
            members = objects(answer.get("members"))
            more = _more(answer, bookmark.offset, len(members))
            bookmark = bookmark.after(members)
            if wanted := contacts_of(answer, archived=archived):
                yield wanted

    def _tags(self, params: Mapping[str, str]) -> dict[str, int]:
        """`tag-search` does not page. A tag that it should leave out is found by name when it is to be created."""
        answer = self._http.call("GET", f"{self._list}/tag-search", subject=Subject.AUDIENCE, params=params)
        return tags_of(objects(answer.get("tags")))

    def _all(self, path: str, collection: str, fields: str) -> list[dict[str, Any]]:
        """Every entry of a collection, 1,000 a call."""
        wanted = ",".join(("total_items", *(f"{collection}.{name}" for name in fields.split(","))))
        found: list[dict[str, Any]] = []
        more = True
        while more:
            params: dict[str, str | int] = {"count": PAGE_SIZE, "offset": len(found), "fields": wanted}
            answer = self._http.call("GET", path, subject=Subject.AUDIENCE, params=params)
            entries = objects(answer.get(collection))
            more = _more(answer, len(found), len(entries))
            found += entries
        return found

    def _member(self, reference: str) -> str:
        """An empty reference would name all members, and an address has no place in a URL: both raise ValueError."""
        if not re.fullmatch(r"[\w-]+", reference):
            raise ValueError("a contact is referred to by its contact_id or its subscriber hash")
        return f"{self._list}/members/{reference}"


class _Bookmark:
    """Where the next page of contacts begins: `offset` contacts after those that last changed before `since`.

    Times have whole seconds and `since_last_changed` leaves its own second out, so the bound lies one second earlier.
    """

    def __init__(self, since: datetime | None = None, offset: int = 0) -> None:
        self.since = since
        self.offset = offset

    @property
    def params(self) -> dict[str, str | int]:
        bound = {} if self.since is None else {"since_last_changed": changed_since(self.since)}
        return {"offset": self.offset, **bound}

    def after(self, members: Sequence[Mapping[str, Any]]) -> Self:
        """The next bookmark: at the second of the last contact, or further on in the same second."""
        times = [moment_of(member.get("last_changed")) for member in members]
        last = times[-1].astimezone(UTC) if times and times[-1] else None
        if last is None or (self.since is not None and last <= self.since):
            return type(self)(self.since, self.offset + len(members))
        return type(self)(last, times.count(last))


def _more(answer: Mapping[str, Any], offset: int, got: int) -> bool:
    """Whether there is a further page. A page shorter than its own `total_items` promises raises Retryable."""
    left = max(total_of(answer) - offset, 0)
    if got < min(left, PAGE_SIZE):
        raise Retryable(f"Mailchimp gave {got} of {min(left, PAGE_SIZE)} entries of a page", effect_unknown=False)
    return left > got


def _results(answer: Mapping[str, Any]) -> dict[str, str | Rejected]:
    """What became of each address of a bulk creation, by the address as Mailchimp compares it."""
    results: dict[str, str | Rejected] = {}
    for entry in objects(answer.get("errors")):
        results[normalised(str(entry.get("email_address") or ""))] = refusal_in_bulk(entry)
    for member in objects(answer.get("updated_members")):
        results[normalised(str(member.get("email_address") or ""))] = Rejected(Refusal.EXISTS)
    for member in objects(answer.get("new_members")):
        email = str(member.get("email_address") or "")
        results[normalised(email)] = str(member.get("id") or subscriber_hash(email))
    return results


def _contact(member: Mapping[str, Any], *, reads: bool) -> Contact:
    try:
        return contact_of(member)
    except ValueError:
        raise unreadable(reads=reads) from None  # its text may hold the address
