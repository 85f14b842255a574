"""Operators: who would be asked to confirm, and the approval with which the asking begins (PRODUCTS S4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from accord.domain.connection import Connection, ConnectionState, Reconfirmation, Whom
from accord.domain.run import Run, RunKind, RunState
from accord.ports import Clock, Ledger
from accord.ports.connections import Connections
from accord.ports.tending import QueuedStep, Runs, Step
from accord.usecases.connecting.change_connection import changed
from accord.usecases.connecting.reach_account import NotNowError
from accord.usecases.tending.begin_run import BeginRun
from accord.usecases.tending.call_up_members import A_PAGE, those_to_ask

GOOD_FOR = timedelta(days=1)
"""How long a proposal may be approved: who would be asked is another question later."""


@dataclass(frozen=True, slots=True)
class ReconfirmMembers:
    """Nobody is asked before an operator approved a proposal, which says how many would be."""

    ledger: Ledger
    connections: Connections
    runs: Runs
    begin: BeginRun
    clock: Clock

    def propose(self, connection: Connection, who: Whom, deadline: datetime) -> tuple[Run, bool]:
        """A proposal, with the number of members as its total; and whether all were looked at by the deadline, else
        there may be more. Raises NotNowError where the connection is not live."""
        _must_be_live(connection)
        now = self.clock.now()
        supposed = Reconfirmation(id="", approved_at=now, who=who)
        found, after, looks = 0, None, True
        while looks:
            page = self.ledger.members(connection.id, None, after, A_PAGE)
            found += len(those_to_ask(self.ledger, connection, supposed, page.items))
            after = page.next
            looks = after is not None and self.clock.now() < deadline
        proposed = self.begin.new(connection, RunKind.RECONFIRMATION)
        proposed = proposed.model_copy(update={"state": RunState.PROPOSED, "who": who, "total": found})
        self.runs.save(proposed)
        return proposed, after is None

    def approve(self, connection: Connection, who: Whom, proposal_id: str) -> Run:
        """The run that asks. Approving the same again goes on with it, and asks nobody twice. Raises NotNowError."""
        _must_be_live(connection)
        run = self.runs.run(connection.id, proposal_id)
        if run is None or run.kind is not RunKind.RECONFIRMATION or run.who is not who:
            raise NotNowError(
                "That is no proposal of this connection for the same `who`: leave out `approve` to get one."
            )
        known = connection.reconfirmation
        if known is None or known.id != run.id:
            self._refuse(connection, run)
            approved = Reconfirmation(id=run.id, approved_at=self.clock.now(), who=who)

            def with_it(current: Connection) -> Connection:
                _must_be_live(current)
                if current.reconfirmation != known:
                    raise NotNowError("Another reconfirmation was approved just now: look at the connection's runs.")
                return current.model_copy(update={"reconfirmation": approved})

            changed(self.connections, connection, with_it)
        if run.state is RunState.PROPOSED:
            run = run.model_copy(update={"state": RunState.RUNNING, "total": None})
            self.runs.save(run)
        if run.state is RunState.RUNNING and run.total is None:  # its first step may be lost; twice does no harm
            self.begin.steps.send(QueuedStep(connection.id, Step.RECONFIRM, run.id))
        return run

    def _refuse(self, connection: Connection, run: Run) -> None:
        if run.state is not RunState.PROPOSED or self.clock.now() > run.at + GOOD_FOR:
            raise NotNowError("The proposal is older than a day, or over: ask for a new one without `approve`.")
        known = connection.reconfirmation
        under_way = self.runs.run(connection.id, known.id) if known is not None else None
        if under_way is not None and under_way.state is RunState.RUNNING:
            raise NotNowError("Another reconfirmation is under way: wait until its run is done.")


def _must_be_live(connection: Connection) -> None:
    if connection.state is not ConnectionState.LIVE:
        raise NotNowError(f"The connection is {connection.state.value}: only where it is live can people be asked.")
