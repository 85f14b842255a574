"""A run begins: it is noted in the ledger, and its first step queued."""

from collections.abc import Callable
from dataclasses import dataclass

from accord.domain.connection import Connection
from accord.domain.run import Run, RunKind, RunState
from accord.ports import Clock
from accord.ports.tending import QueuedStep, Runs, Step, StepQueue

FIRST = {
    RunKind.AUDIENCE_READING: Step.TAKE_ALONG,
    RunKind.FIRST_IMPORT: Step.IMPORT,
    RunKind.RECONFIRMATION: Step.RECONFIRM,
}
A_LOOK = 20
"""Runs among which one that is under way is looked for."""


@dataclass(frozen=True, slots=True)
class BeginRun:
    """`new_token` tells runs of one moment apart."""

    runs: Runs
    steps: StepQueue
    clock: Clock
    new_token: Callable[[], str]

    def __call__(self, connection: Connection, kind: RunKind) -> Run:
        """The run: a new one, or the one of this kind that is under way in the connection's audience."""
        newest = self.runs.page(connection.id, None, A_LOOK).items
        under_way = (run for run in newest if run.kind is kind and run.state is RunState.RUNNING)
        known = next((run for run in under_way if run.is_of(connection)), None)
        if known is not None:
            return known
        run = self.new(connection, kind)
        self.runs.save(run)
        self.steps.send(QueuedStep(connection.id, FIRST[kind], run.id))
        return run

    def new(self, connection: Connection, kind: RunKind) -> Run:
        """A run that is noted nowhere yet."""
        return Run.new(connection, kind, self.clock.now(), self.new_token()[:8])

    def reading(self, connection: Connection) -> Run:
        """The reading of the audience that leads to the summary."""
        return self(connection, RunKind.AUDIENCE_READING)
