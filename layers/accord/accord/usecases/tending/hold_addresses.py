"""A connection's members -> holders in the audience that was chosen, waiting to be approved to be written there.

Who holds an address is kept with the audience. Members who were accepted before it was chosen, or while there was
another, hold nothing there yet, and an opt-out of theirs would not close the address for others (promise 6). How they
stood in another audience, or before the connection was ended, says nothing here: the approval decides everybody anew.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from accord.domain.connection import Connection
from accord.domain.folding import Intent, holders_of
from accord.domain.reasons import ReasonCode, Status
from accord.domain.record import Reason, Record
from accord.errors import Retryable
from accord.ports import Clock, Ledger

A_PAGE = 100
TRIES = 6
"""How often a member is read again after a worker was faster."""


@dataclass(frozen=True, slots=True)
class HoldAddresses:
    """Nothing is decided and nothing sent; doing it again does no harm."""

    ledger: Ledger
    clock: Clock

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
            now = self.clock.now()
            intents = [_held(record, now) for record in records.values() if record.addresses or record.settled]
            waiting = self.ledger.save_intents(connection.audience_id, intents)
        if waiting:
            raise Retryable("other workers kept changing the same members", effect_unknown=False)


def _held(record: Record, at: datetime) -> Intent:
    """The record, which waits, with its entry at each of its addresses. An erasure that is done stays done."""
    if record.settled and record.status is not Status.ERASED:
        reason = Reason(code=ReasonCode.AWAITING_APPROVAL)
        update = {"status": Status.PENDING, "reason": reason, "since": at, "due_at": at, "attempts": 0}
        record = record.model_copy(update=update)
    return Intent(record, (), (), tuple(holders_of(record).items()), material=False)
