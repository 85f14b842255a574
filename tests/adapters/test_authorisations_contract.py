"""The contract of the port `Authorisations`, on the fake and on DynamoDB."""

import pytest

from accord.adapters.dynamodb.authorisations import DynamoDBAuthorisations
from accord.adapters.dynamodb.table import Table
from accord.domain.authorisation import Authorisation
from accord.ports.authorising import Authorisations
from tests.adapters.conftest import FreshTable
from tests.adapters.ledger_values import BARN, NOON, later
from tests.fake_connecting import FakeAuthorisations

MARMOT = Authorisation(connection_id=BARN, operator="hash-of-a-marmot", expires_at=later(minutes=10))


@pytest.fixture(params=["fake", "dynamodb"])
def authorisations(request: pytest.FixtureRequest) -> Authorisations:
    if request.param == "fake":
        return FakeAuthorisations()
    table: FreshTable = request.getfixturevalue("table")
    return DynamoDBAuthorisations(Table(table.client, table.name))


def test_an_authorisation_is_taken_as_it_was_begun_and_once(authorisations: Authorisations) -> None:
    authorisations.begin("hash-1", MARMOT)

    assert authorisations.take("hash-2") is None
    assert authorisations.take("hash-1") == MARMOT
    assert authorisations.take("hash-1") is None


def test_two_that_were_begun_do_not_know_each_other(authorisations: Authorisations) -> None:
    other = MARMOT.model_copy(update={"operator": "hash-of-a-vole"})
    authorisations.begin("hash-1", MARMOT)
    authorisations.begin("hash-2", other)

    assert authorisations.take("hash-2") == other
    assert authorisations.take("hash-1") == MARMOT


def test_dynamodb_forgets_by_itself_what_nobody_took(table: FreshTable) -> None:
    DynamoDBAuthorisations(Table(table.client, table.name)).begin("hash-1", MARMOT)

    (item,) = table.items()
    assert item["pk"] == "OAUTH#hash-1"
    assert int(item["expires_at"]) == int(NOON.timestamp()) + 20 * 60
