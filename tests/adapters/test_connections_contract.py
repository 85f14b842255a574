"""The contract of the ports `Connections` and `ConnectionSecrets`, on the fakes, on DynamoDB and Secrets Manager."""

from collections.abc import Iterator

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from moto import mock_aws

from accord.adapters.dynamodb.connection_items import connection_item
from accord.adapters.dynamodb.connections import DynamoDBConnections
from accord.adapters.dynamodb.table import Table
from accord.adapters.secrets.writing import SecretsManagerConnectionSecrets
from accord.domain.connection import Connection, ConnectionState
from accord.errors import Misconfigured, Retryable
from accord.ports import Ledger
from accord.ports.connections import Connections, ConnectionSecrets
from tests.adapters.conftest import FreshTable
from tests.adapters.ledger_values import BARN, NOON, connection, later
from tests.fake_connections import FakeConnections, FakeConnectionSecrets
from tests.fakes import FakeLedger

type World = tuple[Ledger, Connections]


@pytest.fixture(params=["fake", "dynamodb"])
def world(request: pytest.FixtureRequest) -> World:
    if request.param == "fake":
        ledger = FakeLedger()
        return ledger, FakeConnections(ledger)
    table: FreshTable = request.getfixturevalue("table")
    return table.ledger(), DynamoDBConnections(Table(table.client, table.name, 1))


def listed(connections: Connections, limit: int = 10) -> list[str]:
    """All ids, page by page."""
    page = connections.page(None, limit)
    found = [each.id for each in page.items]
    while page.next is not None:
        page = connections.page(page.next, limit)
        found += [each.id for each in page.items]
    return found


def renamed(known: Connection | None, name: str) -> Connection:
    assert known is not None
    return known.model_copy(update={"name": name})


def test_a_connection_is_made_once(world: World) -> None:
    ledger, connections = world

    assert connections.create(connection())
    assert not connections.create(renamed(connection(), "The other barn"))

    made = connection().model_copy(update={"revision": 1})
    assert ledger.connection(BARN) == connections.connection(BARN) == made
    assert connections.connection("the-attic") is None


def test_of_two_who_change_the_same_one_the_later_must_read_again(world: World) -> None:
    _, connections = world
    connections.create(connection())
    read = connections.connection(BARN)

    assert connections.replace(renamed(read, "Goats"))
    assert not connections.replace(renamed(read, "Sheep"))

    stored = connections.connection(BARN)
    assert stored == renamed(read, "Goats").model_copy(update={"revision": 2})
    assert connections.replace(renamed(stored, "Sheep"))


def test_what_is_not_there_is_not_replaced(world: World) -> None:
    _, connections = world

    assert not connections.replace(connection("the-attic"))
    assert not connections.replace(connection("the-attic").model_copy(update={"revision": 3}))
    assert connections.connection("the-attic") is None


def test_a_state_that_changed_meanwhile_is_not_overwritten(world: World) -> None:
    ledger, connections = world
    connections.create(connection())
    read = connections.connection(BARN)

    ledger.break_connection(BARN, "The key was eaten by a goat.", NOON)
    assert not connections.replace(renamed(read, "Goats"))
    ledger.mend_connection(BARN, later(minutes=1))
    assert not connections.replace(renamed(read, "Goats"))
    ledger.stop_notices(BARN, "410 Gone")
    assert not connections.replace(renamed(read, "Goats"))

    stored = connections.connection(BARN)
    assert stored is not None
    assert (stored.state, stored.notices_stopped) == (ConnectionState.LIVE, "410 Gone")
    assert connections.replace(renamed(stored, "Goats"))


def test_all_are_listed_in_order_page_by_page(world: World) -> None:
    ledger, connections = world
    assert connections.page(None, 10).items == []
    for name in ("stable", "attic", "barn"):
        connections.create(connection(name))
    ledger.save_connection(connection("cellar"))  # as the tools make them
    ledger.save_connection(connection("cellar"))

    assert listed(connections) == listed(connections, 1) == listed(connections, 2) == listed(connections, 4)
    assert listed(connections) == ["attic", "barn", "cellar", "stable"]


def test_a_cursor_that_no_page_gave_is_refused(world: World) -> None:
    _, connections = world

    with pytest.raises(ValueError, match=r"."):
        connections.page("a goat", 10)


def test_a_connection_of_before_there_were_revisions_can_be_changed(table: FreshTable) -> None:
    stored = {name: value for name, value in connection_item(connection()).items() if name != "revision"}
    table.client.put_item(TableName=table.name, Item=stored)
    connections = DynamoDBConnections(Table(table.client, table.name, 1))

    assert connections.replace(renamed(connections.connection(BARN), "Goats"))
    assert not connections.replace(renamed(connection(), "Sheep"))


# Secrets


@pytest.fixture(params=["fake", "secrets manager"])
def secrets(request: pytest.FixtureRequest) -> Iterator[ConnectionSecrets]:
    if request.param == "fake":
        yield FakeConnectionSecrets()
        return
    with mock_aws():
        client = boto3.client("secretsmanager", region_name="eu-west-3")
        yield SecretsManagerConnectionSecrets(client, "accord/zoo/connections")


def test_a_secret_is_read_as_it_was_written(secrets: ConnectionSecrets) -> None:
    arn = secrets.create(BARN, {"mailchimp_api_key": "g0at-us1", "signing_secrets": ["whsec_a"]})
    other = secrets.create("the-attic", {"signing_secrets": ["whsec_bat"]})

    secrets.update(arn, {"signing_secrets": ["whsec_b", "whsec_a"], "webhook_signing_secrets": ["hook"]})

    assert secrets.read(arn) == {
        "mailchimp_api_key": "g0at-us1",
        "signing_secrets": ["whsec_b", "whsec_a"],
        "webhook_signing_secrets": ["hook"],
    }
    assert secrets.read(other) == {"signing_secrets": ["whsec_bat"]}


def test_what_an_attempt_before_left_behind_is_written_anew(secrets: ConnectionSecrets) -> None:
    first = secrets.create(BARN, {"mailchimp_api_key": "g0at-us1"})

    assert secrets.create(BARN, {"signing_secrets": ["whsec_a"]}) == first
    assert secrets.read(first) == {"signing_secrets": ["whsec_a"]}


def test_a_secret_that_is_not_there_wakes_a_person(secrets: ConnectionSecrets) -> None:
    arn = "arn:aws:secretsmanager:eu-west-3:123456789012:secret:gone"

    with pytest.raises(Misconfigured):
        secrets.read(arn)
    with pytest.raises(Misconfigured):
        secrets.update(arn, {"signing_secrets": []})


def test_a_secret_has_the_name_that_functions_may_read() -> None:
    with mock_aws():
        client = boto3.client("secretsmanager", region_name="eu-west-3")
        arn = SecretsManagerConnectionSecrets(client, "accord/zoo/connections").create(BARN, {})

    assert f":secret:accord/zoo/connections/{BARN}-" in arn


@pytest.mark.parametrize("text", ["g0at-us1", "[]", ""])
def test_a_secret_that_is_no_object_is_not_repeated(text: str) -> None:
    with mock_aws():
        client = boto3.client("secretsmanager", region_name="eu-west-3")
        arn = client.create_secret(Name=f"barn-{len(text)}", SecretString=text or " ")["ARN"]
        with pytest.raises(Misconfigured) as caught:
            SecretsManagerConnectionSecrets(client, "p").read(arn)

    assert "g0at" not in str(caught.value)


@pytest.mark.parametrize(
    ("trouble", "raised"),
    [
        (ClientError({"Error": {"Code": "ThrottlingException", "Message": "g0at-us1"}}, "x"), Retryable),
        (ClientError({"Error": {"Code": "AccessDeniedException", "Message": "g0at-us1"}}, "x"), Misconfigured),
        (EndpointConnectionError(endpoint_url="https://secrets.test"), Retryable),
    ],
)
def test_an_outage_may_end_and_a_refusal_wakes_a_person(
    trouble: Exception, raised: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_given: str) -> None:
        raise trouble

    client = boto3.client("secretsmanager", region_name="eu-west-3")
    for name in ("create_secret", "put_secret_value", "get_secret_value"):
        monkeypatch.setattr(client, name, fail)
    secrets = SecretsManagerConnectionSecrets(client, "p")
    for call in (lambda: secrets.create(BARN, {}), lambda: secrets.read("arn"), lambda: secrets.update("arn", {})):
        with pytest.raises(raised) as caught:
            call()
        assert "g0at" not in str(caught.value)
