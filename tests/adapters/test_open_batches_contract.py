"""The contract of `OpenBatches`, on the fake and on DynamoDB."""

import pytest

from accord.adapters.dynamodb.open_batches import DynamoDBOpenBatches
from accord.adapters.dynamodb.table import Table
from accord.ports.batches import OpenBatch, OpenBatches
from tests.adapters.conftest import FreshTable
from tests.adapters.ledger_values import later
from tests.fake_batches import FakeOpenBatches


@pytest.fixture(params=["fake", "dynamodb"])
def open_batches(request: pytest.FixtureRequest) -> OpenBatches:
    if request.param == "fake":
        return FakeOpenBatches()
    table: FreshTable = request.getfixturevalue("table")
    return DynamoDBOpenBatches(Table(table.client, table.name))


def a_batch(id_: str, minutes: int = 0, connection_id: str = "pond") -> OpenBatch:
    return OpenBatch(connection_id=connection_id, audience_id="a", id=id_, stop_at=later(minutes=minutes))


def test_at_first_there_is_none(open_batches: OpenBatches) -> None:
    assert open_batches.all() == []


def test_those_of_all_connections_are_found_the_most_urgent_first(open_batches: OpenBatches) -> None:
    batches = [a_batch("b", 2), a_batch("a", 3), a_batch("b", 1, "lake")]
    for batch in batches:
        open_batches.save(batch)
    assert open_batches.all() == sorted(batches, key=lambda batch: batch.stop_at)


def test_how_far_a_batch_is_is_kept(open_batches: OpenBatches) -> None:
    open_batches.save(a_batch("b"))
    open_batches.save(a_batch("b").model_copy(update={"settled": 200}))
    assert [batch.settled for batch in open_batches.all()] == [200]


def test_a_batch_that_is_over_is_closed_once_or_twice(open_batches: OpenBatches) -> None:
    open_batches.save(a_batch("b"))
    open_batches.save(a_batch("c"))
    for _ in range(2):
        open_batches.close(a_batch("b"))
        assert [batch.id for batch in open_batches.all()] == ["c"]


def test_more_than_a_page_of_batches_are_found(open_batches: OpenBatches) -> None:
    names = {f"batch-{number}" for number in range(130)}
    for name in names:
        open_batches.save(a_batch(name))
    assert {batch.id for batch in open_batches.all()} == names
