"""The contract of the port `Ears`, on the fake and on DynamoDB."""

import pytest

from accord.adapters.dynamodb.ears import DynamoDBEars
from accord.adapters.dynamodb.table import Table
from accord.ports.keeping import Ears
from tests.adapters.conftest import FreshTable
from tests.fake_keeping import FakeEars


@pytest.fixture(params=["fake", "dynamodb"])
def ears(request: pytest.FixtureRequest) -> Ears:
    if request.param == "fake":
        return FakeEars()
    table: FreshTable = request.getfixturevalue("table")
    return DynamoDBEars(Table(table.client, table.name))


def test_what_was_heard_is_counted_by_connection_and_told_once(ears: Ears) -> None:
    for connection, events in (("barn", 2), ("attic", 1), ("barn", 3)):
        ears.heard(connection, events)

    assert [ears.taken("barn"), ears.taken("barn"), ears.taken("attic")] == [5, 0, 1]


def test_nothing_was_heard_of_who_was_never_spoken_of(ears: Ears) -> None:
    assert ears.taken("barn") == 0
