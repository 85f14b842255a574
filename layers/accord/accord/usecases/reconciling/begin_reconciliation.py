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
from accord.usecases.connecting.reach_account import NotNowError
from accord.usecases.tending.check_nightly import AT_WORK

A_PAGE = 100
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
        wanted = [each for each in self._all() if each.state in AT_WORK and (everywhere or is_night(each, at))]
        noted = [run for each in wanted for run in self._noted(each, at)]
        return [(run.connection_id, run.id) for run in noted if run.state is RunState.RUNNING]

    def _noted(self, connection: Connection, at: datetime) -> Iterator[Run]:
        stamp = at.isoformat(timespec="microseconds").replace("+00:00", "Z")
        check = Run(id=f"{stamp}-check", connection_id=connection.id, kind=RunKind.NIGHTLY_CHECK, at=at)
        yield self._kept(check)
        if connection.state is ConnectionState.LIVE:
            yield self._kept(_run(connection, f"{stamp}-night", at, self.since(connection, at)))

    def _kept(self, run: Run) -> Run:
        """As it is noted already, if it is."""
        known = self.runs.run(run.connection_id, run.id)
        if known is None:
            self.runs.save(run)
        return known or run

    def since(self, connection: Connection, at: datetime) -> datetime | None:
        """From when on changes are read; None for the whole audience."""
        return since_when(self.runs.page(connection.id, None, A_LOOK).items, connection, at)

    def _all(self) -> Iterator[Connection]:
        after: str | None = None
        while True:
            page = self.connections.page(after, A_PAGE)
            yield from page.items
            after = page.next
            if after is None:
                return


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
            run_id = f"{now.isoformat(timespec='microseconds').replace('+00:00', 'Z')}-{self.new_token()[:8]}"
            run = _run(connection, run_id, now, None if full else self.begin.since(connection, now))
            self.runs.save(run)
        self.reconciliations.start(connection.id, run.id)
        return run

    def run(self, connection: Connection, run_id: str) -> Run | None:
        """Any run of the connection."""
        run = self.runs.run(connection.id, run_id)
        return run.as_it_stands(self.clock.now()) if run is not None else None


def _run(connection: Connection, run_id: str, at: datetime, since: datetime | None) -> Run:
    kind = RunKind.RECONCILIATION
    return Run(
        id=run_id, connection_id=connection.id, kind=kind, audience_id=connection.audience_id, at=at, since=since
    )
