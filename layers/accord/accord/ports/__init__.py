"""What the use cases ask of the world, by role. Adapters answer; tests/fakes.py answers too, held to the same contract.

Every method may raise `Retryable` or `Misconfigured` (see errors.py); `Rejected` where the docstring says so.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from accord.domain.address import Address, Holder
from accord.domain.audience_hint import AudienceHint
from accord.domain.changes import Arrived
from accord.domain.connection import AudienceSetup, Connection
from accord.domain.connection_reasons import ConnectionReason
from accord.domain.consent import Statement
from accord.domain.contact import Contact, ContactPatch, NewContact, TagChange
from accord.domain.erasure import Erasure
from accord.domain.folding import Intent
from accord.domain.history import Cause, Event
from accord.domain.notice import DeliveryState, Notice
from accord.domain.reasons import Status
from accord.domain.record import Record
from accord.errors import Rejected


class Clock(Protocol):
    """The time, in UTC."""

    def now(self) -> datetime: ...


class Audience(Protocol):
    """One Mailchimp audience. Every method makes one HTTP call, except `contacts` and `setup`, which page."""

    def create(self, contacts: Sequence[NewContact]) -> list[str | Rejected]:
        """Bulk creation of 500 contacts at most, never changing one that exists. In the order given: the subscriber
        hash of the new contact, or why it was refused (`EXISTS`: read it and decide again)."""

    def read(self, reference: str) -> Contact | None:
        """The contact by `contact_id` or subscriber hash, archived ones included; None where there is none, which
        takes a second call: is the audience itself still there?"""

    def change(self, reference: str, patch: ContactPatch) -> Contact:
        """PATCH: changes a contact that exists, never creates one. Raises Rejected (`NOT_FOUND`, `EXISTS`...)."""

    def archive(self, reference: str) -> None:
        """Raises Rejected (`NOT_FOUND`, `CAN_NOT_ARCHIVE`)."""

    def erase(self, subscriber_hash: str) -> None:
        """`delete-permanent`. Raises Rejected (`NOT_FOUND`)."""

    def tag_contact(self, subscriber_hash: str, change: TagChange) -> None:
        """The tags of one contact, in one call; a tag that is not listed is not touched."""

    def tag_many(self, tag_id: int, add: Sequence[str], remove: Sequence[str]) -> None:
        """One tag for many contacts, by email address, 500 to add and 500 to remove at most."""

    def create_tag(self, name: str) -> int:
        """The id of the new tag."""

    def setup(self) -> AudienceSetup:
        """The audience's merge fields, groups and tags."""

    def contacts(self, *, archived: bool, since: datetime | None = None) -> Iterator[list[Contact]]:
        """All contacts in pages of 1,000: those in the audience, or those archived; only those that changed at `since`
        or later, where it is given (whole seconds count)."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Take the address for one attempt: only if it still has the revision that was read, which must show it free.

    `address` is the address as it shall be stored, attempt included.
    """

    address: Address
    expected_revision: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """What came of one attempt, or of a decision that sent nothing, for one member.

    `addresses` are stored only while the attempt of `token` still stands on them (of their holders only `holders`
    change); `record` only if the stored one still has its revision. All of it or nothing.
    """

    record: Record
    addresses: tuple[Address, ...] = ()
    token: str | None = None
    events: tuple[Event, ...] = ()
    holders: tuple[tuple[str, Holder], ...] = ()
    """The member's entries that change with the record, by address key, as in an intent."""
    notices: tuple[Notice, ...] = ()
    notify: bool = False
    """Whether the notices are to be sent to the application's endpoint as well."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A request that may have come before: when it came first, and whether the queue had taken it then."""

    received_at: datetime
    queued: bool


@dataclass(frozen=True, slots=True)
class Page[T]:
    """A page of a list, and the opaque cursor of the next one (None: that was all)."""

    items: list[T]
    next: str | None


class Ledger(Protocol):
    """The memory of everything: one DynamoDB table.

    Wherever a record is stored (`save_intents`, `settle`), its revision grows by one, the counts follow from
    `record.counted` to `record.status`, and `counted` becomes that status: `record.stored` is what is then there.
    """

    def connection(self, connection_id: str) -> Connection | None: ...

    def save_connection(self, connection: Connection) -> None: ...

    def audience_setup(self, connection_id: str) -> AudienceSetup: ...

    def save_audience_setup(self, connection_id: str, setup: AudienceSetup) -> None: ...

    def break_connection(
        self, connection_id: str, reason: str, at: datetime, code: ConnectionReason | None = None
    ) -> None:
        """Mark the connection `broken` with the reason, or `paused` where its audience is gone; its work stays due."""

    def stop_notices(self, connection_id: str, reason: str) -> None:
        """Nothing is sent to the connection's endpoint any more; the feed goes on."""

    def mend_connection(self, connection_id: str, at: datetime) -> None:
        """Mark a connection `live` again that was `broken`, or paused itself because its audience was gone."""

    def remember_request(self, connection_id: str, request_id: str, now: datetime) -> Remembered:
        """What is known of this request, for 14 days: a new one was first received now, and is not queued."""

    def request_queued(self, connection_id: str, request_id: str, received_at: datetime) -> None:
        """The queue has taken everything of this request, first received then: it need not be queued again."""

    def records(self, connection_id: str, member_ids: Collection[str]) -> dict[str, Record]:
        """The records there are, by member id; read consistently."""

    def addresses(self, audience_id: str, keys: Collection[str]) -> dict[str, Address]:
        """Every address asked for, with its holders (51 at most); unknown ones are empty with revision 0."""

    def save_intents(self, audience_id: str, intents: Sequence[Intent]) -> set[str]:
        """Store records (each on its `revision`, which then grows by one), statements and holders; a changed holder
        raises the revision of its address. The member ids that lost against another worker are returned: fold again."""

    def claim(self, audience_id: str, claims: Sequence[Claim]) -> set[str]:
        """The keys that could not be claimed. Revisions grow by one."""

    def settle(self, audience_id: str, settlements: Sequence[Settlement]) -> dict[str, bool]:
        """For each member: whether the settlement was stored. False: the record or the claim was lost; read again."""

    def release(self, audience_id: str, addresses: Sequence[Address], token: str) -> None:
        """Store the addresses as given if the attempt of `token` still stands on them, records untouched."""

    def touch(self, connection_id: str, member_ids: Collection[str], due_at: datetime, cause: Cause) -> None:
        """Make members due by `due_at` at the latest, say why, and raise their revision, so that a worker that had
        decided without knowing what somebody else said reads again. Unknown ids are passed over."""

    def due(self, now: datetime, limit: int, *, urgent: bool) -> list[tuple[str, str]]:
        """Connection and member ids whose `due_at` has come, oldest first: those that are urgent, or the others."""

    def postpone(self, members: Sequence[tuple[str, str]], due_at: datetime) -> None:
        """Set another `due_at` on members that are due; their revision stays."""

    def add_events(self, connection_id: str, events: Sequence[Event]) -> None:
        """Append to the history. The same event, added twice, is there once."""

    def note_erasure(self, connection_id: str, erasure: Erasure) -> None:
        """A wish to be erased was accepted. Noting it again changes nothing."""

    def erasure(self, connection_id: str, erasure_id: str) -> Erasure | None:
        """Who asked for it, and when; kept without end, as the proof that it was done."""

    def forget_member(self, connection_id: str, member_id: str) -> None:
        """Delete the member's history and activity, and of each consent statement all but its status and times. Doing
        it again does no harm."""

    def statements(self, connection_id: str, member_id: str) -> list[Statement]:
        """Every consent statement of a member, oldest first: proof has no end."""

    def history(self, connection_id: str, member_id: str, after: str | None, limit: int) -> Page[Event]:
        """Newest first."""

    def members(self, connection_id: str, status: Status | None, after: str | None, limit: int) -> Page[Record]:
        """By status, those longest in it first. A page may be shorter than `limit` and still have a next one."""

    def notices(self, connection_id: str, after: str | None, until: datetime, limit: int) -> Page[Notice]:
        """What upstream must be told, as known by `until`, the oldest first, for 35 days. `next` is always there: from
        there on everything is new. Raises ValueError for a cursor that no page of this connection gave."""

    def counts(self, connection_id: str) -> Mapping[Status, int]: ...


@dataclass(frozen=True, slots=True)
class QueuedChanges:
    """One message on `member-changes` or `bulk-changes`: accepted changes of one connection, or members to look at
    again because they are due."""

    connection_id: str
    changes: tuple[Arrived, ...] = ()
    due: tuple[str, ...] = ()


class ChangeQueue(Protocol):
    """The queue that `sync_members` empties."""

    def send(self, message: QueuedChanges) -> None:
        """One message, accepted by the queue when this returns."""


@dataclass(frozen=True, slots=True)
class QueuedHint:
    """One message on `audience-events`: what a webhook hinted at. `attempt` counts how often it was put back."""

    connection_id: str
    hint: AudienceHint
    attempt: int = 0


class HintQueue(Protocol):
    """The queue that `apply_audience_events` empties."""

    def send(self, queued: QueuedHint, delay: int = 0) -> None:
        """One message, accepted by the queue when this returns; it comes `delay` seconds later, 900 at most."""


@dataclass(frozen=True, slots=True)
class QueuedNotice:
    """One message on `upstream-notices`: where the notice lies."""

    connection_id: str
    key: str


class NoticeQueue(Protocol):
    """The queue that `notify_upstream` empties."""

    def send(self, queued: QueuedNotice) -> None:
        """One message, accepted by the queue when this returns."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notice that is still to be sent, and how often that was tried."""

    key: str
    notice: Notice
    attempts: int


class Outbox(Protocol):
    """The notices that are still to be sent."""

    def due_notices(self, now: datetime, limit: int) -> list[QueuedNotice]:
        """Those whose time has come."""

    def postpone_notices(self, notices: Sequence[QueuedNotice], due_at: datetime) -> None:
        """Set another time on notices that are still to be sent."""

    def add_notice(self, connection_id: str, notice: Notice, *, notify: bool) -> None:
        """One that comes with no settlement, for the feed and, with `notify`, to be sent; the same again is one."""

    def delivery(self, queued: QueuedNotice) -> Delivery | None:
        """The notice, if it is still to be sent."""

    def record_delivery(self, delivery: Delivery, state: DeliveryState, answer: str, due_at: datetime | None) -> None:
        """What came of a try, and when the next one is due, if there is one. Counts the try."""


class EndpointRefusedError(Exception):
    """Nothing is sent to such an address; the message says why, and does not repeat it."""


class Endpoint(Protocol):
    """The application's own endpoint."""

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The status of the answer. Raises EndpointRefusedError."""


class CallerSecrets(Protocol):
    """The secrets of a connection, by which its upstream application and Mailchimp are known."""

    def signing_secrets(self, connection: Connection) -> tuple[str, ...]:
        """The `whsec_...` secrets that are valid now: one, or two while it is rotated."""

    def webhook_signing_secrets(self, connection: Connection, *, fresh: bool = False) -> tuple[str, ...]:
        """Those with which Mailchimp signs its webhook, with `fresh` as they are now; none where it does not."""
