"""Many updates in one call: held back until all of a worker's are known, then sent as one batch, if they are enough."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from accord.domain import batching
from accord.domain.actions import Active, Update
from accord.domain.connection import Connection
from accord.domain.finishing import tried_again
from accord.domain.reasons import ReasonCode
from accord.domain.timing import Timing
from accord.errors import AccordError, Misconfigured, Retryable
from accord.ports import Clock
from accord.ports.batches import BatchedChange, Batches, OpenBatch, OpenBatches
from accord.usecases.settling.claim_addresses import Order
from accord.usecases.settling.member_work import MemberWork
from accord.usecases.settling.record_outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Batching:
    """What a worker needs for batches. More than `above` updates go out in one."""

    batches_of: Callable[[Connection], Batches]
    open_batches: OpenBatches
    above: int


@dataclass(slots=True)
class SendBatch:
    """The batch of one connection and one invocation. `members`: those who came with so many others that nobody waits
    for them singly; only theirs may be held back, and only once: whom a batch failed gets a call of their own."""

    batching: Batching
    connection: Connection
    clock: Clock
    timing: Timing
    members: frozenset[str]
    held: list[Order[Update]] = field(default_factory=list)

    def hold_back(self, orders: Sequence[Order[Active]]) -> list[Order[Active]]:
        """The orders that are carried out now; the others are held back."""
        now: list[Order[Active]] = []
        for work, action in orders:
            record = work.record
            crowd = record.member_id in self.members and not record.attempts and record.undo is None
            if crowd and isinstance(action, Update) and batching.may_go(action):
                self.held.append((work, action))
            else:
                now.append((work, action))
        return now

    def taken(self) -> list[Order[Update]]:
        """What is held back; from now on nothing is."""
        taken, self.held, self.members = self.held, [], frozenset()
        return taken

    @property
    def claim(self) -> timedelta:
        """How long its addresses stay claimed: until the batch is stopped, and what it began then has ended."""
        return timedelta(seconds=self.timing.batch + self.timing.claim)

    def __call__(self, orders: Sequence[Order[Update]]) -> tuple[list[Outcome], AccordError | None]:
        """Send the batch; the addresses are claimed. What is to be stored of each order, and the error met: after one
        without any effect the members go on, each with a call of its own."""
        now = self.clock.now()
        changes = [
            BatchedChange(operation_name(work), work.addresses[action.key].reference_for(work.record.who), action.patch)
            for work, action in orders
        ]
        try:
            batch_id = self.batching.batches_of(self.connection).begin(changes)
        except Misconfigured as error:
            later = now + timedelta(seconds=self.timing.paused_retry)
            code = ReasonCode.CONNECTION_PAUSED
            return [Outcome(w.unclaimed(), tried_again(w.record, later, code)) for w, _ in orders], error
        except AccordError as error:
            if isinstance(error, Retryable) and error.effect_unknown:  # it may run, and nobody knows its name
                return [Outcome(w, tried_again(w.record, _claimed_until(w))) for w, _ in orders], error
            return [Outcome(work.unclaimed(), work.record, goes_on=True) for work, _ in orders], error
        stop_at = now + timedelta(seconds=self.timing.batch)
        ids = {"connection_id": self.connection.id, "audience_id": self.connection.audience_id}
        self.batching.open_batches.save(OpenBatch(**ids, id=batch_id, stop_at=stop_at))
        return [_in_batch(work, batch_id) for work, _ in orders], None


def operation_name(work: MemberWork) -> str:
    """By which the claim is found when the result comes: its token, and the member's id."""
    return f"{work.token}/{work.record.member_id}"


def named_operation(name: str) -> tuple[str, str]:
    """The token and the member id of an operation; empty ones where it is none of Accord's."""
    token, _, member_id = name.partition("/")
    return token, member_id


def _in_batch(work: MemberWork, batch_id: str) -> Outcome:
    named = work.with_addresses(*(batching.named(address, batch_id) for address in work.claimed_addresses))
    record = tried_again(work.record, _claimed_until(work), ReasonCode.IN_BATCH)
    return Outcome(named, record)


def _claimed_until(work: MemberWork) -> datetime:
    return max(address.attempt.until for address in work.claimed_addresses if address.attempt)
