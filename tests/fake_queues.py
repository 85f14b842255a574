"""A clock and the queues in memory."""

from datetime import datetime, timedelta

from accord.ports import QueuedChanges, QueuedHint
from tests.builders import NOON


class FakeClock:
    """A clock that stands until it is moved."""

    def __init__(self, start: datetime = NOON) -> None:
        self.moment = start

    def now(self) -> datetime:
        return self.moment

    def pass_(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class FakeQueue:
    """A queue that keeps what it was sent, or refuses everything while `broken` holds an error."""

    def __init__(self) -> None:
        self.messages: list[QueuedChanges] = []
        self.broken: Exception | None = None

    def send(self, message: QueuedChanges) -> None:
        if self.broken is not None:
            raise self.broken
        self.messages.append(message)


class FakeHintQueue:
    """What was sent, each with its delay in seconds."""

    def __init__(self) -> None:
        self.messages: list[tuple[QueuedHint, int]] = []
        self.broken: Exception | None = None

    def send(self, queued: QueuedHint, delay: int = 0) -> None:
        if self.broken is not None:
            raise self.broken
        self.messages.append((queued, delay))
