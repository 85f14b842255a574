"""An account at AWS with the ledger and the address key of a stack, and a Mailchimp with one audience."""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from accord.adapters.dynamodb import DynamoDBLedger
from accord.adapters.dynamodb_items import TABLE
from tools.connect import Stack, Wanted
from tools.mailchimp_simulator import Simulator


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(latency=0, api_key="k1w1-us21", audience_name="Les Amis du Kiwi!") as running:
        yield running


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-west-3",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        boto3.client("dynamodb").create_table(TableName="aviary", **TABLE)
        key = boto3.client("secretsmanager").create_secret(Name="key", SecretString="k" * 64)
        yield Stack("aviary", "local", "https://aviary.test", "aviary", key["ARN"])


@pytest.fixture
def ledger(stack: Stack) -> DynamoDBLedger:
    return DynamoDBLedger(boto3.client("dynamodb"), stack.table_name)


@pytest.fixture
def wanted(simulator: Simulator) -> Wanted:
    return Wanted(connection_id="kiwi", audience_id=simulator.list_id)
