"""A weekend, or an operator -> runs that pull activity: of which connections, and when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from accord.domain.connection import Connection, ConnectionState
from accord.domain.nights import is_weekend
from accord.domain.run import Run, RunKind, RunState
from accord.ports import Clock
from accord.ports.activity import Pulls
from accord.ports.connections import Connections
from accord.ports.tending import Runs
from accord.usecases.connecting.list_connections import list_connections
from accord.usecases.connecting.reach_account import NotNowError
from accord.usecases.tending.note_run import note_run

A_LOOK = 60
"""Runs among which one that is under way is looked for."""
READING = frozenset({RunKind.RECONCILIATION, RunKind.PLAN, RunKind.AUDIENCE_READING})
A_NIGHT = timedelta(hours=6)
"""So long a reading of an audience is given way to."""
GIVEN_UP = timedelta(days=2)
"""So long after it began a run that did not end is none that is under way: whatever carried it out is gone."""


@dataclass(frozen=True, slots=True)
class BeginPull:
    """Runs are noted in the ledger first; what is begun again goes on with them."""

    connections: Connections
    runs: Runs

    def this_weekend(self, at: datetime, *, everywhere: bool = False) -> list[tuple[str, str]]:
        """The ids of live connections whose weekly pull begins within the hour before that moment, or of all that are
        live, each with that of its run. The same for the same moment, without the runs that ended."""
        live = (each for each in list_connections(self.connections) if each.state is ConnectionState.LIVE)
        wanted = [each for each in live if everywhere or is_weekend(each, at)]
        noted = [self.under_way(each, at) or self._noted(each, at) for each in wanted]
        return [(run.connection_id, run.id) for run in noted if run.state is RunState.RUNNING]

    def _noted(self, connection: Connection, at: datetime) -> Run:
        return note_run(self.runs, Run.new(connection, RunKind.ACTIVITY, at, "activity"))

    def gives_way(self, at: datetime) -> bool:
        """Whether an audience is being read: of ten connections to Mailchimp there is none for both."""
        return any(self._is_read(each, at) for each in list_connections(self.connections))

    def _is_read(self, connection: Connection, at: datetime) -> bool:
        newest = self.runs.page(connection.id, None, A_LOOK).items
        reading = (run for run in newest if run.kind in READING and run.state is RunState.RUNNING)
        return any(at - run.at < A_NIGHT for run in reading)

    def under_way(self, connection: Connection, at: datetime) -> Run | None:
        """The pull of the connection's audience that has begun and not ended."""
        newest = self.runs.page(connection.id, None, A_LOOK).items
        running = (run for run in newest if run.kind is RunKind.ACTIVITY and run.state is RunState.RUNNING)
        return next((run for run in running if run.is_of(connection) and at - run.at < GIVEN_UP), None)


@dataclass(frozen=True, slots=True)
class OrderPull:
    """An operator wants it now. `new_token` tells runs of one moment apart."""

    begin: BeginPull
    runs: Runs
    pulls: Pulls
    clock: Clock
    new_token: Callable[[], str]

    def __call__(self, connection: Connection) -> Run:
        """The run: a new one, or the one that is under way. Raises NotNowError unless the connection is at work."""
        if connection.state not in {ConnectionState.LIVE, ConnectionState.PAUSED}:
            state = connection.state.value
            raise NotNowError(f"The connection is {state}: activity is pulled once the connection is live.")
        now = self.clock.now()
        run = self.begin.under_way(connection, now)
        if run is None:
            run = Run.new(connection, RunKind.ACTIVITY, now, self.new_token()[:8])
            self.runs.save(run)
        self.pulls.start(connection.id, run.id)
        return run
