"""Dead letters -> ledger: what could not be processed is kept, with a status that says so.

A message ends here after five crashes. What it carried is saved all the same, opt-outs included, and its unsettled
members are `failed`, `dead_letter`, until a person looks and retries: nothing that was accepted is lost, and nothing
that crashes is tried for ever. Save opt-outs and erasures, which never wait for a person: they are due again by
themselves, spread over some minutes, so that whoever makes a message crash does not take the same neighbours along
for ever. A webhook of Mailchimp, or of an application that is read, is only a hint: the history
of whom it concerned says that it was lost, and the next full reading sees what it hinted at. A step of a run ends the
run, which says so. A message whose connection is gone stays where it is, for fourteen days.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from accord.domain.changes import Arrived
from accord.domain.connection import Connection
from accord.domain.folding import KeyOf, fold
from accord.domain.history import Cause, CauseKind, Event, Stand
from accord.domain.notice import noticed
from accord.domain.reasons import ReasonCode, Status
from accord.domain.record import Reason, Record
from accord.domain.run import RunState
from accord.domain.timing import Timing
from accord.errors import Retryable
from accord.ports import Clock, Ledger, QueuedChanges, QueuedHint, QueuedNotice, Settlement
from accord.ports.applications import EVERYBODY, QueuedFetch
from accord.ports.tending import QueuedStep, Runs

type Letter = QueuedChanges | QueuedHint | QueuedNotice | QueuedFetch | QueuedStep
"""A message of any queue."""

TRIES = 6
A_LOOK = 500
OFFERED = timedelta(minutes=1)
"""Members that are due in different minutes are offered in different messages."""
SPREAD = 16
"""Into how many messages the urgent members of a dead one go: three times at most, until each is alone."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many members failed, and the indexes of the messages that must come again."""

    members: int
    failed: tuple[int, ...]


class RecordFailures:
    """Settles every member of a dead message that is not settled yet; those that are were done before it died."""

    def __init__(self, *, ledger: Ledger, runs: Runs, clock: Clock, key_of: KeyOf, timing: Timing) -> None:
        self._ledger = ledger
        self._runs = runs
        self._clock = clock
        self._key_of = key_of
        self._retried_after = timedelta(seconds=timing.retry_max)

    def __call__(self, messages: Sequence[Letter]) -> Recorded:
        """Message by message: what crashed once shall not take its neighbours along."""
        members = 0
        failed: list[int] = []
        for index, message in enumerate(messages):
            connection = self._ledger.connection(message.connection_id)
            if connection is None:
                failed.append(index)
                continue
            try:
                match message:
                    case QueuedChanges():
                        members += self._record(connection, message)
                    case QueuedHint():
                        self._note(connection, message)
                    case QueuedStep():
                        self._give_up(message)
                    case QueuedFetch():
                        self._note_fetch(connection, message)
                    case QueuedNotice():
                        pass  # it is in the ledger, and due again: offered once a minute until its retries are over
            except Retryable:
                failed.append(index)
        return Recorded(members, tuple(failed))

    def _record(self, connection: Connection, message: QueuedChanges) -> int:
        self._save(connection, message.changes)
        member_ids = list(dict.fromkeys([*(arrived.change.id for arrived in message.changes), *message.due]))
        places = count()
        return sum(
            self._fail(connection, set(member_ids[start : start + A_LOOK]), places)
            for start in range(0, len(member_ids), A_LOOK)
        )

    def _give_up(self, dead: QueuedStep) -> None:
        run = self._runs.run(dead.connection_id, dead.run_id)
        if run is not None and run.state is RunState.RUNNING:
            update = {"state": RunState.FAILED, "done_at": self._clock.now(), "detail": f"died at {dead.step}"}
            self._runs.save(run.model_copy(update=update))

    def _note(self, connection: Connection, lost: QueuedHint) -> None:
        keys = {self._key_of(email) for email in (lost.hint.email, lost.hint.old_email) if email}
        now = self._clock.now()
        cause = Cause(kind=CauseKind.WEBHOOK, at=lost.hint.received_at, detail=lost.hint.kind)
        for address in self._ledger.addresses(connection.audience_id, keys).values():
            for holder in address.holders:
                id_ = f"{lost.hint.received_at.isoformat(timespec='microseconds')}#hint_lost"
                event = Event(member_id=holder.member_id, at=now, id=id_, kind="hint_lost", cause=cause)
                self._ledger.add_events(holder.connection_id, [event])

    def _note_fetch(self, connection: Connection, lost: QueuedFetch) -> None:
        if lost.reference != EVERYBODY:
            event = Event(
                member_id=lost.reference, at=self._clock.now(), id=f"{lost.token}#fetch_lost", kind="fetch_lost"
            )
            self._ledger.add_events(connection.id, [event])

    def _save(self, connection: Connection, changes: Sequence[Arrived]) -> None:
        arrivals: dict[str, list[Arrived]] = defaultdict(list)
        for arrived in changes:
            arrivals[arrived.change.id].append(arrived)
        waiting = set(arrivals)
        for _ in range(TRIES):
            if not waiting:
                return
            known = self._ledger.records(connection.id, waiting)
            now = self._clock.now()
            folded = [fold(known.get(m), connection, arrivals[m], now, self._key_of) for m in sorted(waiting)]
            waiting = self._ledger.save_intents(connection.audience_id, [i for i in folded if i is not None])
        if waiting:
            msg = "other workers kept changing the same members"
            raise Retryable(msg, effect_unknown=False)

    def _fail(self, connection: Connection, member_ids: set[str], places: Iterator[int]) -> int:
        members = 0
        for _ in range(TRIES):
            records = self._ledger.records(connection.id, member_ids) if member_ids else {}
            now = self._clock.now()
            waiting = [record for record in records.values() if not record.settled]
            unsettled = [record for record in waiting if not (record.urgent and _died(record))]
            for record in waiting:
                if record not in unsettled and (due_at := self._tried_again(record, now, places)):  # that is told
                    self._ledger.postpone([(connection.id, record.member_id)], due_at)
            if not unsettled:
                return members
            failures = [
                _failure(record, now, self._tried_again(record, now, places), notify=bool(connection.notice_url))
                for record in unsettled
            ]
            stored = self._ledger.settle(connection.audience_id, failures)
            members += sum(stored.values())
            member_ids = {member_id for member_id, done in stored.items() if not done}
        msg = "other workers kept changing the same members"
        raise Retryable(msg, effect_unknown=False)

    def _tried_again(self, record: Record, now: datetime, places: Iterator[int]) -> datetime | None:
        return now + self._retried_after + next(places) % SPREAD * OFFERED if record.urgent else None


def _died(record: Record) -> bool:
    return (record.status, record.reason.code) == (Status.FAILED, ReasonCode.DEAD_LETTER)


def _failure(record: Record, now: datetime, due_at: datetime | None, *, notify: bool) -> Settlement:
    failed = record.model_copy(
        update={
            "status": Status.FAILED,
            "reason": Reason(code=ReasonCode.DEAD_LETTER),
            "since": now,
            "stood": Stand(status=Status.FAILED, reason=ReasonCode.DEAD_LETTER),
            "due_at": due_at,
        }
    )
    event = Event(
        member_id=record.member_id,
        at=now,
        id=f"{now.isoformat(timespec='microseconds')}#dead_letter",
        kind="refused",
        version=record.version,
        status=Status.FAILED,
        reason=ReasonCode.DEAD_LETTER,
        before=record.stood,
        cause=record.cause,
    )
    failed, notices = noticed(failed, now)
    return Settlement(failed, events=(event,), notices=notices, notify=notify)
