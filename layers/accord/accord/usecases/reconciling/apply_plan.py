"""`connection-steps` -> ledger: what a plan saw is remembered, and its members are decided anew; nobody else is."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from accord.domain.connection import Connection
from accord.domain.history import cause_of_plan
from accord.domain.plan import PlanLine
from accord.domain.record import Record
from accord.domain.run import Run, RunState
from accord.ports import ChangeQueue, Clock, Ledger
from accord.ports.planning import Plans
from accord.ports.tending import Place, QueuedStep, Runs, StepQueue
from accord.usecases.reconciling.adopt_contacts import AdoptContacts, remember_seen
from accord.usecases.reconciling.keep_lines import keep_lines
from accord.usecases.reconciling.order_undo import OrderUndo
from accord.usecases.settling.gather_due import send_due

A_PAGE = 100
APPLIED, LEFT_OUT = "applied", "left_out"
NOT_UNDONE = "not_undone"
"""How a run counts the lines of an undo in which nothing is put back."""
CHANGED = "changed_since"
"""Why a line is left out: the member, or what is known of the contact, is not as it was when the plan was made."""


@dataclass(frozen=True, slots=True)
class ApplyPlan:
    """A line is applied only where the member and the address still have the revisions that the plan was made from:
    then the worker decides the same. Doing it again does no harm: whoever was applied has other revisions."""

    ledger: Ledger
    plans: Plans
    runs: Runs
    steps: StepQueue
    adopt: AdoptContacts
    undo: OrderUndo
    bulk: ChangeQueue
    clock: Clock

    def __call__(self, connection: Connection, run: Run, queued: QueuedStep, deadline: datetime) -> None:
        """As many lines as the time allows; the rest with the next message."""
        plan = self.runs.run(connection.id, run.applies)
        if plan is None:
            self._end(run, RunState.FAILED, "its plan is not there any more: make another one")
            return
        counts, after = Counter(run.counts), queued.place.cursor
        while True:
            page = self.plans.lines(plan, None, after, A_PAGE)
            self._apply(connection, run, plan, page.items, counts)
            after = page.next
            run = run.model_copy(update={"counts": dict(counts), "done": counts.total()})
            if after is None:
                self._end(run, RunState.DONE, "")
                return
            self.runs.save(run)
            if self.clock.now() >= deadline:
                self.steps.send(replace(queued, place=Place(cursor=after)))
                return

    def _apply(
        self, connection: Connection, run: Run, plan: Run, lines: Sequence[PlanLine], counts: Counter[str]
    ) -> None:
        lines = [line for line in lines if not run.chosen or line.member_id in run.chosen]
        if run.undoes:
            counts[NOT_UNDONE] += sum(line.order is None for line in lines)
            lines = [line for line in lines if line.order is not None]
        waiting = [line for line in lines if not line.left_out]
        taken = self._taken(connection, run, plan, waiting)
        left = [line.model_copy(update={"left_out": CHANGED}) for line in waiting if line.member_id not in taken]
        keep_lines(self.ledger, self.plans, plan, left)
        counts.update({APPLIED: len(taken), LEFT_OUT: len(lines) - len(taken)})

    def _taken(self, connection: Connection, run: Run, plan: Run, waiting: Sequence[PlanLine]) -> set[str]:
        """Whose lines are carried out."""
        if run.undoes:
            return self.undo(connection, run, waiting)
        return self.adopt(connection, run, waiting) if plan.adopts else self._decide_anew(connection, plan, waiting)

    def _decide_anew(self, connection: Connection, plan: Run, waiting: Sequence[PlanLine]) -> set[str]:
        records = self.ledger.records(connection.id, [line.member_id for line in waiting]) if waiting else {}
        same = [line for line in waiting if _is_same(line, records.get(line.member_id))]
        lost = remember_seen(self.ledger, connection, same)
        taken = [line for line in same if line.address is None or line.address.key not in lost]
        ids = [line.member_id for line in taken]
        now = self.clock.now()
        if ids:
            self.ledger.touch(connection.id, ids, now, cause_of_plan(plan.id, now))
            send_due(self.bulk, connection.id, ids)
        return set(ids)

    def _end(self, run: Run, state: RunState, detail: str) -> None:
        self.runs.save(run.model_copy(update={"state": state, "done_at": self.clock.now(), "detail": detail}))


def _is_same(line: PlanLine, record: Record | None) -> bool:
    return record is not None and record.revision == line.revision
