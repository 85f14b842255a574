"""What happened to a member: every decision that did something, and what was passed over, with its cause."""

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
    "settled",
    "superseded",
    "refused",
    "postponed",
    "retried",
]


class Event(Value):
    """One line of a member's history. It names fields, never values."""

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
