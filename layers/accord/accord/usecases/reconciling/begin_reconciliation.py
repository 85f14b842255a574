"""A night, or an operator -> runs of reconciliation: which connections, and how much of their audiences."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from accord.domain.connection import Connection, ConnectionState
from accord.domain.nights import is_night, since_when
from accord.domain.run import Run, RunKind, RunState
from accord.ports import Clock
from accord.ports.connections import Connections
from accord.ports.reconciling import Reconciliations
from accord.ports.tending import Runs
from accord.usecases.connecting.list_connections import list_connections
from accord.usecases.connecting.reach_account import NotNowError
from accord.usecases.tending.check_nightly import AT_WORK
from accord.usecases.tending.note_run import note_run

A_LOOK = 60
"""Runs among which those of the last week are looked for."""


@dataclass(frozen=True, slots=True)
class BeginReconciliation:
    """Runs are noted in the ledger first; what is begun again goes on with them."""

    connections: Connections
    runs: Runs
    clock: Clock

    def tonight(self, at: datetime, *, everywhere: bool = False) -> list[tuple[str, str]]:
        """The ids of connections at work whose night began within the hour before that moment, or `everywhere`, and of
        the runs that are noted for them, in the order in which they are to be carried out: a check of each, and of
        those that are live a reconciliation. The same for the same moment, without the runs that ended."""
        at_work = (each for each in list_connections(self.connections) if each.state in AT_WORK)
        wanted = [each for each in at_work if everywhere or is_night(each, at)]
        noted = [run for each in wanted for run in self._noted(each, at)]
        return [(run.connection_id, run.id) for run in noted if run.state is RunState.RUNNING]

    def _noted(self, connection: Connection, at: datetime) -> Iterator[Run]:
        yield note_run(self.runs, Run.new(connection, RunKind.NIGHTLY_CHECK, at, "check", audience_id=""))
        if connection.state is ConnectionState.LIVE:
            since = self.since(connection, at)
            yield note_run(self.runs, Run.new(connection, RunKind.RECONCILIATION, at, "night", since=since))

    def since(self, connection: Connection, at: datetime) -> datetime | None:
        """From when on changes are read; None for the whole audience."""
        return since_when(self.runs.page(connection.id, None, A_LOOK).items, connection, at)


@dataclass(frozen=True, slots=True)
class OrderReconciliation:
    """An operator wants it now. `new_token` tells runs of one moment apart."""

    begin: BeginReconciliation
    runs: Runs
    reconciliations: Reconciliations
    clock: Clock
    new_token: Callable[[], str]

    def __call__(self, connection: Connection, *, full: bool) -> Run:
        """The run: a new one, or the one that is under way. Raises NotNowError unless the connection is at work."""
        if connection.state not in {ConnectionState.LIVE, ConnectionState.PAUSED}:
            raise NotNowError(
                f"The connection is {connection.state.value}: an audience is reconciled once the connection is live."
            )
        now = self.clock.now()
        newest = (run.as_it_stands(now) for run in self.runs.page(connection.id, None, A_LOOK).items)
        under_way = (run for run in newest if run.kind is RunKind.RECONCILIATION and run.state is RunState.RUNNING)
        run = next((run for run in under_way if run.is_of(connection)), None)
        if run is None:
            since = None if full else self.begin.since(connection, now)
            run = Run.new(connection, RunKind.RECONCILIATION, now, self.new_token()[:8], since=since)
            self.runs.save(run)
        self.reconciliations.start(connection.id, run.id)
        return run

    def run(self, connection: Connection, run_id: str) -> Run | None:
        """Any run of the connection."""
        run = self.runs.run(connection.id, run_id)
        return run.as_it_stands(self.clock.now()) if run is not None else None
