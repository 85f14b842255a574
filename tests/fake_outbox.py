"""The notices that are still to be sent, in memory, and a queue for hints of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accord.domain.notice import DeliveryState, Notice
from accord.ports import Delivery, QueuedNotice


@dataclass(slots=True)
class Lying:
    """A notice as it lies there."""

    connection_id: str
    notice: Notice
    state: DeliveryState = DeliveryState.WAITING
    attempts: int = 0
    due_at: datetime | None = None
    answer: str = ""


class FakeOutbox:
    """`Outbox` in a dictionary."""

    def __init__(self) -> None:
        self.lying: dict[str, Lying] = {}

    def put(self, connection_id: str, notice: Notice) -> QueuedNotice:
        """A notice that is due since it was known."""
        self.lying[notice.id] = Lying(connection_id, notice, due_at=notice.at)
        return QueuedNotice(connection_id, notice.id)

    def due_notices(self, now: datetime, limit: int) -> list[QueuedNotice]:
        due = [key for key, each in self.lying.items() if each.due_at is not None and each.due_at <= now]
        return [QueuedNotice(self.lying[key].connection_id, key) for key in due[:limit]]

    def postpone_notices(self, notices: Sequence[QueuedNotice], due_at: datetime) -> None:
        for queued in notices:
            if self.lying[queued.key].due_at is not None:
                self.lying[queued.key].due_at = due_at

    def add_notice(self, connection_id: str, notice: Notice, *, notify: bool) -> None:
        state, due_at = (DeliveryState.WAITING, notice.at) if notify else (DeliveryState.KEPT, None)
        self.lying.setdefault(notice.id, Lying(connection_id, notice, state, due_at=due_at))

    def delivery(self, queued: QueuedNotice) -> Delivery | None:
        each = self.lying.get(queued.key)
        if each is None or each.state is not DeliveryState.WAITING:
            return None
        return Delivery(queued.key, each.notice, each.attempts)

    def record_delivery(self, delivery: Delivery, state: DeliveryState, answer: str, due_at: datetime | None) -> None:
        each = self.lying[delivery.key]
        each.state, each.answer, each.due_at = state, answer, due_at
        each.attempts += 1


class FakeNoticeQueue:
    """What was sent."""

    def __init__(self) -> None:
        self.messages: list[QueuedNotice] = []

    def send(self, queued: QueuedNotice) -> None:
        self.messages.append(queued)
