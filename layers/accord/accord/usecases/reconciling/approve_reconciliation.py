"""Operators: the yes with which a reconciliation goes on that would go beyond a cap."""

from dataclasses import dataclass

from accord.domain.connection import Connection
from accord.domain.run import Run, RunKind, RunState
from accord.ports import Clock
from accord.ports.reconciling import Reconciliations
from accord.ports.tending import Runs
from accord.usecases.connecting.reach_account import NotNowError


@dataclass(frozen=True, slots=True)
class ApproveReconciliation:
    """What was kept back is told to its holders, and nothing is read anew. So it can not do more than it asked for."""

    runs: Runs
    reconciliations: Reconciliations
    clock: Clock

    def __call__(self, connection: Connection, run_id: str) -> Run | None:
        """The run, which goes on; again while it does: the same. None: there is no such run. Raises NotNowError."""
        known, now = self.runs.run(connection.id, run_id), self.clock.now()
        if known is None:
            return None
        run = known.as_it_stands(now)
        if run.kind is not RunKind.RECONCILIATION:
            raise NotNowError(f"Only reconciliations are approved here; the run is a {run.kind.value}.")
        if not run.is_of(connection):
            raise NotNowError("Another audience was chosen since: there is nothing to approve any more.")
        if run.state is RunState.PROPOSED:
            run = run.model_copy(update={"state": RunState.RUNNING, "done_at": None, "approved_at": now})
            self.runs.save(run)
        elif run.state is not RunState.RUNNING or run.approved_at is None:
            raise NotNowError(f"There is nothing to approve: the run is {run.state.value}.")
        self.reconciliations.start(connection.id, run.id, approved=True)
        return run
