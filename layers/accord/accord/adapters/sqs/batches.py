"""An SQS event -> the messages in it, and the answer that hands back only those that must come again."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from accord.adapters.sqs.changes import UnreadableError, decode
from accord.adapters.sqs.fetches import decode_fetch
from accord.adapters.sqs.hints import decode_hint
from accord.adapters.sqs.notices import decode_notice
from accord.adapters.sqs.steps import decode_step
from accord.ports import QueuedChanges, QueuedHint, QueuedNotice
from accord.ports.applications import QueuedFetch
from accord.ports.tending import QueuedStep

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse


@dataclass(frozen=True, slots=True)
class Batch[Message]:
    """The messages that could be read, in order, with their ids, and the ids of those that could not."""

    messages: tuple[Message, ...]
    ids: tuple[str, ...]
    unreadable: tuple[str, ...]

    def failed(self, indexes: Sequence[int]) -> list[str]:
        """The ids to hand back: of the messages at these indexes, and of all that could not be read."""
        return [*(self.ids[index] for index in indexes), *self.unreadable]


def changes(event: Mapping[str, Any]) -> Batch[QueuedChanges]:
    """A batch of `member-changes` or `bulk-changes`."""
    return _parsed(event, decode)


def hints(event: Mapping[str, Any]) -> Batch[QueuedHint]:
    """A batch of `audience-events`."""
    return _parsed(event, decode_hint)


def notices(event: Mapping[str, Any]) -> Batch[QueuedNotice]:
    """A batch of `upstream-notices`."""
    return _parsed(event, decode_notice)


def steps(event: Mapping[str, Any]) -> Batch[QueuedStep]:
    """A batch of `connection-steps`."""
    return _parsed(event, decode_step)


def fetches(event: Mapping[str, Any]) -> Batch[QueuedFetch]:
    """A batch of `cobot-events`."""
    return _parsed(event, decode_fetch)


type Letter = QueuedChanges | QueuedHint | QueuedNotice | QueuedFetch | QueuedStep


def letters(event: Mapping[str, Any]) -> Batch[Letter]:
    """A batch of dead letters, of whichever queue."""

    def decode_any(body: str) -> Letter:
        for each in (decode, decode_hint, decode_fetch, decode_step):
            with suppress(UnreadableError):
                return each(body)
        return decode_notice(body)

    return _parsed(event, decode_any)


def _parsed[Message](event: Mapping[str, Any], decoded: Callable[[str], Message]) -> Batch[Message]:
    """One message that is none of ours fails alone."""
    messages: list[Message] = []
    ids: list[str] = []
    unreadable: list[str] = []
    for record in event["Records"]:
        try:
            messages.append(decoded(record["body"]))
        except UnreadableError:
            unreadable.append(record["messageId"])
        else:
            ids.append(record["messageId"])
    return Batch(tuple(messages), tuple(ids), tuple(unreadable))


def failures(message_ids: Sequence[str]) -> "PartialItemFailureResponse":
    """The answer to SQS under `ReportBatchItemFailures`."""
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in message_ids]}
