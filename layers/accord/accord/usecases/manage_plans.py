"""Operators: what a reconciliation would do, and the yes with which exactly that is done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from accord.domain.caps import Beyond, Caps, beyond
from accord.domain.connection import Connection, ConnectionState
from accord.domain.plan import GOOD_FOR, PlanLine, Planned
from accord.domain.run import Run, RunKind, RunState
from accord.errors import AccordError
from accord.ports import Clock, Ledger, Page
from accord.ports.planning import Plans
from accord.ports.reconciling import Reconciliations
from accord.ports.tending import QueuedStep, Runs, Step, StepQueue
from accord.usecases.connecting.reach_account import NotNowError

A_LOOK = 60


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

    def make(self, connection: Connection, *, adopts: bool = False) -> Run:
        """The run that makes a plan: a new one, or the one that is under way; `adopts`: of contacts that can be taken
        over. Raises NotNowError unless the connection is at work."""
        if connection.state not in {ConnectionState.LIVE, ConnectionState.PAUSED}:
            raise NotNowError(
                f"The connection is {connection.state.value}: its first import is planned by the summary; later plans "
                "are made once it is live."
            )
        now = self.clock.now()
        newest = (run.as_it_stands(now) for run in self.runs.page(connection.id, None, A_LOOK).items)
        under_way = (run for run in newest if run.kind is RunKind.PLAN and run.state is RunState.RUNNING)
        run = next((run for run in under_way if run.is_of(connection) and run.adopts is adopts), None)
        if run is None:
            run = self._new(connection, RunKind.PLAN).model_copy(update={"adopts": adopts})
            self.runs.save(run)
        self.reconciliations.start(connection.id, run.id)
        return run

    def plan(self, connection: Connection, plan_id: str) -> Run | None:
        """A plan, made or being made."""
        run = self.runs.run(connection.id, plan_id)
        return run.as_it_stands(self.clock.now()) if run is not None and run.kind is RunKind.PLAN else None

    def page(self, connection: Connection, after: str | None, limit: int) -> Page[Run]:
        """The connection's plans among its runs, newest first: a page may hold fewer than its limit."""
        page, now = self.runs.page(connection.id, after, limit), self.clock.now()
        return Page([run.as_it_stands(now) for run in page.items if run.kind is RunKind.PLAN], page.next)

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
        if not beyond_caps and (asked := self.beyond(connection, plan)):
            raise BeyondCapsError(*asked)
        total = len(chosen) if chosen else plan.plan.lines if plan.plan is not None else 0
        told = {"id": f"{plan.id}-applied", "applies": plan.id, "total": total}  # the same for two who ask at once
        told |= {"chosen": dict(chosen or {})}
        run = self._new(connection, RunKind.APPLICATION).model_copy(update=told)
        self.runs.save(run)
        self.runs.save(plan.model_copy(update={"applied_by": run.id}))
        self.steps.send(QueuedStep(connection.id, Step.APPLY, run.id))
        return run

    def _new(self, connection: Connection, kind: RunKind) -> Run:
        now = self.clock.now()
        run_id = f"{now.isoformat(timespec='microseconds').replace('+00:00', 'Z')}-{self.new_token()[:8]}"
        return Run(id=run_id, connection_id=connection.id, kind=kind, audience_id=connection.audience_id, at=now)
