"""Mailchimp's batches in small, over the fake audience; and the open batches of the ledger, in a dictionary."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from accord.domain.connection import Connection
from accord.domain.contact import Contact
from accord.errors import AccordError, Rejected, Retryable
from accord.ports.batches import BatchedChange, Batches, BatchResult, BatchSeen, OpenBatch
from accord.usecases.settling.send_batch import Batching
from tests.fake_audience import FakeAudience

SLOWEST = timedelta(hours=1)
"""Mailchimp gets to every change of a batch by then."""
KEPT = timedelta(days=7)


@dataclass(slots=True)
class Batch:
    """What was asked, what is done of it, and since when."""

    waiting: list[BatchedChange]
    begun: datetime
    results: list[BatchResult] = field(default_factory=list)


@dataclass(slots=True)
class FakeBatches:
    """`Batches`. `answer` may turn a result into another one, or into none."""

    audience: FakeAudience
    known: dict[str, Batch] = field(default_factory=dict)
    answer: Callable[[BatchResult], BatchResult | None] = lambda result: result
    full: bool = False
    _ids: Iterator[int] = field(default_factory=lambda: count(1))

    def begin(self, changes: Sequence[BatchedChange]) -> str:
        if not changes:
            raise ValueError("a batch has at least one change")
        if any(change.patch.status is not None or not change.patch.merge_fields for change in changes):
            raise ValueError("a batch takes fields, and no status")

        def effect() -> str:
            if self.full:
                raise Retryable("429 TooManyRequests", effect_unknown=False)
            name = f"batch-{next(self._ids)}"
            self.known[name] = Batch(list(changes), self.audience.clock.now())
            return name

        return self.audience._call("begin_batch", effect)

    def look(self, batch_id: str) -> BatchSeen | None:
        def effect() -> BatchSeen | None:
            batch = self.known.get(batch_id)
            if batch is None or self.audience.clock.now() - batch.begun > KEPT:
                return None
            return BatchSeen(not batch.waiting, "" if batch.waiting else batch_id)

        return self.audience._call("look_at_batch", effect, reads=True)

    def results(self, seen: BatchSeen) -> Iterator[BatchResult]:
        def effect() -> list[BatchResult]:
            if seen.results_at not in self.known:  # another collector ended it, and what it held is gone
                raise Retryable("the results are not there", effect_unknown=False)
            return list(self.known[seen.results_at].results)

        found: list[BatchResult] = self.audience._call("results", effect, reads=True)
        for result in found:
            if (told := self.answer(result)) is not None:
                yield told

    def end(self, batch_id: str) -> None:
        def effect() -> None:
            self.known.pop(batch_id, None)

        self.audience._call("end_batch", effect)

    # --- what Mailchimp does ---

    def work_off(self, changes: int = 10**6, *, overdue: bool = False, only: str = "") -> None:
        """Some changes of each batch, or of one, take effect, the last first; with `overdue` only of batches that must
        be over."""
        for batch in [batch for name, batch in self.known.items() if only in ("", name)]:
            late = self.audience.clock.now() - batch.begun >= SLOWEST
            for _ in range(min(changes, len(batch.waiting)) if late or not overdue else 0):
                change = batch.waiting.pop()
                batch.results.append(BatchResult(change.name, self._done(change)))

    def _done(self, change: BatchedChange) -> Contact | AccordError:
        try:
            return self.audience._change(change.reference, change.patch)
        except Rejected as refused:
            return refused


def _no_batches(_connection: Connection) -> Batches:
    raise AssertionError("nothing goes into a batch here")


class FakeOpenBatches:
    """`OpenBatches`."""

    def __init__(self) -> None:
        self.batches: dict[tuple[str, str], OpenBatch] = {}

    def save(self, batch: OpenBatch) -> None:
        self.batches[batch.connection_id, batch.id] = batch

    def all(self) -> list[OpenBatch]:
        return sorted(self.batches.values(), key=lambda batch: batch.stop_at)

    def close(self, batch: OpenBatch) -> None:
        self.batches.pop((batch.connection_id, batch.id), None)


NO_BATCHES = Batching(_no_batches, FakeOpenBatches(), 10**6)
"""For workers that send everything by itself."""
