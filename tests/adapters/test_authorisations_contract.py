"""The contract of the ports `Authorisations` and `AccountSettings`, on the fakes and on DynamoDB."""

from typing import NamedTuple

import pytest

from accord.adapters.dynamodb_authorisations import DynamoDBAuthorisations
from accord.adapters.dynamodb_table import Table
from accord.domain.authorisation import Authorisation
from accord.domain.connection import AuthorisedBy
from accord.ports import Ledger
from tests.adapters.conftest import FreshTable
from tests.adapters.ledger_values import BARN, NOON, connection, later
from tests.fake_connecting import FakeAuthorisations
from tests.fakes import FakeLedger

MARMOT = Authorisation(connection_id=BARN, operator="hash-of-a-marmot", expires_at=later(minutes=10))


class Desk(NamedTuple):
    """Where authorisations lie, and the ledger beside it."""

    authorisations: FakeAuthorisations | DynamoDBAuthorisations
    ledger: Ledger


@pytest.fixture(params=["fake", "dynamodb"])
def desk(request: pytest.FixtureRequest) -> Desk:
    if request.param == "fake":
        fake = FakeLedger()
        return Desk(FakeAuthorisations(fake), fake)
    table: FreshTable = request.getfixturevalue("table")
    return Desk(DynamoDBAuthorisations(Table(table.client, table.name)), table.ledger())


def test_an_authorisation_is_taken_as_it_was_begun_and_once(desk: Desk) -> None:
    desk.authorisations.begin("hash-1", MARMOT)

    assert desk.authorisations.take("hash-2") is None
    assert desk.authorisations.take("hash-1") == MARMOT
    assert desk.authorisations.take("hash-1") is None


def test_two_that_were_begun_do_not_know_each_other(desk: Desk) -> None:
    other = MARMOT.model_copy(update={"operator": "hash-of-a-vole"})
    desk.authorisations.begin("hash-1", MARMOT)
    desk.authorisations.begin("hash-2", other)

    assert desk.authorisations.take("hash-2") == other
    assert desk.authorisations.take("hash-1") == MARMOT


def test_an_account_is_set_and_nothing_else_of_the_connection(desk: Desk) -> None:
    desk.ledger.save_connection(connection())
    desk.ledger.break_connection(BARN, "The key was eaten by a goat.")
    before = desk.ledger.connection(BARN)
    assert before is not None

    assert desk.authorisations.authorise(BARN, "https://us7.api.mailchimp.com/3.0", AuthorisedBy.OAUTH)

    changed = {"api_base_url": "https://us7.api.mailchimp.com/3.0", "authorised_by": AuthorisedBy.OAUTH}
    assert desk.ledger.connection(BARN) == before.model_copy(update=changed)


def test_a_connection_that_is_not_there_is_not_made(desk: Desk) -> None:
    assert not desk.authorisations.authorise("the-attic", "https://us7.api.mailchimp.com/3.0", AuthorisedBy.OAUTH)
    assert desk.ledger.connection("the-attic") is None


def test_dynamodb_forgets_by_itself_what_nobody_took(table: FreshTable) -> None:
    DynamoDBAuthorisations(Table(table.client, table.name)).begin("hash-1", MARMOT)

    (item,) = table.items()
    assert item["pk"] == "OAUTH#hash-1"
    assert int(item["expires_at"]) == int(NOON.timestamp()) + 20 * 60
