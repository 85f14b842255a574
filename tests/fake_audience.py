"""Mailchimp in small: the rules of one audience that the worker relies on, in memory, with troubles on demand."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from itertools import batched, count

from accord.domain.connection import AudienceSetup, MarketingPermission
from accord.domain.contact import Contact, ContactPatch, ContactStatus, NewContact, TagChange
from accord.domain.payload import FieldValue
from accord.domain.values import BEGINNING, normalised, subscriber_hash
from accord.errors import Fault, Misconfigured, Refusal, Rejected, Retryable
from accord.ports import Clock
from tests.builders import SETUP

LATEST = timedelta(seconds=120)


class Trouble(StrEnum):
    """What may happen to one call."""

    THROTTLED = "throttled"
    ERROR = "error"
    ERROR_AFTER_EFFECT = "error_after_effect"
    TIMEOUT = "timeout"
    TIMEOUT_AFTER_EFFECT = "timeout_after_effect"
    LATE_EFFECT = "late_effect"
    """The call times out, and takes effect when the test says so."""


@dataclass(slots=True)
class Person:
    """A contact and what Mailchimp knows beside it."""

    contact: Contact
    own_unsubscribe: bool = False
    confirmations: int = 0
    permissions: frozenset[str] = frozenset()
    """The marketing permissions that are on, by id."""


@dataclass(slots=True)
class FakeAudience:
    """One audience. `trouble` is asked before every call, with the call's name."""

    clock: Clock
    trouble: Callable[[str], Trouble | None] = lambda _name: None
    people: dict[str, Person] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)
    refuses_the_key: bool = False
    is_gone: bool = False
    page_size: int = 1000
    tags: dict[str, int] = field(default_factory=lambda: dict(SETUP.tags))
    permissions: tuple[MarketingPermission, ...] = ()
    """Shown as soon as there is a contact."""
    calls: list[str] = field(default_factory=list)
    late: list[tuple[datetime, Callable[[], object]]] = field(default_factory=list)
    """Effects of calls that timed out, and when Mailchimp gets to them at the latest (FACTS section 1: 120 s)."""
    _ids: Iterator[int] = field(default_factory=lambda: count(1))

    # --- the port ---

    def create(self, contacts: Sequence[NewContact]) -> list[str | Rejected]:
        if len(contacts) > 500 or len({normalised(new.email) for new in contacts}) < len(contacts):
            raise ValueError("a bulk creation takes 500 contacts at most, and each address once")
        return self._call("create", lambda: [self._create(new) for new in contacts])

    def read(self, reference: str) -> Contact | None:
        def effect() -> Contact | None:
            person = self._find(reference)
            return person.contact if person else None

        return self._call("read", effect, reads=True)

    def change(self, reference: str, patch: ContactPatch) -> Contact:
        return self._call("change", lambda: self._change(reference, patch))

    def archive(self, reference: str) -> None:
        self._call("archive", lambda: self._archive(reference))

    def erase(self, subscriber_hash: str) -> None:
        def effect() -> None:
            person = self._existing(subscriber_hash)
            self.forgotten.add(subscriber_hash)
            del self.people[person.contact.subscriber_hash]

        self._call("erase", effect)

    def tag_contact(self, subscriber_hash: str, change: TagChange) -> None:
        self._call("tag_contact", lambda: self._retag(self._existing(subscriber_hash), change))

    def tag_many(self, tag_id: int, add: Sequence[str], remove: Sequence[str]) -> None:
        if max(len(add), len(remove)) > 500:
            raise ValueError("a tag is given to 500 contacts at most in one call, and taken from 500 at most")
        self._call("tag_many", lambda: self._tag_many(tag_id, add, remove))

    def create_tag(self, name: str) -> int:
        known = {tag.casefold(): tag_id for tag, tag_id in self.tags.items()}
        if name.casefold() in known:
            return self._call("create_tag", lambda: known[name.casefold()])
        return self._call("create_tag", lambda: self.tags.setdefault(name, 100 + len(self.tags)))

    def setup(self) -> AudienceSetup:
        shown = self.permissions if self.people else ()
        setup = SETUP.model_copy(update={"tags": dict(self.tags), "permissions": shown})
        return self._call("setup", lambda: setup, reads=True)

    def contacts(self, *, archived: bool, since: datetime | None = None) -> Iterator[list[Contact]]:
        found = [p.contact for p in self.people.values() if (p.contact.status is ContactStatus.ARCHIVED) is archived]
        if since is not None:
            since = since.replace(microsecond=0)
            found = [contact for contact in found if contact.last_changed and contact.last_changed >= since]
        found.sort(key=lambda contact: contact.last_changed or BEGINNING)
        for page in batched(found, self.page_size, strict=False) if found else [()]:
            if shown := self._call("contacts", partial(list[Contact], page), reads=True):
                yield shown

    # --- what people and staff do ---

    def of(self, email: str) -> Contact | None:
        """The contact at an address, as a test looks at it."""
        person = self.people.get(subscriber_hash(email))
        return person.contact if person else None

    def add(self, email: str, status: ContactStatus = ContactStatus.SUBSCRIBED, **given: object) -> Contact:
        """A contact that somebody else put into the audience."""
        person = self._new(NewContact(email=email, status=status))
        person.contact = person.contact.model_copy(update=given)
        return person.contact

    def turn(self, email: str, status: ContactStatus, *, by_person: bool = True) -> None:
        """The person (or staff) changes the status: unsubscribes, confirms, is archived, bounces."""
        person = self.people[subscriber_hash(email)]
        if by_person and status in {ContactStatus.UNSUBSCRIBED, ContactStatus.SUBSCRIBED}:
            person.own_unsubscribe = status is ContactStatus.UNSUBSCRIBED  # staff who archive do not undo it
        self._write(person, status=status)

    def complain(self, email: str) -> None:
        """The person calls a mail spam, even one that reaches them after they opted out."""
        self._write(self.people[subscriber_hash(email)], status=ContactStatus.UNSUBSCRIBED, complained=True)

    def move(self, email: str, to: str) -> None:
        """The person gives their contact another address."""
        self._move(self.people[subscriber_hash(email)], to)

    def permit(self, email: str, permission: str, *, on: bool) -> None:
        """The person switches a marketing permission on or off."""
        person = self.people[subscriber_hash(email)]
        person.permissions = person.permissions | {permission} if on else person.permissions - {permission}
        self._write(person)

    def release_late(self, *, overdue: bool = False) -> None:
        """Calls that timed out take effect now; with `overdue` only those that Mailchimp must have got to."""
        now = self.clock.now()
        pending = [late for late in self.late if not overdue or late[0] <= now]
        self.late = [late for late in self.late if late not in pending]
        for _, effect in pending:
            try:
                effect()
            except Rejected:
                continue  # nobody hears of a refusal any more

    # --- rules ---

    def _call[T](self, name: str, effect: Callable[[], T], *, reads: bool = False) -> T:
        self.calls.append(name)
        if self.refuses_the_key:
            raise Misconfigured("401 API Key Invalid: give the connection a new key", fault=Fault.ACCOUNT_REFUSED)
        if self.is_gone:
            raise Misconfigured("404 Resource Not Found: bring the audience back", fault=Fault.AUDIENCE_GONE)
        trouble = self.trouble(name)
        match trouble:
            case None:
                return effect()
            case Trouble.THROTTLED:
                raise Retryable("429 TooManyRequests", effect_unknown=False)
            case Trouble.ERROR_AFTER_EFFECT | Trouble.TIMEOUT_AFTER_EFFECT:
                effect()
            case Trouble.LATE_EFFECT:
                self.late.append((self.clock.now() + LATEST, effect))
            case Trouble.ERROR | Trouble.TIMEOUT:
                pass
        running = trouble not in {Trouble.ERROR, Trouble.ERROR_AFTER_EFFECT}
        raise Retryable(str(trouble), effect_unknown=not reads, still_running=running and not reads)

    def _create(self, new: NewContact) -> str | Rejected:
        hash_ = subscriber_hash(new.email)
        if "@" not in new.email or normalised(new.email).endswith("@example.com"):
            return Rejected(Refusal.EMAIL_REFUSED)
        if hash_ in self.people:
            return Rejected(Refusal.EXISTS)
        if hash_ in self.forgotten:
            return Rejected(Refusal.FORGOTTEN)
        if _unfit(new.merge_fields):
            return Rejected(Refusal.FIELD_INVALID, "BIRTHDAY")
        return self._new(new).contact.subscriber_hash

    def _new(self, new: NewContact) -> Person:
        hash_ = subscriber_hash(new.email)
        contact = Contact(
            email=new.email,
            status=new.status,
            subscriber_hash=hash_,
            contact_id=f"contact-{next(self._ids)}",
            merge_fields=dict(new.merge_fields),
            interests=dict(new.interests),
            language=new.language,
            last_changed=self.clock.now(),
        )
        person = Person(contact, confirmations=int(new.status is ContactStatus.PENDING))
        self.people[hash_] = person
        return person

    def _find(self, reference: str) -> Person | None:
        by_id = (p for p in self.people.values() if p.contact.contact_id == reference)
        return self.people.get(reference) or next(by_id, None)

    def _existing(self, reference: str) -> Person:
        person = self._find(reference)
        if person is None:
            raise Rejected(Refusal.NOT_FOUND)
        return person

    def _change(self, reference: str, patch: ContactPatch) -> Contact:
        person = self._existing(reference)
        before = person.contact.status
        if _unfit(patch.merge_fields):
            raise Rejected(Refusal.FIELD_INVALID, "BIRTHDAY")
        if patch.email is not None and normalised(patch.email) != normalised(person.contact.email):
            self._move(person, patch.email)
        if not patch.permissions.keys() <= {each.id for each in self.permissions}:
            raise Rejected(Refusal.OTHER, "Invalid Resource")
        refused_to = {ContactStatus.SUBSCRIBED}
        if patch.status in refused_to and (person.own_unsubscribe or before is ContactStatus.CLEANED):
            raise Rejected(Refusal.COMPLIANCE)
        if patch.status is ContactStatus.PENDING and before is not ContactStatus.PENDING:
            person.confirmations += 1
        on = {permission for permission, wanted in patch.permissions.items() if wanted}
        person.permissions = person.permissions - patch.permissions.keys() | on
        self._write(
            person,
            status=patch.status or before,
            merge_fields=person.contact.merge_fields | patch.merge_fields,
            interests=person.contact.interests | patch.interests,
            language=patch.language or person.contact.language,
        )
        return person.contact

    def _move(self, person: Person, email: str) -> None:
        hash_ = subscriber_hash(email)
        if hash_ in self.people:
            raise Rejected(Refusal.EXISTS)
        if hash_ in self.forgotten:
            raise Rejected(Refusal.FORGOTTEN)
        if person.contact.status in {ContactStatus.CLEANED, ContactStatus.UNSUBSCRIBED}:
            raise Rejected(Refusal.OTHER, "Bad Request")
        del self.people[person.contact.subscriber_hash]
        person.contact = person.contact.model_copy(update={"email": email, "subscriber_hash": hash_})
        self.people[hash_] = person

    def _archive(self, reference: str) -> None:
        person = self._existing(reference)
        if person.contact.status in {ContactStatus.CLEANED, ContactStatus.PENDING, ContactStatus.ARCHIVED}:
            raise Rejected(Refusal.CAN_NOT_ARCHIVE)
        self._write(person, status=ContactStatus.ARCHIVED)

    def _tag_many(self, tag_id: int, add: Sequence[str], remove: Sequence[str]) -> None:
        name = next((name for name, id_ in self.tags.items() if id_ == tag_id), None)
        if name is None:
            raise Rejected(Refusal.NOT_FOUND)
        for email in add:
            if (person := self._find(subscriber_hash(email))) is not None:
                self._retag(person, TagChange(add=(name,)))
        for email in remove:
            if (person := self._find(subscriber_hash(email))) is not None:
                self._retag(person, TagChange(remove=(name,)))

    def _retag(self, person: Person, change: TagChange) -> None:
        gone = {tag.casefold() for tag in (*change.remove, *change.add)}
        kept = tuple(tag for tag in person.contact.tags if tag.casefold() not in gone)
        self._write(person, tags=kept + change.add)

    def _write(self, person: Person, **changed: object) -> None:
        person.contact = person.contact.model_copy(update={**changed, "last_changed": self.clock.now()})


def _unfit(merge_fields: Mapping[str, FieldValue]) -> bool:
    """One field stands for all: a birthday is MM/DD, or empty."""
    return re.fullmatch(r"(\d\d/\d\d)?", str(merge_fields.get("BIRTHDAY", ""))) is None
