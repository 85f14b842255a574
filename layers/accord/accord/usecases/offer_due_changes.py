"""Ledger -> queue: offer the members whose unfinished work is due to `sync_members` again."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched

from accord.errors import AccordError
from accord.ports import ChangeQueue, Clock, Ledger, NoticeQueue, Outbox, QueuedChanges

A_LOOK = 5_000
"""Members read at once."""
NOTICES = 500
"""Notices offered at once; the rest waits for the next minute."""
A_HINT = 500
"""Members in one message: as many as one bulk creation takes."""


@dataclass(frozen=True, slots=True)
class Offered:
    """How many members were offered, in how many messages; and how many notices."""

    members: int = 0
    messages: int = 0
    notices: int = 0


class OfferDueChanges:
    """Hints, not changes: a hint that is lost, doubled or late does no harm, because the ledger says what is due.

    They go to `bulk-changes`, so that a week of them after an outage never stands in front of a change just posted;
    opt-outs and erasures never wait, and take `member-changes`.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        outbox: Outbox,
        urgent: ChangeQueue,
        queue: ChangeQueue,
        notices: NoticeQueue,
        clock: Clock,
        offered_again: timedelta,
    ) -> None:
        self._ledger = ledger
        self._outbox = outbox
        self._notices = notices
        self._urgent = urgent
        self._queue = queue
        self._clock = clock
        self._offered_again = offered_again

    def __call__(self, deadline: datetime) -> Offered:
        """Offer what is due until nothing is, or until the time is over; each member once."""
        urgent = self._offer(self._urgent, deadline, urgent=True)
        notices = self._offer_notices()
        others = self._offer(self._queue, deadline, urgent=False)
        return Offered(urgent.members + others.members, urgent.messages + others.messages, notices)

    def _offer_notices(self) -> int:
        now = self._clock.now()
        due = self._outbox.due_notices(now, NOTICES)
        self._outbox.postpone_notices(due, now + self._offered_again)
        for queued in due:
            self._notices.send(queued)
        return len(due)

    def _offer(self, queue: ChangeQueue, deadline: datetime, *, urgent: bool) -> Offered:
        offered: set[tuple[str, str]] = set()
        messages = 0
        while (now := self._clock.now()) < deadline:
            members: dict[str, list[str]] = defaultdict(list)
            for connection_id, member_id in self._ledger.due(now, A_LOOK, urgent=urgent):
                if (connection_id, member_id) not in offered:  # the index lags behind what was postponed just now
                    members[connection_id].append(member_id)
            if not members:
                break
            for connection_id, member_ids in members.items():
                for some in batched(member_ids, A_HINT, strict=False):
                    pairs = [(connection_id, member_id) for member_id in some]
                    # First, or it would put off what a quick worker has made due again in the meantime.
                    self._ledger.postpone(pairs, now + self._offered_again)
                    try:
                        queue.send(QueuedChanges(connection_id, due=some))
                    except AccordError:
                        self._ledger.postpone(pairs, now)
                        raise
                    offered.update(pairs)
                    messages += 1
        return Offered(len(offered), messages)
