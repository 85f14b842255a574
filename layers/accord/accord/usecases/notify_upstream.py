"""`upstream-notices` -> the application's own endpoint: one signed POST a notice, tried again for more than a day.

The ledger holds what is still to be sent, as it does for members: a message is only a hint that a notice is due.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from accord.domain.connection import Connection
from accord.domain.notice import DeliveryState
from accord.errors import Retryable
from accord.ports import CallerSecrets, Clock, Delivery, Endpoint, EndpointRefusedError, Ledger, Outbox, QueuedNotice
from accord.usecases.showing.show_digest import ShowDigest
from accord.usecases.showing.show_notices import Told

RETRIES = (1, 60, 360, 1440, 3600, 7200, 10080)
"""The delays between tries, in units of the shortest: with 5 s they are 5 s, 5 and 30 minutes, 2, 5, 10 and 14 hours,
31 hours in all, as Standard Webhooks recommends."""
GONE = 410

type Written = Callable[[Told, Connection], bytes]
"""The body of a notice."""
type Signed = Callable[[str, datetime, bytes, Sequence[str]], Mapping[str, str]]
"""The headers that sign a body: id, time, body, secrets."""


class Sent(StrEnum):
    """What came of a notice."""

    DELIVERED = "delivered"
    RETRIED = "retried"
    FAILED = "failed"
    """Tried for more than a day; it stays in the feed."""
    NOT_SENT = "not_sent"
    """There is nothing to send, or nowhere to send it to."""


@dataclass(frozen=True, slots=True)
class NotifyUpstream:
    """One invocation's work. `unit` is the shortest delay."""

    ledger: Ledger
    outbox: Outbox
    endpoint: Endpoint
    secrets: CallerSecrets
    clock: Clock
    digest: ShowDigest
    written: Written
    signed: Signed
    unit: timedelta

    def __call__(self, notices: Sequence[QueuedNotice], deadline: datetime) -> tuple[Counter[Sent], list[int]]:
        """What came of them, and the indexes of those for which there was no time or no ledger."""
        sent: Counter[Sent] = Counter()
        failed: list[int] = []
        for index, queued in enumerate(notices):
            if self.clock.now() >= deadline:
                failed.append(index)
                continue
            try:
                sent[self._send(queued)] += 1
            except Retryable:
                failed.append(index)
        return sent, failed

    def _send(self, queued: QueuedNotice) -> Sent:
        delivery = self.outbox.delivery(queued)
        connection = self.ledger.connection(queued.connection_id)
        if delivery is None or connection is None:
            return Sent.NOT_SENT
        if not connection.notice_url or connection.notices_stopped:
            self._close(delivery, DeliveryState.KEPT, connection.notices_stopped)
            return Sent.NOT_SENT
        try:
            status = self._post(connection, connection.notice_url, delivery)
        except EndpointRefusedError as refused:
            return self._again(delivery, f"refused: {refused}")
        except Retryable as error:
            return self._again(delivery, str(error))
        if status == GONE:
            self.ledger.stop_notices(connection.id, "the endpoint answered 410: it wants no notices any more")
            self._close(delivery, DeliveryState.FAILED, "410")
            return Sent.FAILED
        if not 200 <= status < 300:
            return self._again(delivery, str(status))
        self._close(delivery, DeliveryState.DELIVERED, str(status))
        return Sent.DELIVERED

    def _post(self, connection: Connection, url: str, delivery: Delivery) -> int:
        notice = delivery.notice
        ids = [notice.member_id] if notice.member_id else []
        record = self.ledger.records(connection.id, ids).get(notice.member_id) if ids else None
        body = self.written(Told(notice, record, self.digest(connection, notice)), connection)
        secrets = self.secrets.signing_secrets(connection)
        headers = {"content-type": "application/json", **self.signed(notice.id, self.clock.now(), body, secrets)}
        return self.endpoint.post(url, body, headers)

    def _again(self, delivery: Delivery, answer: str) -> Sent:
        if delivery.attempts >= len(RETRIES):
            self._close(delivery, DeliveryState.FAILED, answer)
            return Sent.FAILED
        due_at = self.clock.now() + self.unit * RETRIES[delivery.attempts]
        self.outbox.record_delivery(delivery, DeliveryState.WAITING, answer, due_at)
        return Sent.RETRIED

    def _close(self, delivery: Delivery, state: DeliveryState, answer: str) -> None:
        self.outbox.record_delivery(delivery, state, answer, None)
