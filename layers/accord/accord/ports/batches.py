"""What the use cases ask of Mailchimp's batches: many changes in one call, done in the background, told later.

Adapters answer; tests/fake_batches.py answers too, held to the same contract. Every method of `Batches` may raise
`Retryable` or `Misconfigured` (errors.py).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from accord.domain.contact import Contact, ContactPatch
from accord.domain.values import Moment, Value
from accord.errors import AccordError


class BatchedChange(NamedTuple):
    """A change of one contact, as `Audience.change` makes it; it has fields, and no status. `name` comes back with its
    result: it holds no personal data."""

    name: str
    reference: str
    patch: ContactPatch


class BatchSeen(NamedTuple):
    """How far a batch is. `results_at`: where its results lie for ten minutes from now, once it is finished."""

    finished: bool
    results_at: str = ""


class BatchResult(NamedTuple):
    """What came of one change: the contact after it, or why it failed."""

    name: str
    answer: Contact | AccordError


class Batches(Protocol):
    """The batches of one Mailchimp account, for one audience. Every method makes one HTTP call."""

    def begin(self, changes: Sequence[BatchedChange]) -> str:
        """The id of a batch of these changes, which are done later and in no order. Raises Rejected when Mailchimp
        does not take it; nothing of it is done then."""

    def look(self, batch_id: str) -> BatchSeen | None:
        """None where there is no such batch: it was ended, or is more than seven days old."""

    def results(self, seen: BatchSeen) -> Iterator[BatchResult]:
        """One by one, always in the same order, as they are read. Raises Retryable where they can not be read (for
        now), Rejected where they are more than is believed."""

    def end(self, batch_id: str) -> None:
        """Stop the batch if it is not over, and have its results deleted. Doing it again does no harm."""


class OpenBatch(Value):
    """A batch whose results are still to be fetched. `settled`: how many of them are dealt with."""

    connection_id: str
    audience_id: str
    id: str
    stop_at: Moment
    settled: int = 0


class OpenBatches(Protocol):
    """The batches of all connections that are not over. May raise `Retryable`."""

    def save(self, batch: OpenBatch) -> None:
        """A new one, or how far it is."""

    def all(self) -> list[OpenBatch]:
        """Those that are to be stopped soonest first."""

    def close(self, batch: OpenBatch) -> None:
        """It is over. Doing it again does no harm."""
