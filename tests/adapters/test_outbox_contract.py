"""The contract of the port `Outbox`, on the fake and on DynamoDB: notices that are still to be sent."""

from collections.abc import Callable, Iterator
from datetime import datetime

import boto3
import pytest
from moto import mock_aws

from accord.adapters.dynamodb.definition import TABLE
from accord.adapters.dynamodb.ledger import DynamoDBLedger
from accord.adapters.dynamodb.outbox import DynamoDBOutbox
from accord.adapters.dynamodb.table import Table
from accord.domain.notice import DeliveryState, Notice, NoticeType
from accord.ports import Outbox, QueuedNotice, Settlement
from tests.adapters.ledger_values import AUDIENCE, NOON, later, record
from tests.fake_outbox import FakeOutbox

type Put = Callable[[str], None]


def a_notice(id_: str) -> Notice:
    return Notice(id=id_, type=NoticeType.BOUNCED, member_id=f"hen-{id_}", at=NOON)


@pytest.fixture(params=["fake", "dynamodb"])
def world(request: pytest.FixtureRequest) -> Iterator[tuple[Outbox, Put]]:
    """The outbox, and how a notice comes into it: with the settlement of its member."""
    if request.param == "fake":
        fake = FakeOutbox()

        def lay(id_: str) -> None:
            fake.put("the-barn", a_notice(id_))

        yield fake, lay
        return
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-west-3")
        client.create_table(TableName="barn", **TABLE)
        ledger = DynamoDBLedger(client, "barn")

        def put(id_: str) -> None:
            notice = a_notice(id_)
            settlement = Settlement(record(notice.member_id), notices=(notice,), notify=True)
            assert ledger.settle(AUDIENCE, [settlement])[notice.member_id]

        yield DynamoDBOutbox(Table(client, "barn")), put


def due(outbox: Outbox, now: datetime) -> list[QueuedNotice]:
    return sorted(outbox.due_notices(now, 100), key=lambda queued: queued.key)


def test_a_new_notice_is_due_at_once(world: tuple[Outbox, Put]) -> None:
    outbox, put = world
    put("1")
    put("2")
    found = due(outbox, later(seconds=1))
    assert {queued.connection_id for queued in found} == {found[0].connection_id}
    deliveries = [outbox.delivery(queued) for queued in found]
    assert sorted(each.notice.id for each in deliveries if each) == ["1", "2"]
    assert [each.attempts for each in deliveries if each] == [0, 0]


def test_one_that_failed_is_due_again_at_its_time_and_counted(world: tuple[Outbox, Put]) -> None:
    outbox, put = world
    put("1")
    (queued,) = due(outbox, later(seconds=1))
    delivery = outbox.delivery(queued)
    assert delivery is not None
    outbox.record_delivery(delivery, DeliveryState.WAITING, "503", later(minutes=5))
    assert due(outbox, later(minutes=4)) == []
    assert due(outbox, later(minutes=6)) == [queued]
    again = outbox.delivery(queued)
    assert again is not None
    assert (again.notice, again.attempts) == (delivery.notice, 1)


@pytest.mark.parametrize("state", [DeliveryState.DELIVERED, DeliveryState.FAILED, DeliveryState.KEPT])
def test_one_that_is_over_is_neither_due_nor_sent(world: tuple[Outbox, Put], state: DeliveryState) -> None:
    outbox, put = world
    put("1")
    (queued,) = due(outbox, later(seconds=1))
    delivery = outbox.delivery(queued)
    assert delivery is not None
    outbox.record_delivery(delivery, state, "204", None)
    outbox.postpone_notices([queued], later(minutes=1))
    assert due(outbox, later(minutes=9)) == []
    assert outbox.delivery(queued) is None


def test_a_notice_that_is_postponed_is_due_then(world: tuple[Outbox, Put]) -> None:
    outbox, put = world
    put("1")
    (queued,) = due(outbox, later(seconds=1))
    outbox.postpone_notices([queued], later(minutes=5))
    assert due(outbox, later(minutes=4)) == []
    assert due(outbox, later(minutes=6)) == [queued]


def test_nobody_knows_of_a_notice_that_is_not_there(world: tuple[Outbox, Put]) -> None:
    assert world[0].delivery(QueuedNotice("the-barn", "FEED#the-barn#2026-03-01#1|x")) is None


def test_a_notice_that_comes_with_no_settlement_is_sent_once_where_it_is_to_be_sent(world: tuple[Outbox, Put]) -> None:
    outbox, _ = world
    for notify, id_ in ((True, "loud"), (False, "quiet"), (True, "loud")):
        done = Notice(id=id_, type=NoticeType.IMPORTED, at=NOON, counts={"synced": 3})
        outbox.add_notice("the-barn", done, notify=notify)
    (queued,) = due(outbox, later(minutes=1))
    delivery = outbox.delivery(queued)
    assert delivery is not None
    assert (delivery.notice.id, delivery.notice.counts) == ("loud", {"synced": 3})
