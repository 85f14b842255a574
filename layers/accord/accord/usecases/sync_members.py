"""Queue -> Mailchimp: fold what arrived into intents, save them, then settle each member (DESIGN section 2)."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import batched

from accord.domain.changes import Arrived
from accord.domain.connection import Connection
from accord.domain.folding import KeyOf, fold
from accord.domain.lifecycle import may_send_urgent
from accord.domain.payload import NationalPhone
from accord.domain.reasons import ReasonCode, Status
from accord.domain.record import Record
from accord.domain.timing import Timing
from accord.errors import Misconfigured, Retryable
from accord.ports import Audience, Clock, Ledger, QueuedChanges
from accord.ports.undoing import Images
from accord.usecases.connecting.stop_connection import stop_connection
from accord.usecases.settling.perform_bulk import BULK
from accord.usecases.settling.reach_former import ReachFormer
from accord.usecases.settling.send_batch import Batching, SendBatch
from accord.usecases.settling.settle_members import SettleMembers
from accord.usecases.settling.unreachable_audience import UnreachableAudience

SAVES = 6
"""How often an intent is folded again after another worker was faster."""


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What one batch came to. `failed` are the indexes of messages that must come again."""

    failed: tuple[int, ...] = ()
    settled: Counter[Status] = field(default_factory=Counter)
    postponed: int = 0
    errors: tuple[Exception, ...] = ()
    """Errors of Accord's own, met with single members: each of these members is `failed`, `internal_error`."""


@dataclass(frozen=True, slots=True)
class SyncMembers:
    """One invocation's work. A message is done once its intents are saved: the ledger holds unfinished work."""

    ledger: Ledger
    images: Images
    audience_of: Callable[[Connection], Audience]
    clock: Clock
    key_of: KeyOf
    national_phone: NationalPhone
    timing: Timing
    new_token: Callable[[], str]
    batching: Batching

    def __call__(self, messages: Sequence[QueuedChanges], deadline: datetime) -> SyncResult:
        """Save all intents, then settle as many members as the time until `deadline` allows; the rest stays due. Only
        messages for which there was no time at all are handed back."""
        by_connection: dict[str, list[int]] = defaultdict(list)
        for index, message in enumerate(messages):
            by_connection[message.connection_id].append(index)
        failed: list[int] = []
        settled: Counter[Status] = Counter()
        postponed = 0
        errors: list[Exception] = []
        for connection_id, indexes in by_connection.items():
            members: dict[str, Record] = {}
            try:
                connection = self.ledger.connection(connection_id)
                for index in indexes:
                    if connection is None or self.clock.now() >= deadline:
                        failed.append(index)
                    else:
                        saved = self._save(connection, messages[index], deadline)
                        members |= {record.member_id: record for record in saved}
                audience = self._audience(connection) if connection is not None else None
            except Retryable:
                failed += indexes
                continue
            except Misconfigured as error:  # the connection's secret is gone: what was saved waits for a person
                stop_connection(self.ledger, connection_id, error, self.clock.now())
                continue
            if connection is None or audience is None:
                continue
            settle = SettleMembers(
                ledger=self.ledger,
                images=self.images,
                audience=audience,
                clock=self.clock,
                connection=connection,
                timing=self.timing,
                key_of=self.key_of,
                national_phone=self.national_phone,
                new_token=self.new_token,
                deadline=deadline,
                batch=self._batch(connection, [messages[index] for index in indexes]),
            )
            reach = ReachFormer(
                ledger=self.ledger,
                audience_of=self.audience_of,
                clock=self.clock,
                connection=connection,
                timing=self.timing,
                key_of=self.key_of,
                new_token=self.new_token,
                deadline=deadline,
            )
            with suppress(Retryable):  # the ledger is out of reach: what was saved is due, and is offered again
                waiting = reach(members.values()) if may_send_urgent(connection) else set[str]()
                postponed += len(waiting)
                ready = (record for member_id, record in members.items() if member_id not in waiting)
                for some in batched(ready, BULK, strict=False):
                    settle(some)
                settle.finish()
            settled += settle.record.settled
            postponed += settle.record.postponed
            errors += settle.decide.errors
        return SyncResult(tuple(failed), settled, postponed, tuple(errors))

    def _audience(self, connection: Connection) -> Audience:
        return self.audience_of(connection) if may_send_urgent(connection) else UnreachableAudience()

    def _batch(self, connection: Connection, messages: Sequence[QueuedChanges]) -> SendBatch:
        """Whoever came in a message with few others is waited for: only of large ones somebody may go into a batch."""
        many: set[str] = set()
        few: set[str] = set()
        for message in messages:
            ids = {*message.due, *(arrived.change.id for arrived in message.changes)}
            (many if len(ids) > self.batching.above else few).update(ids)
        return SendBatch(self.batching, connection, self.clock, self.timing, frozenset(many - few))

    def _save(self, connection: Connection, message: QueuedChanges, deadline: datetime) -> list[Record]:
        """Save the intents of a message; the members that have something to settle. They are offered to others only
        after this invocation has surely ended: two workers at one member get in each other's way."""
        arrivals: dict[str, list[Arrived]] = defaultdict(list)
        for arrived in message.changes:
            arrivals[arrived.change.id].append(arrived)
        hinted = set(message.due) - arrivals.keys()
        ready = [r for r in self.ledger.records(connection.id, hinted).values() if not r.settled] if hinted else []
        if died := [(connection.id, r.member_id) for r in ready if r.reason.code is ReasonCode.DEAD_LETTER]:
            # Should they make this worker crash as well, they are not offered anew while this message comes again.
            self.ledger.postpone(died, self.clock.now() + timedelta(seconds=self.timing.retry_max))
        due_at = max(self.clock.now() + timedelta(seconds=self.timing.lease), deadline)
        waiting = set(arrivals)
        for _ in range(SAVES):
            known = self.ledger.records(connection.id, waiting)
            folded = {m: fold(known.get(m), connection, arrivals[m], due_at, self.key_of) for m in waiting}
            intents = [intent for intent in folded.values() if intent is not None]
            lost = self.ledger.save_intents(connection.audience_id, intents)
            ready += [known[m] for m, intent in folded.items() if intent is None and not known[m].settled]
            stored = [intent.record.stored for intent in intents if intent.record.member_id not in lost]
            ready += [record for record in stored if not record.settled]
            waiting = lost
            if not waiting:
                return ready
        msg = "other workers kept changing the same members"
        raise Retryable(msg, effect_unknown=False)
