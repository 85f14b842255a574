"""The memory of one email address in one audience: who holds it, what happened there, what Mailchimp last showed."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Self

from accord.domain.consent import Memory, newer
from accord.domain.contact import ContactStatus
from accord.domain.values import Moment, Value, newest

MAX_HOLDERS = 50


class Who(NamedTuple):
    """A member of a connection: several connections may share an audience, and their member ids may be equal."""

    connection_id: str
    member_id: str


def by_connection(members: Iterable[Who]) -> dict[str, list[str]]:
    """The member ids of each connection, in the order given."""
    found: dict[str, list[str]] = defaultdict(list)
    for who in members:
        found[who.connection_id].append(who.member_id)
    return dict(found)


class Holder(Value):
    """A member who has, or had, this address: with what they said, and until when they held it."""

    connection_id: str
    member_id: str
    since: Moment
    memory: Memory = Memory()
    declined_at: Moment | None = None
    """An opt-out that they made in Mailchimp at another address of theirs, and that nothing answers here."""
    elsewhere: bool = False
    """They took their contact to another address: what they said still counts here, their data are not shown here."""
    until: Moment | None = None
    erased_at: Moment | None = None
    """When they asked to be erased: who took the address since needs consent newer than that."""

    @property
    def who(self) -> Who:
        """Whose entry this is."""
        return Who(self.connection_id, self.member_id)

    def had(self, at: datetime) -> bool:
        """Whether they had the address at that moment."""
        return self.since <= at and (self.until is None or at <= self.until)

    def blocks(self, other: Self | None, opt_in: datetime | None) -> bool:
        """Whether this one's erasure stands against another who has the address, with that opt-in: they did not have
        it before, and the opt-in is older."""
        if self.erased_at is None or newer(opt_in, self.erased_at):
            return False
        return other is None or other.since >= self.erased_at


class Origin(StrEnum):
    """How a contact came under Accord's care. Contacts without an origin are not touched, save to carry an opt-out."""

    CREATED = "created"
    ADOPTED = "adopted"


class Effect(StrEnum):
    """What an open attempt may do to a contact."""

    CREATE = "create"
    WRITE = "write"
    RAISE = "raise"
    MOVE = "move"
    ARCHIVE = "archive"
    UNSUBSCRIBE = "unsubscribe"
    ASK = "ask"
    TAG = "tag"
    ERASE = "erase"
    OBSERVE = "observe"


class PermissionWritten(Value):
    """What Accord last wrote of a marketing permission, or knows to be so by itself, and for which member."""

    on: bool
    by: Who | None


class InBatch(Value):
    """A batch of Mailchimp's that may still write to a contact, and of what it writes, without any value, that which
    its answer does not tell."""

    id: str = ""
    """Mailchimp's name for the batch; empty until it told, and for ever where that answer was lost."""
    until: Moment
    digest: str
    clears: tuple[str, ...] = ()
    lets_go: tuple[str, ...] = ()
    interests: dict[str, bool] = {}
    language: bool = False
    permissions: dict[str, bool] = {}


class Attempt(Value):
    """A claim on an address. Past `until` its effect is unknown: the contact is read before anything is decided."""

    token: str
    effects: tuple[Effect, ...]
    """What this attempt may do, and what unresolved attempts before it may have done."""
    until: Moment
    moves: str | None = None
    """The `contact_id` that a move brings to this address, where it is known."""
    origin: Origin | None = None
    """That of the contact which a move brings."""
    writes: dict[str, str] = {}
    """What may have been written: merge tag -> fingerprint."""
    interests: tuple[str, ...] = ()
    """Which interests may have been chosen."""
    permissions: dict[str, PermissionWritten] = {}
    """Which marketing permissions may have been switched on, by id."""
    asks_for: Moment | None = None
    """The opt-in for which the person may have been asked to confirm."""
    reconfirms: Moment | None = None
    """The approval of the reconfirmation in which the person may have been asked."""
    begun: Moment | None = None
    """When the first of the unresolved attempts began."""
    batch: InBatch | None = None
    """The batch that this attempt goes out in, or that it has overtaken."""


class Address(Value):
    """What the ledger knows of an address. `seen` is the contact as last seen: None when there never was one, or
    when it is gone. `revision` grows with every write, of the holders as well."""

    key: str
    revision: int = 0
    holders: tuple[Holder, ...] = ()
    subscriber_hash: str = ""
    contact_id: str | None = None
    seen: ContactStatus | None = None
    seen_at: Moment | None = None
    mark: str = ""
    """Of the contact when it was last compared with what is known here (Contact.mark, drift.py); empty where anything
    was seen or written since."""
    origin: Origin | None = None
    digest: str | None = None
    """Of what Accord last wrote and Mailchimp took; None when nothing was written or the effect is unknown."""
    written: dict[str, str] = {}
    """Which values Accord wrote last: merge tag -> fingerprint of a value that was not empty."""
    edited: dict[str, str] = {}
    """Which of these somebody changed in Mailchimp since: merge tag -> fingerprint of what it is now, as last told."""
    edited_at: Moment | None = None
    """When the contact was last changed, as it was first seen to show these."""
    interests: tuple[str, ...] = ()
    """The interests that Accord chose for this contact, by id."""
    language: str = ""
    """The language that Accord wrote last."""
    tags: tuple[str, ...] = ()
    """The tags that are Accord's own on this contact."""
    one_to_one: bool | None = None
    """Whether the person may be written to one to one, as last seen. Nothing about the newsletter follows from it."""
    permissions: dict[str, PermissionWritten] = {}
    """What Accord last wrote of marketing permissions, by id: what the person did to them since is not known here."""

    opted_in_at: Moment | None = None
    """When the contact, as first seen subscribed, had opted in: for members of whose consent upstream knows nothing."""
    confirmed_at: Moment | None = None
    """The person's own opt-in, seen in Mailchimp."""
    unsubscribed_at: Moment | None = None
    """An opt-out made in Mailchimp, or of unknown origin."""
    compliance_at: Moment | None = None
    """Mailchimp answered "Member In Compliance State": somebody opted out, nobody knows when."""
    bounced_at: Moment | None = None
    complained_at: Moment | None = None
    forgotten_at: Moment | None = None
    """Permanently deleted in Mailchimp: the API can not bring it back (FACTS section 7)."""
    archived_by_us_at: Moment | None = None
    archived_by_staff_at: Moment | None = None
    erased_at: Moment | None = None
    """The tombstone of an erasure."""
    asked_for: Moment | None = None
    """The opt-in for which this address was last asked to confirm: nobody is asked twice for one opt-in."""
    reconfirmed_for: Moment | None = None
    """The approval of the reconfirmation in which this address was last asked: nobody is asked twice in one."""
    untold: bool = False
    """Something was seen here that its holders were not made due for yet: set with what was seen, so that a crash in
    between loses nothing."""
    attempt: Attempt | None = None

    @property
    def reference(self) -> str:
        """How the contact is addressed in a URL: by `contact_id` where it is known, else by the subscriber hash."""
        return self.contact_id or self.subscriber_hash

    def follows(self, who: Who) -> bool:
        """Whether the contact is this member's wherever it goes: it was last seen here while they had the address, or
        it is Accord's, and nobody else had the address then. One that was only seen before they came may have left
        before that."""
        held = next((holder for holder in self.holders if holder.who == who), None)
        if held is None or held.elsewhere or self.seen_at is None:
            return False
        others = [holder for holder in self.holders if holder.who != who]
        if held.had(self.seen_at) or (self.ours and not others):
            return True
        return self.ours and held.since <= self.seen_at and not any(other.had(self.seen_at) for other in others)

    def reference_for(self, who: Who) -> str:
        """How a contact of this member's is addressed, wherever it is; of another's, only as long as it is here."""
        return self.reference if self.follows(who) else self.subscriber_hash or self.reference

    @property
    def current_holders(self) -> tuple[Holder, ...]:
        """Those who hold the address now, longest first; ties by their ids."""
        return tuple(
            sorted((h for h in self.holders if h.until is None), key=lambda holder: (holder.since, holder.who))
        )

    @property
    def facts(self) -> tuple[datetime | None, ...]:
        """What was seen of the will of whoever reads mail here, and of the staff's: it concerns every holder."""
        will = (self.confirmed_at, self.unsubscribed_at, self.compliance_at, self.complained_at, self.forgotten_at)
        return (*will, self.bounced_at, self.archived_by_staff_at, self.erased_at)

    @property
    def awaits_reconfirmation(self) -> bool:
        """Whether the contact was lowered to `pending` in a reconfirmation, and nobody answered yet."""
        since = (self.confirmed_at, self.unsubscribed_at, self.compliance_at, self.bounced_at)
        lowered = self.seen is ContactStatus.PENDING and self.reconfirmed_for is not None
        return lowered and not newer(newest(*since), self.reconfirmed_for)

    def held_with_others(self, who: Who) -> bool:
        """Whether somebody other than this member holds the address now."""
        return any(holder.who != who for holder in self.current_holders)

    def agreed_by_others(self, who: Who) -> bool:
        """Whether somebody other than this member holds the address now and agrees to be mailed there: upstream says
        so, or they were seen to opt in here, where nobody else has the address. Whose consent an erasure outdates does
        not; whose own contact is elsewhere needs none here."""
        here = self.confirmed_at if len(self.current_holders) == 1 else None
        for other in (holder for holder in self.current_holders if not holder.elsewhere):
            opt_in = newest(other.memory.opted_in_at, here)
            agrees = newer(opt_in, newest(other.memory.opted_out_at, other.declined_at))
            if other.who != who and agrees and not self.erasure_blocks(other, opt_in):
                return True
        return False

    def erasure_blocks(self, who: Holder | None, opt_in: datetime | None) -> bool:
        """Whether an erasure at this address, carried out or not, stands against a member with that opt-in; `who` is
        their entry. Until it is carried out, it does not touch a consent of who had the address before."""
        asked = any(holder.blocks(who, opt_in) for holder in self.holders)
        return asked or (self.erased_at is not None and not newer(opt_in, self.erased_at))

    def taken_over(self, who: Who) -> bool:
        """Whether this member left the address and somebody else has it now."""
        left = any(holder.who == who and holder.until is not None for holder in self.holders)
        return left and self.held_with_others(who)

    @property
    def ours(self) -> bool:
        """Whether Accord created or adopted the contact."""
        return self.origin is not None
