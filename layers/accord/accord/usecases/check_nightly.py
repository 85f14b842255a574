"""Every night -> each connection at work: are account, audience and webhook there? A run says what was set right."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from accord.domain.connection import Connection, ConnectionState
from accord.domain.run import Run, RunKind, RunState
from accord.errors import Misconfigured, Rejected
from accord.ports import Audience, Clock, Ledger
from accord.ports.connections import Connections
from accord.ports.tending import Place, QueuedStep, Runs, Step, StepQueue
from accord.usecases.check_webhook import CheckWebhook
from accord.usecases.stop_connection import stop_connection

AT_WORK = frozenset({ConnectionState.LIVE, ConnectionState.PAUSED, ConnectionState.BROKEN})
A_PAGE = 100


@dataclass(frozen=True, slots=True)
class CheckNightly:
    """What a lost audience or a refused key stops, and what sets going again a connection that they had stopped."""

    connections: Connections
    ledger: Ledger
    runs: Runs
    steps: StepQueue
    audience_of: Callable[[Connection], Audience]
    check_webhook: CheckWebhook
    clock: Clock

    def begin(self, queued: QueuedStep, deadline: datetime) -> None:
        """One step for each connection at work. The same night again begins nothing that has ended."""
        began, after = queued.place.began or self.clock.now(), queued.place.cursor
        while True:
            page = self.connections.page(after, A_PAGE)
            for connection in page.items:
                if connection.state in AT_WORK:
                    self._begin(connection, began)
            after = page.next
            if after is None:
                return
            if self.clock.now() >= deadline:
                self.steps.send(replace(queued, place=Place(cursor=after, began=began)))
                return

    def check(self, connection: Connection, run: Run, _queued: QueuedStep, _deadline: datetime) -> None:
        """The run ends with what was set right, or says what has to be mended. Raises Retryable."""
        if connection.state not in AT_WORK:
            self._end(run, RunState.FAILED, "the connection was changed meanwhile")
            return
        try:
            self.ledger.save_audience_setup(connection.id, self.audience_of(connection).setup())
            self._go_on(connection)
            repaired = self.check_webhook(connection)
        except Misconfigured as error:
            stop_connection(self.ledger, connection.id, error, self.clock.now())
            self._end(run, RunState.FAILED, str(error))
        except Rejected as refused:
            said = f"Mailchimp does not register the webhook ({refused}): look whether the API answers from outside"
            self._end(run, RunState.FAILED, said)
        else:
            self._end(run.model_copy(update={"counts": dict(repaired)}), RunState.DONE)

    def _begin(self, connection: Connection, began: datetime) -> None:
        run_id = f"{began.isoformat(timespec='microseconds')}-nightly"
        known = self.runs.run(connection.id, run_id)
        if known is None:
            self.runs.save(Run(id=run_id, connection_id=connection.id, kind=RunKind.NIGHTLY_CHECK, at=began))
        if known is None or known.state is RunState.RUNNING:
            self.steps.send(QueuedStep(connection.id, Step.CHECK, run_id))

    def _go_on(self, connection: Connection) -> None:
        """Mailchimp answers for the audience: what it had stopped goes on."""
        broken = connection.state is ConnectionState.BROKEN and not connection.is_refused_by_application
        if broken or connection.lacks_audience:
            self.ledger.mend_connection(connection.id, self.clock.now())

    def _end(self, run: Run, state: RunState, detail: str = "") -> None:
        self.runs.save(run.model_copy(update={"state": state, "done_at": self.clock.now(), "detail": detail}))
