"""Operators: lists, counts, and another try for what failed, one member or all of a reason."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched

from accord.domain.connection import Connection
from accord.domain.history import Cause, CauseKind, Event
from accord.domain.reasons import ReasonCode, Status
from accord.domain.record import Reason, Record
from accord.errors import Retryable
from accord.ports import ChangeQueue, Clock, Ledger, Page, QueuedChanges, Settlement

A_PAGE = 500
MOST = 10_000
"""As many failed members as one answer counts by reason, or retries."""
TRIES = 3
"""How often a member is read again after a worker was faster."""


@dataclass(frozen=True, slots=True)
class Failures:
    """A page of failed members; on the first page also how many there are of each reason, up to ten thousand."""

    page: Page[Record]
    reasons: Mapping[ReasonCode, int] | None


@dataclass(frozen=True, slots=True)
class Retried:
    """How many members are tried again; `more` when there may be others: ask again."""

    members: int
    more: bool = False


class ManageMembers:
    """A retry forgets what Mailchimp refused, makes the member due and offers it at once. A single member goes the
    short way, through `member-changes`; many go through `bulk-changes`."""

    def __init__(
        self, *, ledger: Ledger, queue: ChangeQueue, bulk_queue: ChangeQueue, clock: Clock, offered_again: timedelta
    ) -> None:
        self._ledger = ledger
        self._queue = queue
        self._bulk_queue = bulk_queue
        self._clock = clock
        self._offered_again = offered_again

    def members(self, connection: Connection, status: Status | None, after: str | None, limit: int) -> Page[Record]:
        """A page of members, of one status or of all."""
        return self._ledger.members(connection.id, status, after, limit)

    def counts(self, connection: Connection) -> Mapping[Status, int]:
        """How many members have each status, zeros included."""
        counts = self._ledger.counts(connection.id)
        return {status: counts.get(status, 0) for status in Status}

    def failures(self, connection: Connection, after: str | None, limit: int) -> Failures:
        """What failed, and for the first page the reasons counted."""
        page = self._ledger.members(connection.id, Status.FAILED, after, limit)
        if after is not None:
            return Failures(page, None)
        reasons = Counter(record.reason.code for record in page.items)
        following = page.next
        while following is not None and reasons.total() < MOST:
            further = self._ledger.members(connection.id, Status.FAILED, following, A_PAGE)
            reasons.update(record.reason.code for record in further.items)
            following = further.next
        return Failures(page, reasons)

    def retry(self, connection: Connection, member_id: str) -> bool | None:
        """Whether the member is tried again: an erased one is not. None: nobody has heard of them."""
        if not self._ledger.records(connection.id, [member_id]):
            return None
        return bool(self._retry(connection, [member_id], self._queue))

    def retry_failures(self, connection: Connection, reason: ReasonCode | None, deadline: datetime) -> Retried:
        """Failed members, all or those of one reason, ten thousand at most and until `deadline`.

        They are found first and retried then: a list that shrinks while it is paged through would skip some.
        """
        begun = self._clock.now()
        found, more = self._find_failures(connection, reason, begun + (deadline - begun) / 2)
        retried = 0
        for some in batched(found, A_PAGE, strict=False):
            if self._clock.now() >= deadline:
                return Retried(retried, more=True)
            retried += len(self._retry(connection, some, self._bulk_queue))
        return Retried(retried, more)

    def _find_failures(
        self, connection: Connection, reason: ReasonCode | None, deadline: datetime
    ) -> tuple[list[str], bool]:
        """The ids, and whether there are more failures than were looked at."""
        found: list[str] = []
        after: str | None = None
        while len(found) < MOST and self._clock.now() < deadline:
            page = self._ledger.members(connection.id, Status.FAILED, after, A_PAGE)
            found += [record.member_id for record in page.items if reason in {None, record.reason.code}]
            after = page.next
            if after is None:
                return found, False
        return found, True

    def _retry(self, connection: Connection, member_ids: Collection[str], queue: ChangeQueue) -> set[str]:
        """The members that are due now and offered."""
        retried: set[str] = set()
        waiting = set(member_ids)
        now = self._clock.now()
        for _ in range(TRIES):
            if not waiting:
                break
            records = self._ledger.records(connection.id, waiting)
            again = [record for record in records.values() if record.status is not Status.ERASED]
            stored = self._ledger.settle(connection.audience_id, self._settlements(again, now)) if again else {}
            retried |= {member_id for member_id, done in stored.items() if done}
            waiting = {member_id for member_id, done in stored.items() if not done}
        if retried:
            queue.send(QueuedChanges(connection.id, due=tuple(sorted(retried))))
        if waiting:
            msg = "other workers kept changing the same members"
            raise Retryable(msg, effect_unknown=False)
        return retried

    def _settlements(self, records: Sequence[Record], now: datetime) -> list[Settlement]:
        return [Settlement(self._renewed(record, now), events=(_event(record, now),)) for record in records]

    def _renewed(self, record: Record, now: datetime) -> Record:
        """Due, but not so soon that it is offered a second time before the hint has been read."""
        return record.model_copy(
            update={
                "refusal": None,
                "status": Status.PENDING,
                "reason": Reason(code=ReasonCode.QUEUED),
                "since": now,
                "cause": Cause(kind=CauseKind.OPERATOR, at=now),
                "attempts": 0,
                "due_at": now + self._offered_again,
            }
        )


def _event(record: Record, now: datetime) -> Event:
    return Event(
        member_id=record.member_id,
        at=now,
        id=f"{now.isoformat(timespec='microseconds')}#retried",
        kind="retried",
        version=record.version,
        status=Status.PENDING,
        reason=record.reason.code,
        detail=record.reason.detail,
        before=record.stood,
        cause=Cause(kind=CauseKind.OPERATOR, at=now),
    )
