"""Cobot's call -> `cobot-events`: the member is to be read again, when it is its turn."""

from collections.abc import Callable
from dataclasses import dataclass

from accord.domain.connection import Connection
from accord.ports.applications import FetchQueue, QueuedFetch


@dataclass(frozen=True, slots=True)
class ReceiveCobotEvents:
    """Queues a pointer. `new_token` gives a name that no other message has."""

    queue: FetchQueue
    new_token: Callable[[], str]

    def __call__(self, connection: Connection, reference: str) -> None:
        """The queue has taken it when this returns."""
        self.queue.send(QueuedFetch(connection.id, reference, self.new_token()))
