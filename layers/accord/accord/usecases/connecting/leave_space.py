"""A connection that was disconnected -> its space is left: nothing is told any more, and nobody is let in."""

from collections.abc import Callable
from dataclasses import dataclass

from accord.domain.connection import Connection, ConnectionState
from accord.domain.connection_reasons import ConnectionReason
from accord.errors import AccordError, Retryable
from accord.ports.connections import Connections
from accord.usecases.connecting.reach_space import ReachSpace

TRIES = 5
"""How often a connection is read again after somebody else was faster."""


@dataclass(frozen=True, slots=True)
class LeaveSpace:
    """What is known of members stays."""

    connections: Connections
    reach: ReachSpace

    def __call__(self, connection: Connection) -> Connection:
        """From now on nobody is let in under the secret. Cobot is told to end what it tells as far as it takes that;
        where it does not, the reason of the connection says so."""
        space = connection.cobot
        if space is None or not space.webhook_secret_hashes:
            return connection
        connection = self._changed(connection, _with_nobody_let_in)
        try:
            self.reach(connection).unsubscribe(space.told_at)
        except AccordError:
            return self._changed(connection, _still_told)
        return connection

    def _changed(self, connection: Connection, change: Callable[[Connection], Connection]) -> Connection:
        """Whoever reconnected it meanwhile has it as they want it."""
        for _ in range(TRIES):
            found = self.connections.connection(connection.id)
            if found is None or found.state is not ConnectionState.DISCONNECTED:
                return found or connection
            after = change(found)
            if self.connections.replace(after):
                return after
        raise Retryable("others kept changing the same connection", effect_unknown=False)


def _with_nobody_let_in(connection: Connection) -> Connection:
    space = connection.cobot
    left = space.model_copy(update={"webhook_secret_hashes": ()}) if space is not None else None
    return connection.model_copy(update={"cobot": left})


def _still_told(connection: Connection) -> Connection:
    return connection.model_copy(update={"state_code": ConnectionReason.DISCONNECTED_STILL_TOLD})
