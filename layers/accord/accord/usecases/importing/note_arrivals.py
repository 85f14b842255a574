"""Messages of a queue, processed -> the lines of imports among them are in the ledger, and nobody waits for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Concatenate, Protocol

from accord.ports import QueuedChanges
from accord.ports.importing import Sendings


class Processed(Protocol):
    """What came of a batch."""

    @property
    def failed(self) -> tuple[int, ...]:
        """The indexes of the messages that come again."""


@dataclass(frozen=True, slots=True)
class NoteArrivals[Message, **Rest, Result: Processed]:
    """Around whoever saves what a queue holds. A message of an import is known by its first line. Raises Retryable:
    then all come again, which changes nothing."""

    process: Callable[Concatenate[Sequence[Message], Rest], Result]
    sendings: Sendings

    def __call__(self, messages: Sequence[Message], *args: Rest.args, **kwargs: Rest.kwargs) -> Result:
        result = self.process(messages, *args, **kwargs)
        for index, message in enumerate(messages):
            if index not in result.failed and isinstance(message, QueuedChanges) and message.changes:
                first = message.changes[0]
                if first.file:
                    self.sendings.arrived(message.connection_id, first.file, first.index)
        return result
