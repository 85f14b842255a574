"""An account at AWS with the ledger and the address key of a stack, and a Mailchimp with one audience."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import pytest
from moto import mock_aws

from accord.adapters.dynamodb.definition import TABLE
from accord.adapters.dynamodb.ledger import DynamoDBLedger
from tests.serving import ANYWHERE, serving
from tools.connect import Stack, Wanted
from tools.mailchimp_simulator import Simulator


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(latency=0, api_key="k1w1-us21", audience_name="Les Amis du Kiwi!") as running:
        yield running


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name that its base gives it
        """It talks to nobody."""


@pytest.fixture(scope="session")
def api_url() -> Iterator[str]:
    """The API of a stack, as far as Mailchimp validates it."""
    with serving(ThreadingHTTPServer(ANYWHERE, _Answers)) as url:
        yield url


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch, api_url: str) -> Iterator[Stack]:
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
        yield Stack("aviary", "local", api_url, "aviary", key["ARN"])


@pytest.fixture
def ledger(stack: Stack) -> DynamoDBLedger:
    return DynamoDBLedger(boto3.client("dynamodb"), stack.table_name)


@pytest.fixture
def wanted(simulator: Simulator) -> Wanted:
    return Wanted(connection_id="kiwi", audience_id=simulator.list_id)
