"""An application that is read, linked to its connection: told of everything from now on, and read whole once."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from accord.domain.changes import OrderBy
from accord.domain.connection import Connection, ConnectionState
from accord.domain.lifecycle import what_is_missing
from accord.errors import Misconfigured, Retryable
from accord.ports.applications import EVERYBODY, FetchQueue, MembershipApplication, QueuedFetch
from accord.ports.connections import Connections

NOT_CHOSEN = "The connection has no space of Cobot yet: name it in its settings (cobot.space)"
CHOSEN_ANEW = "The connection was given another space meanwhile: authorise that one"
TRIES = 5
"""How often a connection is read again after somebody else was faster."""


@dataclass(frozen=True, slots=True)
class LinkSpace:
    """`new_secret` gives what nobody guesses."""

    connections: Connections
    queue: FetchQueue
    new_secret: Callable[[], str]

    def __call__(
        self, connection: Connection, application: MembershipApplication, callback_base: str, base_url: str = ""
    ) -> Connection:
        """`callback_base`: where the application finds Accord, `https://.../cobot/webhooks`; `base_url`: see Cobot.
        Doing it again ends what was told under the secret before. What happens in between is seen by the reading of
        all members, which is queued last. A step that fails leaves nothing behind that the next try does not mend."""
        secret, told_at = self.new_secret(), f"{callback_base}/{connection.id}/"
        hashes = (hashlib.sha256(secret.encode()).hexdigest(),)
        application.unsubscribe(told_at)
        # Before it is told anything under the new secret.
        found: dict[str, object] = {"webhook_secret_hashes": hashes, "told_at": told_at, "base_url": base_url}
        linked = self._saved(connection, found)
        application.subscribe(f"{told_at}{secret}")
        self.queue.send(QueuedFetch(connection.id, EVERYBODY, self.new_secret()))
        return linked

    def _saved(self, connection: Connection, found: dict[str, object]) -> Connection:
        if connection.cobot is None:
            raise Misconfigured(NOT_CHOSEN)
        name = connection.cobot.space
        for _ in range(TRIES):
            if connection.cobot is None or connection.cobot.space != name:
                raise Misconfigured(CHOSEN_ANEW)
            # What is read has no time of its own, only that of the reading.
            update = {"cobot": connection.cobot.model_copy(update=found), "order_by": OrderBy.RECEIVED}
            after = connection.model_copy(update=update)
            if after.state is ConnectionState.DRAFT:
                after = after.model_copy(update={"state_code": what_is_missing(after)})
            if self.connections.replace(after):
                return after
            connection = self.connections.connection(connection.id) or connection
        raise Retryable("others kept changing the same connection", effect_unknown=False)
