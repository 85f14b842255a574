"""What the tests of this folder run on: the fakes, DynamoDB as moto plays it, and Mailchimp as the simulator does."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from accord.adapters.dynamodb.definition import TABLE
from accord.adapters.dynamodb.ledger import DynamoDBLedger
from accord.ports import Ledger
from tests.adapters.audience_fixtures import FakeWorld, SimulatedWorld, World
from tests.fakes import FakeLedger
from tools.mailchimp_simulator import Simulator

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class FreshTable:
    """An empty table."""

    client: "DynamoDBClient"
    name: str

    def ledger(self, **given: Any) -> DynamoDBLedger:
        """The ledger on this table. One worker: moto copies the table for each transaction, without a lock."""
        return DynamoDBLedger(self.client, self.name, workers=1, **given)

    def items(self) -> list[dict[str, str]]:
        """All items, each attribute as text; for looking behind the port."""
        found = self.client.scan(TableName=self.name, ConsistentRead=True)["Items"]
        return [{name: str(next(iter(value.values()))) for name, value in item.items()} for item in found]


@pytest.fixture(scope="module")
def dynamodb() -> Iterator["DynamoDBClient"]:
    with mock_aws():
        yield boto3.client("dynamodb", region_name="eu-west-3")


@pytest.fixture
def table(dynamodb: "DynamoDBClient") -> FreshTable:
    name = f"ledger-{uuid.uuid4().hex}"
    dynamodb.create_table(TableName=name, **TABLE)
    return FreshTable(dynamodb, name)


@pytest.fixture
def dynamodb_ledger(table: FreshTable) -> DynamoDBLedger:
    return table.ledger()


@pytest.fixture(params=["fake", "dynamodb"])
def ledger(request: pytest.FixtureRequest) -> Ledger:
    """Each test that asks for it runs twice: what holds for the one must hold for the other."""
    if request.param == "fake":
        return FakeLedger()
    on_table: DynamoDBLedger = request.getfixturevalue("dynamodb_ledger")
    return on_table


@pytest.fixture(scope="module")
def simulated() -> Iterator[SimulatedWorld]:
    with Simulator(latency=0) as simulator:
        yield SimulatedWorld(simulator)


@pytest.fixture(params=["fake", "mailchimp"])
def world(request: pytest.FixtureRequest, simulated: SimulatedWorld) -> World:
    """Both worlds, one after the other: each test runs twice."""
    if request.param == "fake":
        return FakeWorld()
    simulated.begin_anew()
    return simulated
