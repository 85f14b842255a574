"""What happened to a member: every decision that did something, what was before and after, and from which cause."""

from enum import StrEnum
from typing import Literal

from accord.domain.contact import ContactStatus
from accord.domain.reasons import ReasonCode, Status
from accord.domain.values import Moment, Value

EventKind = Literal[
    "created",
    "updated",
    "asked_to_confirm",
    "tagged",
    "moved",
    "followed",
    "archived",
    "unsubscribed",
    "erased",
    "looked_at",
    "heard",
    "edited",
    "hint_lost",
    "fetch_lost",
    "settled",
    "superseded",
    "refused",
    "postponed",
    "retried",
]

OF_THE_LIST: frozenset[EventKind] = frozenset(
    {"created", "asked_to_confirm", "moved", "followed", "archived", "unsubscribed", "erased"}
)


class CauseKind(StrEnum):
    """Why a member is decided."""

    CHANGE = "change"
    """Upstream posted a change; the detail is the id of its request, where it had one."""
    FILE = "file"
    """A file was imported; the detail is the import."""
    WEBHOOK = "webhook"
    """Mailchimp told of the contact; the detail is the kind of webhook."""
    READING = "reading"
    """A reading of the whole audience showed something that no webhook had told."""
    REPORT = "report"
    """The report of a campaign showed something that no webhook had told."""
    OTHER_MEMBER = "other_member"
    """Somebody with whom they share an address said or did something; the detail is that member's id."""
    OPERATOR = "operator"
    """Somebody asked for another try."""
    UNDO = "undo"
    """Somebody had a run undone; the detail is that run."""


class Cause(Value):
    """Why a member was decided, and since when that was known."""

    kind: CauseKind
    at: Moment
    detail: str = ""
    run: str = ""
    """The run that made them due, and to whose writes what follows belongs; empty where it was none."""


def cause_of_plan(plan: str, at: Moment) -> Cause:
    """An operator carried out a plan, named by its id."""
    return Cause(kind=CauseKind.OPERATOR, at=at, detail=f"plan {plan}", run=application_of(plan))


def application_of(plan: str) -> str:
    """The run that carries out a plan: the same for two who ask at once."""
    return f"{plan}-applied"


class Stand(Value):
    """How a member stands, or stood."""

    status: Status
    reason: ReasonCode


class Event(Value):
    """One line of a member's history. It names fields, never values.

    `status`, `reason` and `contact_status` are what came of it, `before` and `contact_before` what was.
    """

    member_id: str
    at: Moment
    id: str
    """Time-ordered; the same deed told twice has the same id."""
    kind: EventKind
    version: int | str | None = None
    status: Status | None = None
    reason: ReasonCode | None = None
    detail: str = ""
    contact_status: ContactStatus | None = None
    before: Stand | None = None
    contact_before: ContactStatus | None = None
    fields: tuple[str, ...] = ()
    """The merge fields that were written or cleared, by tag."""
    cause: Cause | None = None

    @property
    def changes_list(self) -> bool:
        """Whether it belongs to what happened to the list (S9): a contact came, went or has another address, or the
        member to whom there is one stands otherwise than before. Not that somebody's fields have other values."""
        if self.kind in OF_THE_LIST:
            return True
        has_contact = self.contact_status is not None or self.contact_before is not None
        stands_otherwise = self.before is not None and self.status not in {None, self.before.status}
        return has_contact and stands_otherwise
