"""What the tending of connections asks of the world, beside `ports`: steps in a queue, runs, and somebody to tell."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from accord.domain.run import Run
from accord.ports import Page


class Step(StrEnum):
    """One part of the long work on a connection. Each begins the next one, or itself again where time ran out. None of
    them calls Mailchimp: between `hold` and `sum_up` the state machine `reconcile` reads the audience."""

    TAKE_ALONG = "take_along"
    """Take along what is remembered against mailing people from the audiences that the connection had before."""
    HOLD = "hold"
    """Let members who were accepted before the audience was chosen hold their addresses in it."""
    SUM_UP = "sum_up"
    """Fill consent from the audience, and count what the first import would do."""
    IMPORT = "import"
    """Offer everybody who waited for the approval."""
    RECONFIRM = "reconfirm"
    """Call up everybody who is to be asked to confirm, again and again, until all were asked."""
    APPLY = "apply"
    """Carry out a plan, some lines at a time."""
    WATCH = "watch"
    """Until nobody waits any more; then say so."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a step goes on: the cursor of a list."""

    cursor: str | None = None
    former: int = 0
    """Which of the audiences before is at its turn."""


@dataclass(frozen=True, slots=True)
class QueuedStep:
    """One message on `connection-steps`."""

    connection_id: str
    step: Step
    run_id: str
    place: Place = field(default_factory=Place)


class StepQueue(Protocol):
    """The queue that `tend_connections` empties."""

    def send(self, queued: QueuedStep, delay: int = 0) -> None:
        """One message, accepted by the queue when this returns; it comes `delay` seconds later, 900 at most."""


class Runs(Protocol):
    """The runs of connections, in the ledger."""

    def save(self, run: Run) -> None:
        """Whole, over what is there: a run is worked on by one message at a time."""

    def advance(self, run: Run) -> bool:
        """Whole, unless somebody stopped it meanwhile: whether it was saved."""

    def run(self, connection_id: str, run_id: str) -> Run | None: ...

    def page(self, connection_id: str, after: str | None, limit: int) -> Page[Run]:
        """Newest first. Raises ValueError for a cursor that no page of this connection gave."""


class Mail(Protocol):
    """Email to the people who run the newsletter, never to members."""

    def send(self, to: str, subject: str, text: str) -> None:
        """Nothing where no sender is set up; raises Retryable where it did not go out."""
