"""Hints on the queue `upstream-notices`: which notice is due. It lies in the ledger, so that no message holds more."""

from typing import TYPE_CHECKING, Literal

from pydantic import ValidationError

from accord.adapters.sqs.changes import UnreadableError, send
from accord.domain.values import Value
from accord.ports import QueuedNotice

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class _Message(Value):
    """The wire format: see the messages of changes."""

    v: Literal[1]
    connection: str
    notice: str


def encode_notice(queued: QueuedNotice) -> str:
    """The message as JSON."""
    return _Message(v=1, connection=queued.connection_id, notice=queued.key).model_dump_json()


def decode_notice(body: str) -> QueuedNotice:
    """The message in a body. Raises UnreadableError, which never repeats what it read."""
    try:
        message = _Message.model_validate_json(body)
    except ValidationError as error:
        raise UnreadableError(f"not a notice of version 1: {error.error_count()} errors") from None
    return QueuedNotice(message.connection, message.notice)


class SqsNoticeQueue:
    """`NoticeQueue` over one SQS queue."""

    def __init__(self, client: "SQSClient", queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def send(self, queued: QueuedNotice) -> None:
        """One SQS message."""
        send(self._client, self._queue_url, encode_notice(queued))
