"""The audiences before -> the one that was chosen: what people did there since they were last read is no less a no.

A webhook that was lost, and no night after it, would let somebody who unsubscribed there be created here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from accord.domain.connection import Connection
from accord.domain.folding import KeyOf
from accord.domain.observation import witness
from accord.domain.run import RunKind, RunState
from accord.domain.sweep import Found, PagePlace, PageRead, overlapping
from accord.errors import Misconfigured
from accord.ports import Clock, Ledger
from accord.ports.reconciling import AudienceListing
from accord.ports.tending import Runs
from accord.usecases.tending.take_along import TakeAlong

A_LOOK = 60
"""Runs among which the last reading of an audience is looked for; where it is older, all of it is read."""
READS = {RunKind.RECONCILIATION, RunKind.AUDIENCE_READING}


@dataclass(frozen=True, slots=True)
class ReadFormer:
    """Nothing is written to these audiences, and nothing remembered of them: what holds people back goes along."""

    ledger: Ledger
    listing_of: Callable[[Connection], AudienceListing]
    runs: Runs
    clock: Clock
    key_of: KeyOf
    take_along: TakeAlong

    def places(self, connection: Connection) -> list[PagePlace]:
        """The first pages of what changed in each of them."""
        return [
            PagePlace(former=audience_id, archived=archived, since=since)
            for audience_id in connection.former_audiences
            for since in (self._last_read(connection, audience_id),)
            for archived in (False, True)
        ]

    def page(self, connection: Connection, place: PagePlace) -> PageRead:
        """One page. An audience that is gone, or another account's, is `unread`: an operator decides without it. Raises
        Retryable."""
        asked_at = self.clock.now()
        before = connection.model_copy(update={"audience_id": place.former})
        try:
            listed = self.listing_of(before).page(place)
        except Misconfigured:
            return PageRead(place=place, total=0, counts={Found.READ: 0, Found.CALLS: 1}, unread=True)
        shown = {self.key_of(each.email): each.whole() for each in listed.contacts}
        known = self.ledger.addresses(place.former, shown) if shown else {}
        self.take_along.carry(connection, {key: witness(known[key], shown[key], asked_at) for key in shown})
        return PageRead(place=place, total=listed.total, counts={Found.READ: 0, Found.CALLS: 1})

    def _last_read(self, connection: Connection, audience_id: str) -> datetime | None:
        runs = [run for run in self.runs.page(connection.id, None, A_LOOK).items if run.audience_id == audience_id]
        read = [run.at for run in runs if run.kind in READS and run.state is RunState.DONE]
        return overlapping(max(read)) if read else None
