"""Fetches on the queue `cobot-events`: which member is to be read again. The data is not in the message."""

from typing import TYPE_CHECKING, Literal

from pydantic import ValidationError

from accord.adapters.sqs.changes import UnreadableError, send
from accord.domain.values import Moment, Value
from accord.ports.applications import EVERYBODY, QueuedFetch

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class _Fetch(Value):
    """Either one member or all."""

    reference: str = ""
    all: bool = False
    token: str
    slot: Moment | None = None
    attempt: int = 0


class _Message(Value):
    """The wire format: see the messages of changes."""

    v: Literal[1]
    connection: str
    fetch: _Fetch


def encode_fetch(queued: QueuedFetch) -> str:
    """The message as JSON, without what is empty."""
    fetch = _Fetch(
        reference=queued.reference,
        all=queued.reference == EVERYBODY,
        token=queued.token,
        slot=queued.slot,
        attempt=queued.attempt,
    )
    return _Message(v=1, connection=queued.connection_id, fetch=fetch).model_dump_json(exclude_defaults=True)


def decode_fetch(body: str) -> QueuedFetch:
    """The message in a body. Raises UnreadableError, which never repeats what it read."""
    try:
        message = _Message.model_validate_json(body)
    except ValidationError as error:
        raise UnreadableError(f"not a fetch of version 1: {error.error_count()} errors") from None
    fetch = message.fetch
    if fetch.all is not (fetch.reference == EVERYBODY):
        raise UnreadableError("a fetch is of one member or of all")
    return QueuedFetch(message.connection, fetch.reference, fetch.token, fetch.slot, fetch.attempt)


class SqsFetchQueue:
    """`FetchQueue` over one SQS queue."""

    def __init__(self, client: "SQSClient", queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def send(self, queued: QueuedFetch, delay: int = 0) -> None:
        """One SQS message."""
        send(self._client, self._queue_url, encode_fetch(queued), delay)
