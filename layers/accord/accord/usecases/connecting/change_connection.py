"""One change of a connection, made over whatever else is changed in it at the same time."""

from collections.abc import Callable

from accord.domain.connection import Connection
from accord.errors import Retryable
from accord.ports.connections import Connections

TRIES = 5
"""How often a connection is read again after somebody else was faster."""


def changed(connections: Connections, connection: Connection, change: Callable[[Connection], Connection]) -> Connection:
    """The connection as it is stored then. `change` is asked anew after somebody else was faster, and may raise; what
    it leaves as it was is not stored."""
    for _ in range(TRIES):
        after = change(connection)
        if after == connection:
            return connection
        if connections.replace(after):
            return after.model_copy(update={"revision": after.revision + 1})
        known = connections.connection(connection.id)
        if known is None:
            break
        connection = known
    raise Retryable("others kept changing the same connection", effect_unknown=False)
