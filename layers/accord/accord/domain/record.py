"""What the ledger knows of a member: what is wanted, what is settled, and the status that people see."""

from enum import StrEnum
from typing import Self

from accord.domain.address import Who
from accord.domain.consent import Consent, Memory
from accord.domain.history import Cause, Stand
from accord.domain.inverse import Order
from accord.domain.member import Member
from accord.domain.reasons import ReasonCode, Status
from accord.domain.values import Moment, Value


class Presence(StrEnum):
    """Whether the member exists upstream."""

    PRESENT = "present"
    LEFT = "left"
    ERASED = "erased"


class Reason(Value):
    """A reason code and the name that its sentence mentions, if any; never personal data."""

    code: ReasonCode
    detail: str = ""


class HeldAddress(Value):
    """An address that this member has, or had. `left_at`: upstream no longer says it is theirs. `until`: Accord no
    longer cares for the contact there, because it was moved, archived or was never Accord's."""

    key: str
    since: Moment
    left_at: Moment | None = None
    until: Moment | None = None
    declined_at: Moment | None = None
    """An opt-out that the member made in Mailchimp at another address, as it stood when they last had this one."""
    elsewhere: bool = False
    """Whether the member took the contact that they had here to another address, in Mailchimp."""


class OwnChange(Value):
    """The address that the person gave their contact in Mailchimp. It stands until upstream names another one than it
    last did (DESIGN section 2, "Address changes are decided three ways")."""

    key: str
    at: Moment
    subscriber_hash: str
    email: str = ""
    """Dropped with the profile, and learnt anew from the contact."""
    left: str | None = None
    """The key of the address where what is known of the contact is, until it is followed."""
    followed: bool = False
    """Whether what is known of the contact went along."""
    contact_id: str | None = None
    """The contact that they gave it."""
    taken: bool = False
    """Whether somebody else's contact may be where theirs was."""


class Told(Value):
    """What upstream was last told of the member: the notice that stands, with its reason, and the key of the address
    that the person chose."""

    standing: str | None = None
    reason: Reason | None = None
    own_change: str | None = None


class Unsubscribe(Value):
    """With which campaign the member unsubscribed last, as its report says, and the reason that they chose or wrote."""

    at: Moment
    campaign_id: str
    reason: str = ""


class Refusal(Value):
    """What Mailchimp refused, by the digest of what was sent: the same is not sent again until somebody retries."""

    digest: str
    reason: Reason


class Record(Value):
    """One member of one connection.

    `position` orders changes, `version` is what people see of it. `due_at` is there exactly as long as the intent is
    not settled. `revision` is the optimistic lock.
    """

    connection_id: str
    member_id: str
    revision: int = 0
    presence: Presence = Presence.PRESENT
    position: str = ""
    version: int | str | None = None
    profile: Member | None = None
    """Kept only as long as something may be sent from it: an excluded person keeps an id and a reason."""
    profile_mark: str = ""
    """A keyed digest of the last profile, to tell a repeat from a change without keeping it."""
    memory: Memory = Memory()
    consent: Consent | None = None
    erasure_at: Moment | None = None
    """When the person asked to be erased."""
    returned_at: Moment | None = None
    """When the member came back after having left."""
    addresses: tuple[HeldAddress, ...] = ()
    current: str | None = None
    """The key of the address that upstream says the member has now."""
    own_change: OwnChange | None = None

    told: Told = Told()
    settled_version: int | str | None = None
    refusal: Refusal | None = None
    unsubscribe: Unsubscribe | None = None
    reconfirm: str | None = None
    """The reconfirmation in which this member is still to be asked, by its id."""
    reconfirmed: str | None = None
    """The last one that is over for this member, asked or not: nobody is asked twice in one."""
    undo: Order | None = None
    """What of a run is still to be put back."""
    undone: str = ""
    """The run that an operator had undone: what upstream said until then is not written again, until it says something
    new."""
    holders_changed: bool = False
    """Others at the same address must be decided again once this member is settled."""

    status: Status = Status.PENDING
    reason: Reason = Reason(code=ReasonCode.QUEUED)
    since: Moment
    stood: Stand | None = None
    """How the member stood when last settled: what the history shows as before."""
    cause: Cause | None = None
    """Why the member was last made due."""
    attempts: int = 0
    due_at: Moment | None = None
    counted: Status | None = None
    """The status under which the connection's counts hold this member."""

    @property
    def who(self) -> Who:
        """Whose record this is."""
        return Who(self.connection_id, self.member_id)

    @property
    def run(self) -> str:
        """The run that made the member due, if one did."""
        return self.cause.run if self.cause is not None else ""

    @property
    def place(self) -> str | None:
        """The key of the address where the member's contact is, or should be."""
        return self.own_change.key if self.own_change is not None else self.current

    @property
    def places(self) -> set[str | None]:
        """The keys of the addresses that are the member's: upstream's, the one that they chose in Mailchimp, and the
        one where their contact was, until it is followed."""
        own = self.own_change
        return {self.current, self.place, own.left if own is not None and not own.followed else self.place}

    @property
    def kept_addresses(self) -> tuple[HeldAddress, ...]:
        """The addresses still in Accord's care: the current one, and those that a policy keeps or a move has left."""
        return tuple(held for held in self.addresses if held.until is None)

    @property
    def urgent(self) -> bool:
        """Whether an opt-out or an erasure may be waiting: these never stand behind other work."""
        return self.presence is Presence.ERASED or self.memory.stands_opted_out

    @property
    def settled(self) -> bool:
        """Whether nothing is left to do for this member."""
        return self.due_at is None

    @property
    def stored(self) -> Self:
        """This record as the ledger has it once it was stored."""
        return self.model_copy(update={"revision": self.revision + 1, "counted": self.status})
