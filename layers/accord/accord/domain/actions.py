"""What a decision orders. Each active action concerns one contact; a passive one ends in a status."""

from dataclasses import dataclass
from datetime import datetime

from accord.domain.contact import ContactPatch, NewContact, TagChange
from accord.domain.inverse import Step
from accord.domain.reasons import ReasonCode, Status


@dataclass(frozen=True, slots=True)
class Look:
    """Read the contact before anything is decided: an effect is unknown, or a value may not be ours to clear."""

    key: str


@dataclass(frozen=True, slots=True)
class Create:
    """A contact that is not in the audience: one line of a bulk creation."""

    key: str
    contact: NewContact
    digest: str
    asks_for: datetime | None = None
    """The opt-in for which a `pending` asks the person to confirm, where the table allows no more than to ask."""
    declines: tuple[str, ...] = ()
    """The marketing permissions that upstream denies, by id: a new contact has none, so none has to be written."""


@dataclass(frozen=True, slots=True)
class Update:
    """A contact that is known: a PATCH of what Accord maps.

    `patch.status` is set only where the consent table lets a fresh opt-in raise it. An empty patch adopts the contact
    without writing to it.
    """

    key: str
    patch: ContactPatch
    digest: str
    lets_go: tuple[str, ...] = ()
    """Merge tags that Accord filled once, that upstream has no value for, and that somebody changed: theirs by now."""
    puts_back: Step | None = None
    """The step of an undo that this is, if any."""


@dataclass(frozen=True, slots=True)
class Reconfirm:
    """Ask the person once, by `pending`, to confirm a newer opt-in."""

    key: str
    patch: ContactPatch
    digest: str
    asks_for: datetime
    lets_go: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lower:
    """Ask whoever is subscribed at this address to confirm, as an operator approved at that moment: `pending`, and
    nothing else, to a contact that is found subscribed at that very time."""

    key: str
    approved_at: datetime


@dataclass(frozen=True, slots=True)
class Move:
    """Give the contact at `key` the address of `to_key`; it keeps its history."""

    key: str
    to_key: str
    patch: ContactPatch
    digest: str | None
    puts_back: Step | None = None


@dataclass(frozen=True, slots=True)
class Follow:
    """The person gave the contact at `key` another address in Mailchimp: what is known of it goes to `to_key`."""

    key: str
    to_key: str
    subscriber_hash: str


@dataclass(frozen=True, slots=True)
class Tag:
    """Make the difference within Accord's own tags; many members' differences go out in one call a tag."""

    key: str
    email: str
    change: TagChange


@dataclass(frozen=True, slots=True)
class Archive:
    """Take the contact out of the audience; it may come back."""

    key: str
    puts_back: Step | None = None


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Carry an opt-out to the contact."""

    key: str


@dataclass(frozen=True, slots=True)
class Erase:
    """Delete the contact permanently; Mailchimp never takes the address back through its API."""

    key: str


@dataclass(frozen=True, slots=True)
class Exclude:
    """Nothing is sent, and nothing of the profile is kept: the reason says why."""

    reason: ReasonCode
    status: Status = Status.EXCLUDED
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing is sent for now: what must happen first is in the reason."""

    status: Status
    reason: ReasonCode
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Both sides agree."""

    status: Status
    reason: ReasonCode
    detail: str = ""


type Active = Look | Create | Update | Reconfirm | Lower | Move | Follow | Tag | Archive | Unsubscribe | Erase
type Passive = Exclude | Hold | Nothing
type Action = Active | Passive
