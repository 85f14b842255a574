"""The contract of the port `Sendings`, on the fake and on DynamoDB: which lines of imports are still under way."""

from datetime import timedelta

import pytest

from accord.adapters.dynamodb.sendings import DynamoDBSendings
from accord.adapters.dynamodb.table import Table
from accord.ports.importing import Sendings
from tests.adapters.conftest import FreshTable
from tests.adapters.ledger_values import BARN, NOON
from tests.fake_importing import FakeSendings

FIRST, SECOND = "2026-03-01T12:00:00.000000Z-0123abcd", "2026-03-01T12:05:00.000000Z-0123abcd"
AFTER = "2026-03-01T12:10:00.000000Z-0123abcd"


@pytest.fixture(params=["fake", "dynamodb"])
def sendings(request: pytest.FixtureRequest) -> Sendings:
    if request.param == "fake":
        return FakeSendings()
    table: FreshTable = request.getfixturevalue("table")
    return DynamoDBSendings(Table(table.client, table.name))


def test_lines_are_under_way_until_their_message_arrived(sendings: Sendings) -> None:
    for place, lines in ((1, 500), (501, 500), (1001, 200)):
        for _ in range(2):
            sendings.begun(BARN, FIRST, place, lines, NOON)
    assert sendings.under_way(BARN, AFTER, NOON) == 1200

    for _ in range(2):
        sendings.arrived(BARN, FIRST, 501)
        sendings.arrived(BARN, FIRST, 7)

    assert sendings.under_way(BARN, AFTER, NOON) == 700


def test_only_earlier_imports_of_the_connection_count(sendings: Sendings) -> None:
    sendings.begun(BARN, FIRST, 1, 3, NOON)
    sendings.begun(BARN, SECOND, 1, 5, NOON)
    sendings.begun("the-attic", FIRST, 1, 7, NOON)
    assert [sendings.under_way(BARN, run, NOON) for run in (FIRST, SECOND, AFTER)] == [0, 3, 8]


def test_after_a_day_nobody_waits_for_them(sendings: Sendings) -> None:
    sendings.begun(BARN, FIRST, 1, 3, NOON)
    assert sendings.under_way(BARN, AFTER, NOON + timedelta(hours=23)) == 3
    assert sendings.under_way(BARN, AFTER, NOON + timedelta(hours=24)) == 0
