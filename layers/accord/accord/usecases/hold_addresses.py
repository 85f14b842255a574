"""A connection's members -> holders in the audience that was chosen: before anybody is approved to be written there.

Who holds an address is kept with the audience. Members who were accepted before it was chosen, or while there was
another, hold nothing there yet, and an opt-out of theirs would not close the address for others (promise 6).
"""

from collections.abc import Collection
from dataclasses import dataclass

from accord.domain.connection import Connection
from accord.domain.folding import Intent, holders_of
from accord.domain.record import Record
from accord.errors import Retryable
from accord.ports import Ledger

A_PAGE = 100
TRIES = 6
"""How often a member is read again after a worker was faster."""


@dataclass(frozen=True, slots=True)
class HoldAddresses:
    """Nothing is decided and nothing sent; doing it again does no harm."""

    ledger: Ledger

    def __call__(self, connection: Connection, after: str | None = None) -> tuple[int, str | None]:
        """One page of members: how many hold their addresses now, and the cursor of the next page."""
        page = self.ledger.members(connection.id, None, after, A_PAGE)
        self._hold(connection, [record.member_id for record in page.items])
        return len(page.items), page.next

    def _hold(self, connection: Connection, member_ids: Collection[str]) -> None:
        waiting = set(member_ids)
        for _ in range(TRIES):
            if not waiting:
                return
            records = self.ledger.records(connection.id, waiting)
            intents = [_held(record) for record in records.values() if record.addresses]
            waiting = self.ledger.save_intents(connection.audience_id, intents)
        if waiting:
            raise Retryable("other workers kept changing the same members", effect_unknown=False)


def _held(record: Record) -> Intent:
    """The record as it is, with its entry at each of its addresses."""
    return Intent(record, (), (), tuple(holders_of(record).items()), material=False)
