"""Operators: does the space of a connection let Accord in? One call, and only when it is nobody else's turn."""

from dataclasses import dataclass

from accord.domain.checks import Check, Checked, Finding
from accord.domain.connection import Application, Connection
from accord.errors import Misconfigured, Rejected, Retryable
from accord.ports import Clock
from accord.ports.applications import Turns
from accord.usecases.connecting.reach_space import ReachSpace


@dataclass(frozen=True, slots=True)
class CheckSpace:
    """`gap`: seconds between two calls to one account."""

    reach: ReachSpace
    turns: Turns
    clock: Clock
    gap: float

    def __call__(self, connection: Connection) -> list[Checked]:
        """What was found; nothing where the application is not read."""
        if connection.application is not Application.COBOT:
            return []
        return [Checked(Check.SPACE, *self._found(connection))]

    def _found(self, connection: Connection) -> tuple[Finding, str]:
        space = connection.cobot
        if space is None:
            return Finding.SPACE_MISSING, ""
        if not space.webhook_secret_hashes:
            return Finding.SPACE_NOT_AUTHORISED, space.space
        try:
            application = self.reach(connection)
            if not self.turns.take(connection.id, self.clock.now(), self.gap):
                return Finding.SPACE_BUSY, space.space
            application.reach()
        except Misconfigured as error:
            return Finding.SPACE_REFUSED, str(error).partition(":")[0]
        except (Retryable, Rejected):
            return Finding.SPACE_AWAY, space.space
        return Finding.SPACE_ANSWERS, space.space
