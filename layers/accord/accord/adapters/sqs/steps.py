"""Steps on the queue `connection-steps`: how a message looks, and how it is put there."""

from typing import TYPE_CHECKING, Literal

from pydantic import ValidationError

from accord.adapters.sqs.changes import UnreadableError, send
from accord.domain.values import Value
from accord.ports.tending import Place, QueuedStep, Step

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class _Message(Value):
    """The wire format: see the messages of changes."""

    v: Literal[1]
    connection: str = ""
    step: Step
    run: str = ""
    cursor: str | None = None
    former: int = 0


def encode_step(queued: QueuedStep) -> str:
    """The message as JSON, without what is empty."""
    place = queued.place
    message = _Message(
        v=1,
        connection=queued.connection_id,
        step=queued.step,
        run=queued.run_id,
        cursor=place.cursor,
        former=place.former,
    )
    return message.model_dump_json(exclude_defaults=True)


def decode_step(body: str) -> QueuedStep:
    """The message in a body. Raises UnreadableError, which never repeats what it read."""
    try:
        message = _Message.model_validate_json(body)
    except ValidationError as error:
        raise UnreadableError(f"not a step of version 1: {error.error_count()} errors") from None
    place = Place(message.cursor, message.former)
    return QueuedStep(message.connection, message.step, message.run, place)


class SqsStepQueue:
    """`StepQueue` over one SQS queue."""

    def __init__(self, client: "SQSClient", queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def send(self, queued: QueuedStep, delay: int = 0) -> None:
        """One SQS message."""
        send(self._client, self._queue_url, encode_step(queued), delay)
