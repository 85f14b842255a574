"""Every night, for a connection at work: are account, audience and webhook there? A run says what was set right."""

from collections.abc import Callable
from dataclasses import dataclass

from accord.domain.connection import Connection, ConnectionState
from accord.domain.run import Run, RunState
from accord.errors import Misconfigured, Rejected
from accord.ports import Audience, Clock, Ledger
from accord.ports.tending import Runs
from accord.usecases.connecting.stop_connection import stop_connection
from accord.usecases.tending.check_webhook import CheckWebhook

AT_WORK = frozenset({ConnectionState.LIVE, ConnectionState.PAUSED, ConnectionState.BROKEN})


@dataclass(frozen=True, slots=True)
class CheckNightly:
    """What a lost audience or a refused key stops, and what sets going again a connection that they had stopped."""

    ledger: Ledger
    runs: Runs
    audience_of: Callable[[Connection], Audience]
    check_webhook: CheckWebhook
    clock: Clock

    def __call__(self, connection: Connection, run: Run) -> None:
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

    def _go_on(self, connection: Connection) -> None:
        """Mailchimp answers for the audience: what it had stopped goes on."""
        broken = connection.state is ConnectionState.BROKEN and not connection.is_refused_by_application
        if broken or connection.lacks_audience:
            self.ledger.mend_connection(connection.id, self.clock.now())

    def _end(self, run: Run, state: RunState, detail: str = "") -> None:
        self.runs.save(run.model_copy(update={"state": state, "done_at": self.clock.now(), "detail": detail}))
