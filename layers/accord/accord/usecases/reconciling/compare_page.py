"""A page of contacts against the ledger: what is seen is remembered, and whoever is concerned is told, or kept back."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from accord.domain.address import Address
from accord.domain.connection import Connection
from accord.domain.contact import Contact
from accord.domain.folding import KeyOf
from accord.domain.history import Cause, CauseKind
from accord.domain.plan import PlanSum
from accord.domain.run import Run, RunKind
from accord.domain.sweep import Found, found_at
from accord.ports import Audience, ChangeQueue, Clock, Ledger
from accord.usecases.reconciling.hold_drift import HoldDrift
from accord.usecases.reconciling.read_audience import ReadAudience
from accord.usecases.reconciling.read_contact import ReadContact
from accord.usecases.settling.gather_due import GatherDue


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of a page; `held` and `would` as in PageRead, `passed_over` as ReadAudience tells."""

    found: Counter[Found] = field(default_factory=Counter)
    held: tuple[str, ...] = ()
    would: PlanSum = field(default_factory=PlanSum)
    passed_over: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ComparePage:
    """Nobody is told before an approval of the connection, which decides everybody anew."""

    ledger: Ledger
    clock: Clock
    key_of: KeyOf
    bulk: ChangeQueue
    hold: HoldDrift

    def __call__(
        self, connection: Connection, run: Run, audience: Audience, news: Mapping[str, Contact], at: datetime
    ) -> Compared:
        """Those that do not look as they did when they were last compared, by the keys of their addresses. Raises
        Retryable."""
        changes: list[tuple[Address, Address]] = []
        passed_over: list[str] = []
        read = ReadAudience(
            self.ledger,
            audience,
            self.clock,
            self.key_of,
            connection.policy,
            connection.id,
            tells=run.kind is RunKind.RECONCILIATION,
            on_passed_over=passed_over.append,
            on_change=lambda before, after: changes.append((before, after)),
        )
        read.remember(connection.audience_id, list(news.values()), at)
        held, would = self.hold(connection, changes, news)
        found: Counter[Found] = Counter()
        queue, cause = GatherDue(self.bulk), Cause(kind=CauseKind.READING, at=run.at, run=run.id)
        read_contact = self._reader(queue)
        for before, after in changes:
            found.update(found_at(before, after, news[after.key]))
            if after.key not in held:
                read_contact.tell(connection.audience_id, before, after, cause)
        queue.flush()
        return Compared(found, tuple(sorted(held)), would, tuple(dict.fromkeys(passed_over)))

    def release(self, connection: Connection, run: Run, after: str, deadline: datetime) -> str | None:
        """Tell the holders of what was kept back, on the pages after that one; where to go on, when the time was too
        short. Raises Retryable."""
        queue, cause = GatherDue(self.bulk), Cause(kind=CauseKind.READING, at=run.at, run=run.id)
        read_contact = self._reader(queue)
        for place, addresses in self.hold.kept_back(connection, run, after):
            for address in addresses:
                stored_over = address.model_copy(update={"revision": address.revision - 1})
                read_contact.tell(connection.audience_id, stored_over, address, cause)
            queue.flush()
            if self.clock.now() >= deadline:
                return place
        return None

    def _reader(self, queue: GatherDue) -> ReadContact:
        return ReadContact(self.ledger, self.clock, self.key_of, queue)
