"""What a first import would do: each member's decision, counted before anything is written to the audience."""

from collections import Counter
from datetime import datetime
from enum import StrEnum
from typing import Self

from accord.domain.actions import (
    Action,
    Archive,
    Create,
    Erase,
    Exclude,
    Follow,
    Hold,
    Look,
    Lower,
    Move,
    Nothing,
    Reconfirm,
    Tag,
    Unsubscribe,
    Update,
)
from accord.domain.address import Address
from accord.domain.contact import ContactStatus
from accord.domain.reasons import ReasonCode
from accord.domain.values import Moment, Value


class Deed(StrEnum):
    """What would happen to a member's contact, as far as the first action tells."""

    CREATE = "create"
    UPDATE = "update"
    LEAVE_ALONE = "leave_alone"
    UNSUBSCRIBE = "unsubscribe"
    ARCHIVE = "archive"


BILLED = frozenset({ContactStatus.SUBSCRIBED, ContactStatus.UNSUBSCRIBED, ContactStatus.TRANSACTIONAL})
"""The statuses that Mailchimp's plans count: not who is archived, cleaned, or was only asked to confirm."""


class Summary(Value):
    """Everything that an operator approves. `contacts` are those of the audience, archived ones included."""

    id: str
    at: Moment
    contacts: int = 0
    members: int = 0
    would: dict[Deed, int] = {}
    excluded: dict[ReasonCode, int] = {}
    """Members to whom nothing would be sent, by the reason."""
    unsubscribed_found: int = 0
    """Members whose contact was found unsubscribed in the audience."""
    billed_contacts_change: int = 0
    former_unread: tuple[str, ...] = ()
    """Audiences before that could not be read: who unsubscribed there since the last time is not known, and would be
    created. Whoever approves decides without it."""

    def with_member(self, action: Action, address: Address | None) -> Self:
        """The summary with one member more: their first action, and the address that it concerns, if any."""
        would, excluded = Counter(self.would), Counter(self.excluded)
        deed = deed_of(action)
        if deed is None and isinstance(action, Exclude | Hold):
            excluded[action.reason] += 1
        elif deed is not None:
            would[deed] += 1
        found = address is not None and address.seen is ContactStatus.UNSUBSCRIBED
        return self.model_copy(
            update={
                "members": self.members + 1,
                "would": dict(would),
                "excluded": dict(excluded),
                "unsubscribed_found": self.unsubscribed_found + found,
                "billed_contacts_change": self.billed_contacts_change + billed_change(action, address),
            }
        )


def begun(summary_id: str, at: datetime, contacts: int, former_unread: tuple[str, ...] = ()) -> Summary:
    """A summary of nobody yet."""
    return Summary(id=summary_id, at=at, contacts=contacts, former_unread=former_unread)


def deed_of(action: Action) -> Deed | None:
    """How an action is counted; None where nothing is sent and the reason says why."""
    match action:
        case Create():
            return Deed.CREATE
        case Look() | Update() | Reconfirm() | Lower() | Move() | Follow() | Tag():
            return Deed.UPDATE
        case Nothing():
            return Deed.LEAVE_ALONE
        case Unsubscribe():
            return Deed.UNSUBSCRIBE
        case Archive() | Erase():
            return Deed.ARCHIVE
        case Exclude() | Hold():
            return None


def billed_change(action: Action, address: Address | None) -> int:
    """By how many contacts the bill grows with this action."""
    seen = address.seen if address is not None else None
    match action:
        case Create(contact=contact):
            return int(contact.status in BILLED)
        case Update(patch=patch) | Reconfirm(patch=patch) if patch.status is not None:
            return int(patch.status in BILLED) - int(seen in BILLED)
        case Archive() | Erase() | Lower():
            return -int(seen in BILLED)
        case _:
            return 0
