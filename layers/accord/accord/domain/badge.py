"""A member at one glance, for the pages of other applications: one of four colours, and the reason for it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from accord.domain.reasons import ReasonCode, Status
from accord.domain.record import Reason, Record


class Colour(StrEnum):
    """What a badge says without words; its form says the same to those who see no colours."""

    GREEN = "green"
    """In the audience, as the application last said."""
    GREY = "grey"
    """Not in the audience, or not with a contact of their own, and rightly so."""
    AMBER = "amber"
    """Something waits: for Accord, for Mailchimp, or for the person."""
    RED = "red"
    """Something is wrong that somebody has to mend: Mailchimp or Accord failed with the member, or mail bounced."""


def colour_of(status: Status) -> Colour:
    """Total: every status has a colour."""
    match status:
        case Status.SYNCED:
            return Colour.GREEN
        case Status.PENDING | Status.AWAITING_CONFIRMATION | Status.NEEDS_RECONFIRMATION:
            return Colour.AMBER
        case Status.FAILED | Status.BOUNCED:
            return Colour.RED
        case Status.EXCLUDED | Status.UNSUBSCRIBED | Status.SHARED:
            return Colour.GREY
        case Status.ARCHIVED | Status.ARCHIVED_IN_MAILCHIMP | Status.DELETED_IN_MAILCHIMP | Status.ERASED:
            return Colour.GREY


@dataclass(frozen=True, slots=True)
class Badge:
    """How one member stands; `status` is None for a member that nobody has heard of."""

    member_id: str
    status: Status | None
    reason: Reason

    @classmethod
    def of(cls, member_id: str, record: Record | None) -> Self:
        """No profile, no address: an id, a status and a reason."""
        if record is None:
            return cls(member_id, None, Reason(code=ReasonCode.NOT_KNOWN))
        return cls(member_id, record.status, record.reason)

    @property
    def colour(self) -> Colour:
        """Grey for those whom nobody has heard of."""
        return colour_of(self.status) if self.status is not None else Colour.GREY
