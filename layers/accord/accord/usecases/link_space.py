"""An application that is read, linked to its connection: told of everything from now on, and read whole once."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from accord.domain.changes import OrderBy
from accord.domain.connection import Connection
from accord.errors import Misconfigured
from accord.ports import Ledger
from accord.ports.applications import EVERYBODY, FetchQueue, MembershipApplication, QueuedFetch

NOT_CHOSEN = "The connection has no space of Cobot: choose one"


@dataclass(frozen=True, slots=True)
class LinkSpace:
    """`callback_base`: where the application finds Accord, `https://.../cobot/webhooks`. `new_secret` gives what
    nobody guesses."""

    ledger: Ledger
    application_of: Callable[[Connection], MembershipApplication]
    queue: FetchQueue
    callback_base: str
    new_secret: Callable[[], str]

    def link(self, connection: Connection) -> Connection:
        """Doing it again ends what was told under the secret before. What happens in between is seen by the reading of
        all members, which is queued last. A step that fails leaves nothing behind that the next try does not mend."""
        if connection.cobot is None:
            raise Misconfigured(NOT_CHOSEN)
        application, secret = self.application_of(connection), self.new_secret()
        hashes = (hashlib.sha256(secret.encode()).hexdigest(),)
        space = connection.cobot.model_copy(update={"webhook_secret_hashes": hashes})
        # What is read has no time of its own, only that of the reading.
        linked = connection.model_copy(update={"cobot": space, "order_by": OrderBy.RECEIVED})
        application.unsubscribe(self._prefix(connection))
        self.ledger.save_connection(linked)  # before it is told anything under the new secret
        application.subscribe(f"{self._prefix(connection)}{secret}")
        self.queue.send(QueuedFetch(connection.id, EVERYBODY, self.new_secret()))
        return linked

    def unlink(self, connection: Connection) -> Connection:
        """Nothing is told any more, and nobody is let in under the secret; what is known of members stays."""
        if connection.cobot is None:
            return connection
        space = connection.cobot.model_copy(update={"webhook_secret_hashes": ()})
        unlinked = connection.model_copy(update={"cobot": space})
        self.ledger.save_connection(unlinked)
        self.application_of(connection).unsubscribe(self._prefix(connection))
        return unlinked

    def _prefix(self, connection: Connection) -> str:
        return f"{self.callback_base}/{connection.id}/"
