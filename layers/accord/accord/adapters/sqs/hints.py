"""Hints on the queue `audience-events`: how a message looks, and how it is put there."""

from typing import TYPE_CHECKING, Literal

from pydantic import ValidationError

from accord.adapters.sqs.changes import UnreadableError, send
from accord.domain.audience_hint import AudienceHint
from accord.domain.values import Value
from accord.ports import QueuedHint

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class _Message(Value):
    """The wire format: see the messages of changes."""

    v: Literal[1]
    connection: str
    hint: AudienceHint
    attempt: int = 0


def encode_hint(queued: QueuedHint) -> str:
    """The message as JSON, without what is empty."""
    message = _Message(v=1, connection=queued.connection_id, hint=queued.hint, attempt=queued.attempt)
    return message.model_dump_json(exclude_defaults=True)


def decode_hint(body: str) -> QueuedHint:
    """The message in a body. Raises UnreadableError, which never repeats what it read."""
    try:
        message = _Message.model_validate_json(body)
    except ValidationError as error:
        raise UnreadableError(f"not a hint of version 1: {error.error_count()} errors") from None
    return QueuedHint(message.connection, message.hint, message.attempt)


class SqsHintQueue:
    """`HintQueue` over one SQS queue."""

    def __init__(self, client: "SQSClient", queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def send(self, queued: QueuedHint, delay: int = 0) -> None:
        """One SQS message."""
        send(self._client, self._queue_url, encode_hint(queued), delay)
