"""A file that holds all members, against those that the ledger knows: who has left; found page by page."""

from collections.abc import Iterator
from dataclasses import dataclass

from accord.domain.changes import Arrived
from accord.domain.connection import Connection
from accord.domain.record import Presence
from accord.domain.run import Run
from accord.domain.seen_ids import SeenIds
from accord.domain.snapshot import has_left
from accord.ports import ChangeQueue, Ledger, QueuedChanges

A_PAGE = 500


@dataclass(frozen=True, slots=True)
class ComparedPage:
    """How many members of a page are present, those of them who have left, and where the next page begins."""

    present: int
    left: tuple[Arrived, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class CompareSnapshot:
    """Twice over the same members: they are counted before anything of the file is sent, so that nobody is counted
    whom the file itself brought; and told at the end."""

    ledger: Ledger
    bulk: ChangeQueue

    def pages(self, connection: Connection, run: Run, ids: SeenIds, cursor: str | None) -> Iterator[ComparedPage]:
        """From the cursor on. `ids`: everybody whom the file names."""
        after = cursor
        while True:
            page = self.ledger.members(connection.id, None, after, A_PAGE)
            absent = [record for record in page.items if record.member_id not in ids]
            arrived = (has_left(record, run.at, connection.order_by, file=run.id) for record in absent)
            present = sum(record.presence is Presence.PRESENT for record in page.items)
            yield ComparedPage(present, tuple(each for each in arrived if each is not None), page.next)
            after = page.next
            if after is None:
                return

    def send(self, connection: Connection, page: ComparedPage) -> None:
        """Those who have left, in one message. Raises Retryable."""
        if page.left:
            self.bulk.send(QueuedChanges(connection.id, page.left))
