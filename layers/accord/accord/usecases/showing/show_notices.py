"""Ledger -> upstream: what happened to its members in Mailchimp, in order, from wherever it stopped reading."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from accord.domain.connection import Connection
from accord.domain.notice import Notice
from accord.domain.record import Record
from accord.ports import Clock, Ledger, Page
from accord.usecases.showing.show_digest import Digest


@dataclass(frozen=True, slots=True)
class Told:
    """A notice with the record of its member as it is now, None for one who was never saved; of a digest that is sent,
    what it tells."""

    notice: Notice
    record: Record | None
    digest: Digest | None = None


@dataclass(frozen=True, slots=True)
class ShowNotices:
    """The notice feed. `settled`: so old is a notice before it is served, for one that is known earlier may be stored
    a moment later, and must not be skipped (DESIGN section 5)."""

    ledger: Ledger
    clock: Clock
    settled: timedelta

    def __call__(self, connection: Connection, after: str | None, limit: int) -> Page[Told]:
        """Raises ValueError for a cursor that no page of this feed gave."""
        page = self.ledger.notices(connection.id, after, self.clock.now() - self.settled, limit)
        return Page(self._with_records(connection.id, page.items), page.next)

    def _with_records(self, connection_id: str, notices: Sequence[Notice]) -> list[Told]:
        ids = {notice.member_id for notice in notices if notice.member_id}
        records: Mapping[str, Record] = self.ledger.records(connection_id, ids) if ids else {}
        return [Told(notice, records.get(notice.member_id)) for notice in notices]
