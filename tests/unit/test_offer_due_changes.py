"""`OfferDueChanges` over the fakes: everything that is due, once, in hints that are not too long."""

from datetime import datetime

import pytest

from accord.domain.consent import Memory
from accord.domain.notice import Notice, NoticeType
from accord.domain.record import Record
from accord.errors import Retryable
from accord.ports import QueuedChanges, Settlement
from accord.usecases.offer_due_changes import OfferDueChanges
from tests.builders import NOON, minutes
from tests.fake_outbox import FakeNoticeQueue, FakeOutbox
from tests.fakes import FakeClock, FakeLedger, FakeQueue

LATER = NOON + minutes(1)


class Minute:
    """One minute's run."""

    def __init__(self, ledger: FakeLedger | None = None) -> None:
        self.clock, self.queue = FakeClock(), FakeQueue()
        self.ledger = ledger or FakeLedger()
        self.urgent = FakeQueue()
        self.outbox, self.notices = FakeOutbox(), FakeNoticeQueue()
        self.offer = OfferDueChanges(
            ledger=self.ledger,
            outbox=self.outbox,
            urgent=self.urgent,
            queue=self.queue,
            notices=self.notices,
            clock=self.clock,
            offered_again=minutes(5),
        )

    def has_due(self, connection_id: str, count: int, due_at: datetime | None = NOON) -> None:
        for number in range(count):
            record = Record(connection_id=connection_id, member_id=f"m-{number}", since=NOON, due_at=due_at)
            self.ledger.settle("audience1", [Settlement(record)])


def test_due_members_are_offered_by_connection_500_at_a_time() -> None:
    minute = Minute()
    minute.has_due("burrow", 1_001)
    minute.has_due("sett", 2)

    offered = minute.offer(LATER)

    assert (offered.members, offered.messages) == (1_003, 4)
    sizes = [(message.connection_id, len(message.due)) for message in minute.queue.messages]
    assert sorted(sizes) == [("burrow", 1), ("burrow", 500), ("burrow", 500), ("sett", 2)]


def test_a_waiting_opt_out_is_offered_on_the_queue_that_nothing_stands_in() -> None:
    minute = Minute()
    minute.has_due("burrow", 2)
    declined = Memory(opted_out_at=NOON)
    record = Record(connection_id="burrow", member_id="otter", since=NOON, due_at=NOON, memory=declined)
    minute.ledger.settle("audience1", [Settlement(record)])

    assert minute.offer(LATER).members == 3
    assert [message.due for message in minute.urgent.messages] == [("otter",)]
    assert [message.due for message in minute.queue.messages] == [("m-0", "m-1")]


def test_what_was_offered_is_offered_again_only_after_a_while() -> None:
    minute = Minute()
    minute.has_due("burrow", 3)

    assert minute.offer(LATER).members == 3
    assert minute.offer(LATER).members == 0
    minute.clock.pass_(301)
    assert minute.offer(NOON + minutes(10)).members == 3


def test_what_is_not_due_is_not_offered() -> None:
    minute = Minute()
    minute.has_due("burrow", 1, due_at=None)
    minute.has_due("sett", 1, due_at=NOON + minutes(1))

    assert minute.offer(LATER).members == 0


def test_nothing_is_begun_when_the_time_is_over() -> None:
    minute = Minute()
    minute.has_due("burrow", 3)

    assert minute.offer(NOON).members == 0


def test_what_the_queue_did_not_take_stays_due() -> None:
    minute = Minute()
    minute.has_due("burrow", 3)
    minute.queue.broken = Retryable("the queue is away", effect_unknown=True)

    with pytest.raises(Retryable):
        minute.offer(LATER)
    assert len(minute.ledger.due(NOON, 10, urgent=False)) == 3


class LaggingLedger(FakeLedger):
    """Its index shows what was due a moment ago."""

    def postpone(self, members: object, due_at: datetime) -> None:
        """Not seen yet."""


def test_an_index_that_lags_behind_does_not_make_it_go_round_in_circles() -> None:
    minute = Minute(LaggingLedger())
    minute.has_due("burrow", 3)

    assert minute.offer(LATER).members == 3


def test_a_member_is_postponed_before_it_is_offered() -> None:
    minute = Minute()
    minute.has_due("burrow", 2)
    due_when_sent: list[int] = []
    send = minute.queue.send

    def watched(message: QueuedChanges) -> None:
        due_when_sent.append(len(minute.ledger.due(minute.clock.now(), 10, urgent=False)))
        send(message)

    minute.queue.send = watched  # type: ignore[method-assign]  # a worker that is quicker than the sender
    minute.offer(LATER)

    assert due_when_sent == [0]


def test_a_notice_that_is_due_is_offered_and_not_again_for_a_while() -> None:
    minute = Minute()
    queued = minute.outbox.put("burrow", Notice(id="ntc_1", type=NoticeType.BOUNCED, member_id="otter", at=NOON))

    assert minute.offer(LATER).notices == 1
    assert minute.offer(LATER).notices == 0
    minute.clock.pass_(301)
    assert minute.offer(LATER + minutes(10)).notices == 1
    assert minute.notices.messages == [queued, queued]
