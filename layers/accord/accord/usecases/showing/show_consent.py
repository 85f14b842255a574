"""The certificate of consent: why this person may, or may not, be mailed, with every proof there is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from accord.domain.address import Address
from accord.domain.connection import Connection
from accord.domain.consent import Statement
from accord.domain.contact import ContactStatus
from accord.domain.history import Event, EventKind
from accord.domain.reasons import Status
from accord.domain.record import Record
from accord.ports import Ledger

WRITES: frozenset[EventKind] = frozenset(
    {"created", "updated", "asked_to_confirm", "moved", "unsubscribed", "archived"}
)
"""The events that wrote to Mailchimp what a consent allows, or asks for."""
A_PAGE = 500


class Deed(StrEnum):
    """What a person, or Mailchimp, did there."""

    OPTED_IN = "opted_in"
    OPTED_OUT = "opted_out"
    COMPLAINED = "complained"
    BOUNCED = "bounced"
    DELETED = "permanently_deleted"


@dataclass(frozen=True, slots=True)
class Certificate:
    """All that is known of a member's will. `seen` happened in Mailchimp, at any address they ever had here."""

    record: Record
    may_be_mailed: bool
    statements: tuple[Statement, ...]
    seen: tuple[tuple[datetime, Deed], ...]
    writes: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class ShowConsent:
    """Reads only."""

    ledger: Ledger

    def __call__(self, connection: Connection, member_id: str) -> Certificate | None:
        """Oldest first in each part; None for a member nobody has heard of."""
        record = self.ledger.records(connection.id, [member_id]).get(member_id)
        if record is None:
            return None
        keys = [held.key for held in record.addresses]
        addresses = self.ledger.addresses(connection.audience_id, keys) if keys else {}
        place = addresses.get(record.place or "")
        mailed = place is not None and place.seen is ContactStatus.SUBSCRIBED
        return Certificate(
            record,
            mailed and record.status in {Status.SYNCED, Status.SHARED},
            tuple(self.ledger.statements(connection.id, member_id)),
            tuple(sorted(seen for address in addresses.values() for seen in _seen(address))),
            tuple(reversed([event for event in self._events(connection, member_id) if event.kind in WRITES])),
        )

    def _events(self, connection: Connection, member_id: str) -> Iterator[Event]:
        after: str | None = None
        while True:
            page = self.ledger.history(connection.id, member_id, after, A_PAGE)
            yield from page.items
            after = page.next
            if after is None:
                return


def _seen(address: Address) -> Iterator[tuple[datetime, Deed]]:
    for at, deed in (
        (address.confirmed_at, Deed.OPTED_IN),
        (address.unsubscribed_at, Deed.OPTED_OUT),
        (address.compliance_at, Deed.OPTED_OUT),
        (address.complained_at, Deed.COMPLAINED),
        (address.bounced_at, Deed.BOUNCED),
        (address.forgotten_at, Deed.DELETED),
    ):
        if at is not None:
            yield at, deed
