"""Operators: an end to a run that is carried out by a state machine, or waits for a file or an approval."""

from dataclasses import dataclass

from accord.domain.connection import Connection
from accord.domain.run import Run, RunKind, RunState
from accord.domain.sweep import Found, summed
from accord.ports import Clock
from accord.ports.reconciling import Sweeps
from accord.ports.tending import Runs
from accord.usecases.connecting.reach_account import NotNowError

STOPPABLE = frozenset({RunKind.RECONCILIATION, RunKind.PLAN, RunKind.UNDO, RunKind.IMPORT, RunKind.ACTIVITY})
SWEEPS = frozenset({RunKind.RECONCILIATION, RunKind.PLAN})
"""Whose counts lie with their pages until they end."""
OPEN = frozenset({RunState.RUNNING, RunState.PROPOSED, RunState.AWAITING_FILE})


@dataclass(frozen=True, slots=True)
class StopRun:
    """The run is marked; whoever carries it out sees that at the next step, and goes on no further. What was found, or
    sent, until then stands."""

    runs: Runs
    sweeps: Sweeps
    clock: Clock

    def __call__(self, connection: Connection, run_id: str) -> Run | None:
        """The run with what came of it; as it is where it has ended, None where there is none. Raises NotNowError for
        one of another kind."""
        run = self.runs.run(connection.id, run_id)
        if run is None or run.state not in OPEN:
            return run
        if run.kind not in STOPPABLE:
            kinds = "reconciliations, plans, imports and pulls of activity"
            raise NotNowError(f"The run is a {run.kind.value}: only {kinds} can be stopped.")
        stopped = run.model_copy(update={"state": RunState.STOPPED, "done_at": self.clock.now(), "detail": ""})
        if run.kind in SWEEPS and run.state is RunState.RUNNING:
            pages = summed(self.sweeps.pages(run)).items()
            counts = {name.value: number for name, number in pages if number and name is not Found.CALLS}
            stopped = stopped.model_copy(update={"counts": counts})
        self.runs.save(stopped)
        return stopped
