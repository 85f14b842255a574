"""Turns and boxes: what holds for the fakes holds on DynamoDB."""

from datetime import timedelta

import pytest

from accord.adapters.dynamodb.applications import DynamoDBBoxes, DynamoDBTurns
from accord.adapters.dynamodb.table import Table
from accord.domain.seen_member import Box
from accord.ports.applications import Boxes, QueuedFetch, Turns
from tests.adapters.conftest import FreshTable
from tests.builders import NOON
from tests.fake_application import FakeBoxes, FakeTurns

GAP = 10.0
QUEEN, QUEEN_AGAIN = QueuedFetch("hive", "queen", "first"), QueuedFetch("hive", "queen", "second")
DRONE = QueuedFetch("hive", "drone", "third")


def after(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


@pytest.fixture(params=["fake", "dynamodb"])
def turns(request: pytest.FixtureRequest) -> Turns:
    if request.param == "fake":
        return FakeTurns()
    table: FreshTable = request.getfixturevalue("table")
    return DynamoDBTurns(Table(table.client, table.name))


@pytest.fixture(params=["fake", "dynamodb"])
def boxes(request: pytest.FixtureRequest) -> Boxes:
    if request.param == "fake":
        return FakeBoxes()
    table: FreshTable = request.getfixturevalue("table")
    return DynamoDBBoxes(Table(table.client, table.name, workers=1))


def test_turns_are_one_gap_apart_and_a_free_one_is_now(turns: Turns) -> None:
    assert turns.reserve(QUEEN, NOON, GAP) == NOON
    assert turns.reserve(DRONE, NOON, GAP) == NOON + after(10)
    assert turns.reserve(QueuedFetch("anthill", "queen", "x"), NOON, GAP) == NOON
    later = NOON + after(100.5)
    assert turns.reserve(QueuedFetch("hive", "worker", "x"), later, GAP) == later


def test_who_waits_for_the_same_member_does_so_once(turns: Turns) -> None:
    turns.reserve(QUEEN, NOON, GAP)

    assert turns.reserve(QUEEN_AGAIN, NOON, GAP) is None
    assert turns.reserve(QUEEN, NOON, GAP) == NOON + after(10)


def test_once_the_call_has_begun_another_one_may_wait(turns: Turns) -> None:
    turns.reserve(QUEEN, NOON, GAP)
    turns.begin(QUEEN)
    turns.begin(QUEEN)

    assert turns.reserve(QUEEN_AGAIN, NOON, GAP) == NOON + after(10)
    assert turns.reserve(QUEEN, NOON, GAP) is None


def test_a_message_that_is_long_overdue_keeps_nobody_waiting(turns: Turns) -> None:
    turns.reserve(QUEEN, NOON, GAP)

    assert turns.reserve(QUEEN_AGAIN, NOON + after(1_700), GAP) is None
    assert turns.reserve(QUEEN_AGAIN, NOON + after(1_900), GAP) == NOON + after(1_900)


def test_nobody_calls_before_the_application_has_rested(turns: Turns) -> None:
    turns.postpone("hive", NOON + after(60))
    turns.postpone("hive", NOON + after(30))

    assert turns.reserve(QUEEN, NOON, GAP) == NOON + after(60)


def test_a_turn_is_taken_only_where_it_is_free_now(turns: Turns) -> None:
    assert turns.take("hive", NOON, GAP)
    assert not turns.take("hive", NOON + after(9), GAP)
    assert turns.take("anthill", NOON, GAP)
    assert turns.reserve(QUEEN, NOON + after(9), GAP) == NOON + after(10)
    assert not turns.take("hive", NOON + after(10), GAP)
    assert turns.take("hive", NOON + after(20), GAP)


def test_boxes_are_remembered_each_for_itself(boxes: Boxes) -> None:
    ticked = Box(ticked=True, source="Cobot: Newsletter", seen_at=NOON, since=NOON - after(1))
    unticked = Box(ticked=False, source="Cobot: Newsletter", seen_at=NOON)

    assert boxes.boxes("hive", []) == {}
    assert boxes.save_boxes("hive", {"queen": (None, ticked), "drone": (None, unticked)}) == set()
    assert boxes.boxes("hive", ["queen", "drone", "ghost"]) == {"queen": ticked, "drone": unticked}
    assert boxes.boxes("anthill", ["queen"]) == {}


def test_a_box_that_somebody_else_has_seen_meanwhile_is_looked_at_again(boxes: Boxes) -> None:
    first = Box(ticked=True, source="Cobot: Newsletter", seen_at=NOON)
    second = Box(ticked=False, source="Cobot: Newsletter", seen_at=NOON + after(10), since=NOON + after(10))
    boxes.save_boxes("hive", {"queen": (None, first)})

    assert boxes.save_boxes("hive", {"queen": (None, second), "drone": (None, second)}) == {"queen"}
    assert boxes.save_boxes("hive", {"queen": (first, second)}) == set()
    assert boxes.save_boxes("hive", {"queen": (first, second)}) == {"queen"}
    assert boxes.boxes("hive", ["queen"]) == {"queen": second}
