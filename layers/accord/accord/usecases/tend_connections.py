"""`connection-steps` -> ledger: the long work on a connection, step by step, each within one invocation.

The way to the first approval: read the audience, sum up what an import would do, wait for a person; then the import,
which `sync_members` carries out, and which is watched until nobody waits any more.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import batched

from accord.domain import lifecycle, summary
from accord.domain.connection import Connection
from accord.domain.history import Cause, CauseKind
from accord.domain.notice import imported
from accord.domain.reasons import Status
from accord.domain.run import Run, RunState
from accord.errors import Retryable
from accord.ports import ChangeQueue, Clock, Ledger, Outbox, QueuedChanges
from accord.ports.connections import Connections
from accord.ports.reconciling import Reconciliations
from accord.ports.tending import Mail, Place, QueuedStep, Runs, Step, StepQueue
from accord.usecases.connecting.change_connection import changed
from accord.usecases.reconciling.apply_plan import ApplyPlan
from accord.usecases.tending.call_up_members import CallUpMembers
from accord.usecases.tending.hold_addresses import HoldAddresses
from accord.usecases.tending.sum_up_members import SumUpMembers
from accord.usecases.tending.take_along import TakeAlong
from accord.usecases.tending.tell_import import told_import

A_HINT = 500
"""Members in one message: as many as one bulk creation takes."""
WATCH_EVERY = 10
"""Seconds between two looks at an import."""
AGAIN = 60
"""Seconds until a step that Mailchimp or the ledger did not answer comes again."""


@dataclass(frozen=True, slots=True)
class TendConnections:
    """One invocation's work. Whatever is to be read in Mailchimp, others read."""

    ledger: Ledger
    connections: Connections
    runs: Runs
    reconciliations: Reconciliations
    clock: Clock
    take_along: TakeAlong
    hold: HoldAddresses
    sum_up: SumUpMembers
    call_up: CallUpMembers
    apply_plan: ApplyPlan
    steps: StepQueue
    bulk_queue: ChangeQueue
    outbox: Outbox
    mail: Mail
    offered_again: timedelta

    def __call__(self, steps: Sequence[QueuedStep], deadline: datetime) -> tuple[Counter[Step], list[int]]:
        """The steps that were taken, and the indexes of messages for which there was no time, or no queue."""
        taken: Counter[Step] = Counter()
        failed: list[int] = []
        for index, queued in enumerate(steps):
            if self.clock.now() >= deadline:
                failed.append(index)
                continue
            try:
                self._take(queued, deadline)
            except Retryable:
                failed.append(index)
            else:
                taken[queued.step] += 1
        return taken, failed

    def _take(self, queued: QueuedStep, deadline: datetime) -> None:
        connection = self.connections.connection(queued.connection_id)
        run = self.runs.run(queued.connection_id, queued.run_id)
        if connection is None or run is None or run.state is not RunState.RUNNING:
            return  # somebody disconnected it, or began anew
        if not run.is_of(connection):
            self._end(run, RunState.FAILED, detail="another audience was chosen meanwhile")
            return
        work: dict[Step, Callable[[Connection, Run, QueuedStep, datetime], None]] = {
            Step.TAKE_ALONG: self._take_along,
            Step.HOLD: self._hold,
            Step.SUM_UP: self._sum_up,
            Step.IMPORT: self._import,
            Step.RECONFIRM: self.call_up,
            Step.APPLY: self.apply_plan,
            Step.WATCH: self._watch,
        }
        try:
            work[queued.step](connection, run, queued, deadline)
        except Retryable:
            self.steps.send(queued, AGAIN)

    def _take_along(self, connection: Connection, run: Run, queued: QueuedStep, deadline: datetime) -> None:
        former, after = queued.place.former, queued.place.cursor
        for audience_id in connection.former_audiences[former:]:
            while True:
                after = self.take_along(connection, audience_id, after)
                if after is None:
                    former += 1
                    break
                if self._is_over(deadline):
                    self.steps.send(replace(queued, place=Place(cursor=after, former=former)))
                    return
        self.steps.send(QueuedStep(connection.id, Step.HOLD, run.id))

    def _hold(self, connection: Connection, run: Run, queued: QueuedStep, deadline: datetime) -> None:
        after = queued.place.cursor
        while True:
            _, after = self.hold(connection, after)
            if after is None:
                self.reconciliations.start(connection.id, run.id)  # it sends the next step when all is read
                return
            if self._is_over(deadline):
                self.steps.send(replace(queued, place=Place(cursor=after)))
                return

    def _sum_up(self, connection: Connection, run: Run, queued: QueuedStep, deadline: datetime) -> None:
        counted = run.summary or summary.begun(run.id, self.clock.now(), run.done)
        counted, after = self.sum_up(connection, counted, queued.place.cursor, partial(self._is_over, deadline))
        run = run.model_copy(update={"summary": counted})
        if after is not None:
            self.runs.save(run)
            self.steps.send(replace(queued, place=Place(cursor=after)))
            return
        self._end(run, RunState.DONE)
        self._change(connection, lifecycle.Step.SUMMARISE)

    def _import(self, connection: Connection, run: Run, queued: QueuedStep, deadline: datetime) -> None:
        """Everybody who waits is due now, and because of it who waited for the approval; twice does no harm."""
        after, cause = queued.place.cursor, Cause(kind=CauseKind.OPERATOR, at=run.at, run=run.id)
        while True:
            page = self.ledger.members(connection.id, Status.PENDING, after, A_HINT)
            later = {record.member_id for record in page.items if record.since > (connection.approved_at or run.at)}
            for some in batched((record.member_id for record in page.items), A_HINT, strict=False):
                due_at = self.clock.now() + self.offered_again
                self.ledger.touch(connection.id, [each for each in some if each not in later], due_at, cause)
                self.ledger.postpone([(connection.id, each) for each in some if each in later], due_at)
                self.bulk_queue.send(QueuedChanges(connection.id, due=some))
            after = page.next
            if after is None:
                self.steps.send(QueuedStep(connection.id, Step.WATCH, run.id), WATCH_EVERY)
                return
            if self._is_over(deadline):
                self.steps.send(replace(queued, place=Place(cursor=after)))
                return

    def _watch(self, connection: Connection, run: Run, queued: QueuedStep, deadline: datetime) -> None:
        """Whoever was accepted after the approval is no part of it, and may wait for a night."""
        counts = {status.value: number for status, number in self.ledger.counts(connection.id).items() if number}
        total, waiting = sum(counts.values()), counts.get(Status.PENDING.value, 0)
        begun = connection.approved_at or run.at
        goes_on, after = self._waits(connection, begun, queued.place.cursor, deadline) if waiting else (False, None)
        run = run.model_copy(update={"done": total - waiting, "total": total, "counts": counts})
        if goes_on:
            self.runs.save(run)
            self.steps.send(replace(queued, place=Place(cursor=after)), WATCH_EVERY)
            return
        counts.pop(Status.PENDING.value, None)
        run = run.model_copy(update={"total": run.done, "counts": counts})
        told = imported(run.id, counts, self.clock.now())
        self.outbox.add_notice(connection.id, told, notify=bool(connection.notice_url))
        self._end(run, RunState.DONE)
        if connection.email:
            subject, text = told_import(connection, run)
            self.mail.send(connection.email, subject, text)

    def _waits(
        self, connection: Connection, begun: datetime, after: str | None, deadline: datetime
    ) -> tuple[bool, str | None]:
        """Whether one of those who wait was waiting then already, and where to look the next time: nobody on the pages
        before ever will have been."""
        while True:
            page = self.ledger.members(connection.id, Status.PENDING, after, A_HINT)
            if any(record.since <= begun for record in page.items) or self._is_over(deadline):
                return True, after
            after = page.next
            if after is None:
                return False, None

    def _is_over(self, deadline: datetime) -> bool:
        return self.clock.now() >= deadline

    def _end(self, run: Run, state: RunState, *, detail: str = "") -> None:
        self.runs.save(run.model_copy(update={"state": state, "done_at": self.clock.now(), "detail": detail}))

    def _change(self, connection: Connection, step: lifecycle.Step, *, detail: str = "") -> None:
        """The step, unless somebody led the connection elsewhere meanwhile."""

        def moved(known: Connection) -> Connection:
            after = lifecycle.stepped(known, step, self.clock.now(), detail=detail)
            return known if isinstance(after, lifecycle.NotAllowed) else after

        changed(self.connections, connection, moved)
