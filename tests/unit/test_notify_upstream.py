"""Notices on their way to the application: sent once they are due, tried again for more than a day, never lost."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from accord.domain.notice import DeliveryState, Notice, NoticeType
from accord.errors import Retryable
from accord.ports import EndpointRefusedError, QueuedNotice
from accord.usecases.notify_upstream import NotifyUpstream, Sent
from accord.usecases.offer_due_changes import OfferDueChanges
from accord.usecases.showing.show_digest import ShowDigest
from tests.builders import NOON, a_connection, minutes
from tests.fake_activity import FakeActivity
from tests.fake_outbox import FakeNoticeQueue, FakeOutbox
from tests.fakes import FakeClock, FakeLedger, FakeQueue

URL = "https://app.test/notices"
NOTICE = Notice(id="ntc_1", type=NoticeType.UNSUBSCRIBED, member_id="hare", at=NOON)


class Post:
    """One connection, its endpoint, and a clock."""

    def __init__(self, url: str = URL) -> None:
        self.clock, self.ledger, self.outbox, self.queue = FakeClock(), FakeLedger(), FakeOutbox(), FakeNoticeQueue()
        self.ledger.save_connection(a_connection(notice_url=url))
        self.answers: list[int | Exception] = []
        self.posted: list[tuple[str, bytes, Mapping[str, str]]] = []
        self.notify = NotifyUpstream(
            ledger=self.ledger,
            outbox=self.outbox,
            endpoint=self,
            secrets=self,
            clock=self.clock,
            digest=ShowDigest(FakeActivity(self.ledger)),
            written=lambda told, _connection: told.notice.type.encode(),
            signed=lambda id_, _at, body, secrets: {"webhook-id": id_, "signed": f"{body!r} by {secrets}"},
            unit=timedelta(seconds=5),
        )

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        self.posted.append((url, body, headers))
        answer = self.answers.pop(0) if self.answers else 204
        if isinstance(answer, Exception):
            raise answer
        return answer

    def signing_secrets(self, _connection: object) -> tuple[str, ...]:
        return ("old", "new")

    def webhook_signing_secrets(self, _connection: object, *, fresh: bool = False) -> tuple[str, ...]:
        return ()

    def send(self) -> Sent:
        sent, failed = self.notify([QueuedNotice("burrow", NOTICE.id)], self.clock.now() + minutes(1))
        assert failed == []
        (outcome,) = sent
        return outcome


@pytest.fixture
def post() -> Post:
    post = Post()
    post.outbox.put("burrow", NOTICE)
    return post


def test_a_notice_is_signed_with_all_valid_secrets_under_its_own_id(post: Post) -> None:
    assert post.send() is Sent.DELIVERED
    ((url, body, headers),) = post.posted
    assert (url, body, headers["webhook-id"]) == (URL, b"contact.unsubscribed", "ntc_1")
    assert headers["signed"] == "b'contact.unsubscribed' by ('old', 'new')"


def test_a_message_that_comes_twice_sends_once(post: Post) -> None:
    assert [post.send(), post.send()] == [Sent.DELIVERED, Sent.NOT_SENT]
    assert len(post.posted) == 1


TROUBLES = [
    500,
    302,
    404,
    Retryable("no answer", effect_unknown=True),
    EndpointRefusedError("leads to a private address"),
]


@pytest.mark.parametrize("trouble", TROUBLES, ids=str)
def test_p07_what_the_application_does_not_take_is_tried_for_more_than_a_day_and_then_stays_failed(
    post: Post, trouble: int | Exception
) -> None:
    post.answers = [trouble] * 99
    minute = OfferDueChanges(
        ledger=post.ledger,
        outbox=post.outbox,
        urgent=FakeQueue(),
        queue=FakeQueue(),
        notices=post.queue,
        clock=post.clock,
        offered_again=minutes(5),
    )
    last = post.clock.now()
    for _ in range(60 * 48):
        minute(post.clock.now() + minutes(1))
        waiting, post.queue.messages = post.queue.messages, []
        if waiting:
            last = post.clock.now()
            post.notify(waiting, last + minutes(1))
        post.clock.pass_(60)
    assert len(post.posted) == 8
    assert last - NOON > timedelta(hours=24)
    assert post.outbox.lying["ntc_1"].state is DeliveryState.FAILED
    assert post.outbox.lying["ntc_1"].answer


def test_an_application_that_comes_back_gets_what_it_missed(post: Post) -> None:
    post.answers = [503, 503]
    assert [post.send(), post.send(), post.send()] == [Sent.RETRIED, Sent.RETRIED, Sent.DELIVERED]
    assert post.outbox.lying["ntc_1"].attempts == 3


def test_410_ends_the_notices_and_says_why(post: Post) -> None:
    post.answers = [410]
    assert post.send() is Sent.FAILED
    connection = post.ledger.connection("burrow")
    assert connection is not None
    assert "410" in connection.notices_stopped
    post.outbox.put("burrow", NOTICE)
    assert post.send() is Sent.NOT_SENT
    assert post.outbox.lying["ntc_1"].state is DeliveryState.KEPT


def test_without_an_endpoint_a_notice_stays_in_the_feed() -> None:
    post = Post("")
    post.outbox.put("burrow", NOTICE)
    assert post.send() is Sent.NOT_SENT
    assert post.posted == []


def test_what_there_is_no_time_for_comes_again(post: Post) -> None:
    sent, failed = post.notify([QueuedNotice("burrow", "ntc_1")], post.clock.now())
    assert (sent, failed) == ({}, [0])
