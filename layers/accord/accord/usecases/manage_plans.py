"""Operators: what a reconciliation would do, and the yes with which exactly that is done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from accord.domain.caps import Beyond, Caps, beyond
from accord.domain.connection import Connection, ConnectionState
from accord.domain.history import application_of
from accord.domain.plan import GOOD_FOR, PlanLine, Planned
from accord.domain.run import Run, RunKind, RunState
from accord.errors import AccordError
from accord.ports import Clock, Ledger, Page
from accord.ports.planning import Plans
from accord.ports.reconciling import Reconciliations
from accord.ports.tending import QueuedStep, Runs, Step, StepQueue
from accord.usecases.connecting.reach_account import NotNowError

A_LOOK = 60
PLANS = frozenset({RunKind.PLAN, RunKind.UNDO})
UNDOABLE = frozenset(
    {RunKind.RECONCILIATION, RunKind.APPLICATION, RunKind.IMPORT, RunKind.FIRST_IMPORT, RunKind.RECONFIRMATION}
)
"""Runs of which writes come."""
ENDED = frozenset({RunState.DONE, RunState.FAILED, RunState.STOPPED})


class BeyondCapsError(AccordError):
    """More than one run may do before somebody is asked."""

    def __init__(self, *caps: Beyond) -> None:
        super().__init__(", ".join(cap.what for cap in caps))
        self.caps = caps


@dataclass(frozen=True, slots=True)
class ManagePlans:
    """`new_token` tells runs of one moment apart."""

    ledger: Ledger
    plans: Plans
    runs: Runs
    reconciliations: Reconciliations
    steps: StepQueue
    clock: Clock
    new_token: Callable[[], str]
    caps: Caps = field(default_factory=Caps)
    images_kept: timedelta = timedelta(days=30)
    """How long it is known what was there before the writes of a run."""

    def make(self, connection: Connection, *, adopts: bool = False) -> Run:
        """The run that makes a plan: a new one, or the one that is under way; `adopts`: of contacts that can be taken
        over. Raises NotNowError unless the connection is at work."""
        return self._made(connection, self._new(connection, RunKind.PLAN, adopts=adopts))

    def undo(self, connection: Connection, run_id: str) -> Run | None:
        """The run that plans what would be put back of that run: a new one, or the one that is under way; None where
        there is no such run. Raises NotNowError where it can not be undone, or not any more."""
        found = self.runs.run(connection.id, run_id)
        if found is None:
            return None
        undone = found.as_it_stands(self.clock.now())
        if undone.kind not in UNDOABLE:
            raise NotNowError(f"The run is a {undone.kind.value}: nothing is written in one, so nothing can be undone.")
        if undone.state not in ENDED:
            raise NotNowError(f"The run is {undone.state.value}: wait until it has ended, or stop it.")
        self._still_to_undo(undone)
        if not undone.is_of(connection):
            raise NotNowError("The run was about another audience: what it wrote there is not touched any more.")
        if self.clock.now() > undone.at + self.images_kept:
            days = self.images_kept.days
            raise NotNowError(f"The run is older than {days} days: what was there before it is not kept any more.")
        return self._made(connection, self._new(connection, RunKind.UNDO, undoes=run_id))

    def _made(self, connection: Connection, wanted: Run) -> Run:
        if connection.state not in {ConnectionState.LIVE, ConnectionState.PAUSED}:
            raise NotNowError(
                f"The connection is {connection.state.value}: its first import is planned by the summary; later plans "
                "are made once it is live."
            )
        now = self.clock.now()
        newest = (run.as_it_stands(now) for run in self.runs.page(connection.id, None, A_LOOK).items)
        meant = (wanted.kind, wanted.undoes, wanted.adopts)
        same = (run for run in newest if (run.kind, run.undoes, run.adopts) == meant)
        under_way = (run for run in same if run.state is RunState.RUNNING and run.is_of(connection))
        run = next(under_way, None)
        if run is None:
            run = wanted
            self.runs.save(run)
        self.reconciliations.start(connection.id, run.id)
        return run

    def _still_to_undo(self, undone: Run) -> None:
        if undone.undone_by:
            raise NotNowError(f"The run was undone already, in run {undone.undone_by}: undo that one to take it back.")

    def plan(self, connection: Connection, plan_id: str) -> Run | None:
        """A plan, made or being made."""
        run = self.runs.run(connection.id, plan_id)
        return run.as_it_stands(self.clock.now()) if run is not None and run.kind in PLANS else None

    def page(self, connection: Connection, after: str | None, limit: int) -> Page[Run]:
        """The connection's plans among its runs, newest first: a page may hold fewer than its limit."""
        page, now = self.runs.page(connection.id, after, limit), self.clock.now()
        return Page([run.as_it_stands(now) for run in page.items if run.kind in PLANS], page.next)

    def lines(self, plan: Run, planned: Planned | None, after: str | None, limit: int) -> Page[PlanLine]:
        """What would become of each member."""
        return self.plans.lines(plan, planned, after, limit)

    def beyond(self, connection: Connection, plan: Run) -> tuple[Beyond, ...]:
        """For what somebody has to be asked before the plan is carried out."""
        members = sum(self.ledger.counts(connection.id).values())
        return beyond(plan.plan, members, self.caps) if plan.plan is not None else ()

    def apply(
        self, connection: Connection, plan: Run, *, beyond_caps: bool, chosen: Mapping[str, str] | None = None
    ) -> Run:
        """The run that carries the plan out; of contacts to be taken over only those `chosen`, by the member of their
        line, each as the member named, or as it is. Raises NotNowError where the plan is not made, older than a day, of
        another audience, or carried out already, or the connection is not live; BeyondCapsError."""
        now = self.clock.now()
        if connection.state is not ConnectionState.LIVE:
            raise NotNowError(f"The connection is {connection.state.value}: a plan is carried out on a live one.")
        if plan.applied_by:
            raise NotNowError("The plan was carried out already: make another one to see what there is to do now.")
        if plan.state is not RunState.DONE or not plan.is_of(connection):
            raise NotNowError("The plan is not made, or was made for another audience: make another one.")
        if now > plan.at + GOOD_FOR:
            raise NotNowError("The plan is older than a day: make another one, since it would not be the same.")
        undone = self.runs.run(connection.id, plan.undoes) if plan.undoes else None
        if undone is not None:
            self._still_to_undo(undone)
        if plan.undoes and plan.plan is not None and plan.plan.by_deed.get(Planned.HOLD, 0) == plan.plan.lines:
            raise NotNowError("Nothing of the run can be put back: the lines of the plan say why.")
        if not beyond_caps and (asked := self.beyond(connection, plan)):
            raise BeyondCapsError(*asked)
        total = len(chosen) if chosen else plan.plan.lines if plan.plan is not None else 0
        told: dict[str, object] = {"id": application_of(plan.id), "applies": plan.id, "total": total}
        told |= {"chosen": dict(chosen or {}), "undoes": plan.undoes}
        run = self._new(connection, RunKind.APPLICATION).model_copy(update=told)
        self.runs.save(run)
        self.runs.save(plan.model_copy(update={"applied_by": run.id}))
        if undone is not None:
            self.runs.save(undone.model_copy(update={"undone_by": run.id}))
        self.steps.send(QueuedStep(connection.id, Step.APPLY, run.id))
        return run

    def _new(self, connection: Connection, kind: RunKind, **given: str | bool) -> Run:
        return Run.new(connection, kind, self.clock.now(), self.new_token()[:8], **given)
