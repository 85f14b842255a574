"""Whether Mailchimp answers, as the calls of one invocation show it: when to stop calling, break and mend."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from accord.domain.connection import Connection, ConnectionState
from accord.errors import AccordError, Misconfigured, Retryable
from accord.ports import Clock, Ledger
from accord.usecases.connecting.stop_connection import stop_connection

IN_A_ROW = 3
"""After so many failed calls in a row Mailchimp counts as away, and the rest waits."""


@dataclass(slots=True)
class WatchMailchimp:
    """What the answers to one connection's calls say about Mailchimp as a whole."""

    ledger: Ledger
    clock: Clock
    connection: Connection
    deadline: datetime
    _failures: int = 0
    _refused: bool = False
    _mended: bool = False

    @property
    def is_away(self) -> bool:
        """Whether more calls would be in vain for now."""
        return self._refused or self._failures >= IN_A_ROW

    @property
    def is_over(self) -> bool:
        """Whether no further call is to begin: in vain, or too late."""
        return self.is_away or self.clock.now() >= self.deadline

    def note(self, answers: Iterable[object]) -> None:
        """What came of calls: an error of the port, something else for a success, None for a call never made."""
        for answer in answers:
            match answer:
                case None:
                    continue
                case Misconfigured():
                    self._refused = True
                    stop_connection(self.ledger, self.connection.id, answer, self.clock.now())
                case Retryable():
                    self._failures += 1
                case _:
                    self._failures = 0
                    self._mend()

    def each[*Order, Answer](
        self, call: Callable[[*Order], Answer], orders: Iterable[tuple[*Order]]
    ) -> list[Answer | AccordError | None]:
        """The answers to calls, one after the other; None for those that were not begun."""
        answers: list[Answer | AccordError | None] = []
        for order in orders:
            if self.is_over:
                answers.append(None)
                continue
            try:
                answers.append(call(*order))
            except AccordError as error:
                answers.append(error)
            self.note(answers[-1:])
        return answers

    def _mend(self) -> None:
        """Mailchimp answers again: a connection that an answer had stopped goes on by itself."""
        broken = self.connection.state is ConnectionState.BROKEN and not self.connection.is_refused_by_application
        if (broken or self.connection.lacks_audience) and not self._mended:
            self.ledger.mend_connection(self.connection.id, self.clock.now())
            self._mended = True
