"""The lines of an imported file, one after the other -> messages of changes, and a list of what is wrong with them."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from accord.domain.changes import Arrived, OrderBy
from accord.domain.consent import ConsentStatus
from accord.domain.file_import import MAX_LINES
from accord.domain.seen_ids import SeenIds
from accord.domain.spreadsheet import csv_line
from accord.ports import ChangeQueue, QueuedChanges
from accord.usecases.explain_refusal import FieldError
from accord.usecases.importing.import_lines import BadLine, ImportLines, Row

PER_MESSAGE = 500
A_BODY = 800_000
"""Bytes of the changes in one message: no queue has to divide it (adapters/sqs), so that it arrives whole."""
A_PART = 1_000_000
"""Characters of the list that are kept in memory at a time."""
AGAIN = {
    OrderBy.RECEIVED: "warning: a line above has the same id; of the two this one counts. Remove one of them",
    OrderBy.OCCURRED_AT: "warning: a line above has the same id; of the two the one with the later occurred_at counts, "
    "or else this one. Remove one of them",
    OrderBy.VERSION: "warning: a line above has the same id; of the two the one with the higher version counts, or "
    "else this one. Remove one of them",
}


class SendLines:
    """Good lines become messages of 500 changes at most; opt-outs go first, as they always do. A repeated line changes
    nothing: it has the same time and place. Memory holds one message, one piece of the list, and 64 bits of each id
    and address.
    """

    def __init__(
        self,
        lines: ImportLines,
        *,
        connection_id: str,
        file: str,
        at: datetime,
        order: OrderBy,
        urgent: ChangeQueue,
        bulk: ChangeQueue,
        keep: Callable[[int, str], None],
        parts: int,
        begun: Callable[[int, int], None],
    ) -> None:
        """`at`: when it was brought. `keep` stores a piece of the list under its number, of which there are `parts`.
        `begun` is told before each message the place of its first line, and how many it has."""
        self.parts = parts
        self.counts: Counter[str] = Counter()
        """What became of the lines: taken or bad, and of those that are taken, duplicates and shared addresses."""
        self.unnamed = 0
        self._lines = lines
        self._file, self._at, self._order = file, at, order
        by_arrival = order is OrderBy.OCCURRED_AT and not lines.may_hold("occurred_at")
        self._again = AGAIN[OrderBy.RECEIVED if by_arrival else order]
        self._urgent, self._bulk = (_Message(queue, connection_id, begun) for queue in (urgent, bulk))
        self._keep = keep
        self._list: list[str] = []
        self._length = 0
        self._ids, self._addresses = SeenIds(MAX_LINES), SeenIds(MAX_LINES)

    def pass_over(self, row: Row | BadLine) -> None:
        """A line that was sent before."""
        if isinstance(row, Row):
            self._meet(row)

    def __call__(self, place: int, row: Row | BadLine) -> None:
        """`place`: of the line among all that are not blank. Raises Retryable."""
        if isinstance(row, BadLine):
            self._bad(row)
            self.unnamed += 1
            return
        is_new, is_shared = self._meet(row)
        change = self._lines(row, self._at)
        if isinstance(change, BadLine):
            self._bad(change)
            self.unnamed += not self._lines.tells_who(row, change)
            return
        self.counts["taken"] += 1
        if not is_new:
            self.counts["duplicates"] += 1
            self._write(row.number, (FieldError(self._lines.id_column, self._again),))
        elif is_shared:
            self.counts["shared_addresses"] += 1
        self._send(Arrived(change=change, received_at=self._at, index=place, file=self._file))

    def flush(self) -> None:
        """Everything so far is sent and stored. Raises Retryable."""
        self._urgent.send()
        self._bulk.send()
        self._store()

    def _meet(self, row: Row) -> tuple[bool, bool]:
        """Whether the line's id is new, and whether its address is on a line above."""
        id_, address = self._lines.id_on(row), self._lines.address_on(row)
        is_new = self._ids.add(id_) if id_ else True
        return is_new, not self._addresses.add(address) if address else False

    def _send(self, arrived: Arrived) -> None:
        statement = arrived.statement(self._order)
        is_opt_out = statement is not None and statement.consent.status is ConsentStatus.OPTED_OUT
        (self._urgent if is_opt_out else self._bulk).add(arrived)

    def _bad(self, bad: BadLine) -> None:
        self.counts["bad"] += 1
        self._write(bad.number, bad.errors)

    def _write(self, number: int, errors: tuple[FieldError, ...]) -> None:
        for error in errors:
            text = csv_line((number, error.field, error.message))
            self._list.append(text)
            self._length += len(text)
        if self._length > A_PART:
            self._store()

    def _store(self) -> None:
        if self._list:
            self._keep(self.parts, "".join(self._list))
            self.parts += 1
            self._list.clear()
            self._length = 0


class _Message:
    """One message that is being filled."""

    def __init__(self, queue: ChangeQueue, connection_id: str, begun: Callable[[int, int], None]) -> None:
        self._queue, self._connection_id, self._begun = queue, connection_id, begun
        self._changes: list[Arrived] = []
        self._size = 0

    def add(self, arrived: Arrived) -> None:
        size = len(arrived.model_dump_json(exclude_defaults=True).encode()) + 1
        if self._size + size > A_BODY:
            self.send()
        self._changes.append(arrived)
        self._size += size
        if len(self._changes) == PER_MESSAGE:
            self.send()

    def send(self) -> None:
        if self._changes:
            self._begun(self._changes[0].index, len(self._changes))
            self._queue.send(QueuedChanges(self._connection_id, tuple(self._changes)))
            self._changes.clear()
            self._size = 0
