"""Accepted changes -> queue, and queue -> accepted changes: the one place that knows how a message looks."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from accord.domain.changes import Arrived
from accord.domain.values import Value
from accord.errors import Misconfigured, Retryable
from accord.ports import QueuedChanges

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MAX_BODY = 900_000
"""Bytes of one message. SQS takes 1 MiB, attributes included."""


class UnreadableError(ValueError):
    """The message is none of ours, or of a version this code does not know."""


class _Message(Value):
    """The wire format. A new shape gets a new `v`, and the old one stays readable for as long as a queue keeps it."""

    v: Literal[1]
    connection: str
    changes: tuple[Arrived, ...] = ()
    due: tuple[str, ...] = ()


def encode(message: QueuedChanges) -> str:
    """The message as JSON, without what is empty. SQS refuses two characters that JSON allows: they are escaped."""
    body = _Message(v=1, connection=message.connection_id, changes=message.changes, due=message.due)
    text = body.model_dump_json(exclude_defaults=True)
    return text.replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")


def decode(body: str) -> QueuedChanges:
    """The message in a body. Raises UnreadableError, which never repeats what it read."""
    try:
        message = _Message.model_validate_json(body)
    except ValidationError as error:
        raise UnreadableError(f"not a message of version 1: {error.error_count()} errors") from None
    return QueuedChanges(message.connection, message.changes, message.due)


class SqsChangeQueue:
    """`ChangeQueue` over one SQS queue."""

    def __init__(self, client: "SQSClient", queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def send(self, message: QueuedChanges) -> None:
        """One SQS message, or as few as their size allows. After an error some may have been taken: sending all of
        it again changes nothing, because every change keeps its place."""
        for body in _bodies(message):
            send(self._client, self._queue_url, body)


def send(client: "SQSClient", queue_url: str, body: str, delay: int = 0) -> None:
    """One message, seen by nobody before `delay` seconds are over."""
    try:
        client.send_message(QueueUrl=queue_url, MessageBody=body, DelaySeconds=delay)
    except client.exceptions.QueueDoesNotExist as error:
        raise Misconfigured("the queue does not exist: deploy the stack again") from error
    except (BotoCoreError, ClientError) as error:
        raise Retryable("the queue did not take the message", effect_unknown=True) from error


def _bodies(message: QueuedChanges) -> Iterator[str]:
    body = encode(message)
    if len(body.encode()) <= MAX_BODY:
        yield body
        return
    for changes in _filled(message.changes):
        yield encode(QueuedChanges(message.connection_id, changes))
    if message.due:
        yield encode(QueuedChanges(message.connection_id, due=message.due))


def _filled(changes: Iterable[Arrived]) -> Iterator[tuple[Arrived, ...]]:
    """The changes in their order, each group as long as it fits."""
    room = MAX_BODY - 1_000  # for the envelope
    group: list[Arrived] = []
    size = 0
    for arrived in changes:
        length = len(arrived.model_dump_json(exclude_defaults=True).encode()) + 1
        if group and size + length > room:
            yield tuple(group)
            group, size = [], 0
        group.append(arrived)
        size += length
    if group:
        yield tuple(group)
