"""Ledger -> a person: how a member stands, why, what to do about it, and what happened."""

from dataclasses import dataclass

from accord.domain.address import Address
from accord.domain.connection import Connection
from accord.domain.history import Event
from accord.domain.record import Record
from accord.ports import Ledger, Page

EVENTS_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class MemberView:
    """A record with the address that the member has now."""

    record: Record
    address: Address | None


class ShowMember:
    """Reads only; None for a member nobody has heard of."""

    def __init__(self, *, ledger: Ledger) -> None:
        self._ledger = ledger

    def __call__(self, connection: Connection, member_id: str) -> MemberView | None:
        """The member and their contact as last seen."""
        record = self._ledger.records(connection.id, [member_id]).get(member_id)
        if record is None:
            return None
        key = record.place
        return MemberView(record, self._ledger.addresses(connection.audience_id, [key])[key] if key else None)

    def history(self, connection: Connection, member_id: str, after: str | None) -> Page[Event] | None:
        """What happened, newest first, a hundred events a page."""
        if not self._ledger.records(connection.id, [member_id]):
            return None
        return self._ledger.history(connection.id, member_id, after, EVENTS_A_PAGE)
