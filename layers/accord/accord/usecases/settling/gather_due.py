"""Many members who are due -> few messages: as many in one as one bulk creation takes."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import batched

from accord.ports import ChangeQueue, QueuedChanges

A_HINT = 500


class GatherDue:
    """`ChangeQueue` for hints alone, in front of another one: they are sent when it is told to."""

    def __init__(self, queue: ChangeQueue) -> None:
        self._queue = queue
        self._due: dict[str, dict[str, None]] = defaultdict(dict)

    def send(self, message: QueuedChanges) -> None:
        """Keep the members for the next `flush`. Raises ValueError for changes, which may not be kept back."""
        if message.changes:
            raise ValueError("changes are not held back: send them to the queue itself")
        self.due(message.connection_id, message.due)

    def due(self, connection_id: str, member_ids: Iterable[str]) -> None:
        """Keep these members."""
        self._due[connection_id] |= dict.fromkeys(member_ids)

    def flush(self) -> None:
        """Send what is gathered. Whoever is lost on the way is due all the same, and offered within minutes."""
        for connection_id, members in self._due.items():
            send_due(self._queue, connection_id, members)
        self._due.clear()


def send_due(queue: ChangeQueue, connection_id: str, member_ids: Iterable[str]) -> None:
    """Send those of one connection."""
    for some in batched(member_ids, A_HINT, strict=False):
        queue.send(QueuedChanges(connection_id, due=some))
