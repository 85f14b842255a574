"""`ReceiveChanges` over the fakes: what is accepted is queued before anybody is told, what is refused says why."""

from datetime import timedelta
from typing import Any

import pytest

from accord.domain.changes import OrderBy
from accord.domain.erasure import Erasure, erasure_id
from accord.errors import Retryable
from accord.usecases.receive_changes import Receipt, ReceiveChanges
from tests.builders import NOON, a_connection, minutes
from tests.fakes import FakeClock, FakeLedger, FakeQueue

NOW = NOON.isoformat()


class Door:
    """The use case with its fakes."""

    def __init__(self, order_by: OrderBy = OrderBy.OCCURRED_AT) -> None:
        self.connection = a_connection(order_by=order_by)
        self.clock, self.ledger, self.queue = FakeClock(), FakeLedger(), FakeQueue()
        self.receive = ReceiveChanges(ledger=self.ledger, queue=self.queue, clock=self.clock)

    def post(self, *changes: Any, **given: Any) -> Receipt:
        return self.receive(self.connection, changes, **given)


def gone(member_id: str = "m-dodo", **given: Any) -> dict[str, Any]:
    return {"type": "member.left", "id": member_id, "occurred_at": NOW} | given


def test_the_good_changes_of_a_batch_are_taken_and_the_bad_ones_listed() -> None:
    door = Door()

    receipt = door.post(gone("m-dodo"), gone("m-auk", colour="black"), gone("m-moa"))

    assert [arrived.index for arrived in receipt.accepted] == [0, 2]
    assert [(refused.index, refused.id, refused.errors[0].field) for refused in receipt.refused] == [
        (1, "m-auk", "colour")
    ]
    [message] = door.queue.messages
    assert message.changes == receipt.accepted


def test_a_member_may_come_several_times_in_one_request() -> None:
    door = Door(OrderBy.RECEIVED)

    accepted = door.post(gone(), gone()).accepted

    positions = [arrived.position(OrderBy.RECEIVED) for arrived in accepted]
    assert positions == sorted(positions)
    assert positions[0] != positions[1]


def test_an_email_address_in_place_of_an_id_is_not_repeated() -> None:
    assert Door().post(gone("dodo@mauritius.test")).refused[0].id is None


def test_nothing_is_queued_and_no_request_remembered_when_all_is_refused() -> None:
    door = Door()

    door.post("dodo", request_id="msg_dodo")

    assert (door.queue.messages, door.ledger.requests) == ([], {})


def test_a_repeat_is_not_queued_again_and_is_answered_as_the_first_time() -> None:
    door = Door(OrderBy.RECEIVED)
    first = door.post(gone(), request_id="msg_dodo")
    door.clock.pass_(3600)

    assert door.post(gone(), request_id="msg_dodo") == first
    assert len(door.queue.messages) == 1


def test_a_repeat_after_the_queue_had_refused_it_keeps_that_time_too() -> None:
    door = Door(OrderBy.RECEIVED)
    door.queue.broken = Retryable("the queue is away", effect_unknown=True)
    with pytest.raises(Retryable):
        door.post(gone(), request_id="msg_dodo")
    door.queue.broken = None
    door.clock.pass_(60)

    assert door.post(gone(), request_id="msg_dodo").accepted[0].received_at == NOON


def test_a_request_without_an_id_arrives_when_it_arrives() -> None:
    door = Door(OrderBy.RECEIVED)
    door.clock.pass_(7)

    assert door.post(gone()).received_at == NOON + timedelta(seconds=7)


@pytest.mark.parametrize("order", [OrderBy.OCCURRED_AT, OrderBy.VERSION])
def test_a_change_without_what_orders_its_connection_is_refused(order: OrderBy) -> None:
    receipt = Door(order).post({"type": "member.left", "id": "m-dodo"})

    assert [error.field for error in receipt.refused[0].errors] == [order.value]


def test_where_arrival_counts_a_time_may_be_missing_but_a_version_may_not() -> None:
    bare = {"type": "member.left", "id": "m-dodo"}

    assert Door(OrderBy.OCCURRED_AT).post(bare, arrival_counts=True).accepted
    assert Door(OrderBy.VERSION).post(bare, arrival_counts=True).refused


@pytest.mark.parametrize("ahead", [5, 5.1])
def test_a_clock_upstream_may_run_five_minutes_ahead(ahead: float) -> None:
    moment = (NOON + minutes(ahead)).isoformat()
    stated = {"consent": {"status": "opted_in", "at": moment}}

    receipt = Door().post(gone(occurred_at=moment), gone(type="member.upserted", member=stated))

    found = [error.field for refused in receipt.refused for error in refused.errors]
    assert found == ([] if ahead == 5 else ["occurred_at", "member.consent.at"])


def test_an_erasure_has_one_id_for_each_member_and_arrival() -> None:
    ids = {
        erasure_id(connection, member, moment)
        for connection in ("burrow", "warren")
        for member in ("m-1", "m-2")
        for moment in (NOON, NOON + minutes(1))
    }

    assert len(ids) == 8
    assert erasure_id("burrow", "m-1", NOON) in ids


def test_an_erasure_is_accepted_though_its_wish_can_not_be_noted_at_once() -> None:
    door = Door()
    door.receive = ReceiveChanges(ledger=ForgetfulLedger(), queue=door.queue, clock=door.clock)

    receipt = door.post({"type": "member.erased", "id": "m-dodo", "occurred_at": NOW})

    assert [arrived.change.id for arrived in receipt.accepted] == ["m-dodo"]
    assert len(door.queue.messages) == 1


def test_a_change_knows_the_request_that_brought_it() -> None:
    door = Door()
    assert door.post(gone(), request_id="msg_7#0f0f").accepted[0].request == "msg_7"
    assert door.post(gone()).accepted[0].request == ""


class ForgetfulLedger(FakeLedger):
    """It answers, but takes no wishes."""

    def note_erasure(self, connection_id: str, erasure: Erasure) -> None:
        raise Retryable("the ledger is away", effect_unknown=False)
