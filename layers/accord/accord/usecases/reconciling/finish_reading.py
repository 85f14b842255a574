"""An audience is read for the first time -> what it can hold is kept, and the members are summed up next."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from accord.domain import lifecycle, summary
from accord.domain.connection import Connection
from accord.domain.run import Run, RunState
from accord.errors import Misconfigured
from accord.ports import Audience, Clock, Ledger
from accord.ports.connections import Connections
from accord.ports.keeping import AudienceWebhook
from accord.ports.tending import QueuedStep, Runs, Step, StepQueue
from accord.usecases.connecting.change_connection import changed


@dataclass(frozen=True, slots=True)
class FinishReading:
    """The end of the reading that leads to the first approval. Doing it again does no harm."""

    connections: Connections
    ledger: Ledger
    runs: Runs
    audience_of: Callable[[Connection], Audience]
    webhook_of: Callable[[Connection], AudienceWebhook]
    steps: StepQueue
    clock: Clock

    def __call__(self, connection: Connection, run: Run) -> None:
        """`run` with what was read, which goes on with the summary. The audiences before tell nothing any more. Raises
        Misconfigured, Retryable."""
        self.ledger.save_audience_setup(connection.id, self.audience_of(connection).setup())
        for audience_id in connection.former_audiences:
            with suppress(Misconfigured):  # it is gone, or another account's
                self.webhook_of(connection.model_copy(update={"audience_id": audience_id})).remove()
        read_at = {"audience_read_at": run.at}
        changed(self.connections, connection, lambda known: known.model_copy(update=read_at))
        begun = summary.begun(run.id, self.clock.now(), run.done, run.unread)
        self.runs.save(run.model_copy(update={"total": run.done, "summary": begun}))
        self.steps.send(QueuedStep(connection.id, Step.SUM_UP, run.id))

    def refuse(self, connection: Connection, run: Run, error: Misconfigured) -> None:
        """Mailchimp refuses the account, or has no such audience: back to the draft, with the reason."""
        failed = {"state": RunState.FAILED, "done_at": self.clock.now(), "detail": str(error)}
        self.runs.save(run.model_copy(update=failed))

        def back(known: Connection) -> Connection:
            after = lifecycle.stepped(known, lifecycle.Step.FAIL_CHECK, self.clock.now(), detail=str(error))
            return known if isinstance(after, lifecycle.NotAllowed) else after

        changed(self.connections, connection, back)
