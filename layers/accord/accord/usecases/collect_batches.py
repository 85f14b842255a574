"""Mailchimp's batches -> ledger: fetch the results of those that are finished, and settle their members one by one."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched, islice

from accord.domain.connection import Connection, ConnectionState
from accord.domain.folding import KeyOf
from accord.domain.payload import NationalPhone
from accord.domain.reasons import Status
from accord.domain.timing import Timing
from accord.errors import Misconfigured, Rejected, Retryable
from accord.ports import Audience, Clock, Ledger
from accord.ports.batches import Batches, BatchSeen, OpenBatch, OpenBatches
from accord.ports.undoing import Images
from accord.usecases.connecting.stop_connection import stop_connection
from accord.usecases.settling.settle_batch import SettleBatch
from accord.usecases.settling.settle_members import SettleMembers

TOGETHER = 100
"""Results in memory, and settled, at a time."""


@dataclass(slots=True)
class Collected:
    """What one invocation came to, in batches and members."""

    open: int = 0
    closed: int = 0
    stopped: int = 0
    settled: Counter[Status] = field(default_factory=Counter)
    postponed: int = 0
    errors: list[Exception] = field(default_factory=list)
    """Errors of Accord's own, met with single members: each of these members is `failed`, `internal_error`."""


@dataclass(frozen=True, slots=True)
class CollectBatches:
    """One invocation's work, one open call to Mailchimp at a time. Two at once do no harm: a result is settled under
    the claim that it belongs to, and so once."""

    ledger: Ledger
    images: Images
    open_batches: OpenBatches
    batches_of: Callable[[Connection], Batches]
    audience_of: Callable[[Connection], Audience]
    clock: Clock
    key_of: KeyOf
    national_phone: NationalPhone
    timing: Timing
    new_token: Callable[[], str]

    def __call__(self, deadline: datetime) -> Collected:
        """Look at each open batch, that which must end soonest first, until the time is over. What was not done is
        done a minute later; a batch that can not be fetched is given up when its time is over, and then the claims of
        its members end, whose contacts are read again."""
        collected = Collected()
        for batch in self.open_batches.all():
            if self.clock.now() >= deadline:
                collected.open += 1
                continue
            try:
                over = self._collect(batch, deadline, collected)
            except (Retryable, Rejected):
                over = self.clock.now() >= batch.stop_at
            if over:
                self.open_batches.close(batch)
                collected.closed += 1
            else:
                collected.open += 1
        return collected

    def _collect(self, batch: OpenBatch, deadline: datetime, collected: Collected) -> bool:
        """Whether nothing is left to do for this batch."""
        connection = self.ledger.connection(batch.connection_id)
        if connection is None or connection.state is ConnectionState.DISCONNECTED:
            return True
        try:
            batches = self.batches_of(connection)
            seen = batches.look(batch.id)
            if seen is None:
                return True
            done = seen.finished and self._settled(connection, batches, batch, seen, deadline, collected)
            if not done and self.clock.now() < batch.stop_at:
                return False
            collected.stopped += not seen.finished
            batches.end(batch.id)  # the results hold what was written of everybody
        except Misconfigured as error:
            stop_connection(self.ledger, connection.id, error, self.clock.now())
            return self.clock.now() >= batch.stop_at
        return True

    def _settled(
        self,
        connection: Connection,
        batches: Batches,
        batch: OpenBatch,
        seen: BatchSeen,
        deadline: datetime,
        collected: Collected,
    ) -> bool:
        """Whether all results were dealt with; how far that came is remembered."""
        members = SettleMembers(
            ledger=self.ledger,
            images=self.images,
            audience=self.audience_of(connection),
            clock=self.clock,
            connection=connection,
            timing=self.timing,
            key_of=self.key_of,
            national_phone=self.national_phone,
            new_token=self.new_token,
            deadline=deadline,
        )
        settle = SettleBatch(self.ledger, self.clock, connection, batch, self.key_of, members)
        all_done = True
        try:
            for some in batched(islice(batches.results(seen), batch.settled, None), TOGETHER, strict=False):
                if self.clock.now() >= deadline:
                    return False
                all_done &= settle(some)
                if all_done:
                    batch = batch.model_copy(update={"settled": batch.settled + len(some)})
                    self.open_batches.save(batch)
        except Rejected:
            return True  # more than is believed: the claims end by themselves
        finally:
            collected.settled += members.record.settled
            collected.postponed += members.record.postponed
            collected.errors += members.decide.errors
        return all_done
