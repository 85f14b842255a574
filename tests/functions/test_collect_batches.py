"""`collect_batches`: every minute, the results of batches that are finished."""

from datetime import UTC, datetime, timedelta

import boto3
import pytest

from accord.adapters.dynamodb.open_batches import DynamoDBOpenBatches
from accord.adapters.dynamodb.table import Table
from accord.ports.batches import OpenBatch
from tests.functions.conftest import Stack, event
from tools.mailchimp_simulator import Simulator


@pytest.fixture
def open_batches(stack: Stack) -> DynamoDBOpenBatches:
    return DynamoDBOpenBatches(Table(boto3.client("dynamodb"), stack.table))


def collect(stack: Stack) -> None:
    stack.invoke("collect_batches", event("collect_batches.schedule"))


def test_without_an_open_batch_nothing_happens(stack: Stack) -> None:
    assert stack.invoke("collect_batches", event("collect_batches.schedule")) is None
    assert '"open":0,"closed":0' in stack.logged.getvalue().replace(" ", "")


def test_a_batch_that_mailchimp_lost_is_closed(stack: Stack, open_batches: DynamoDBOpenBatches) -> None:
    with Simulator() as simulator:
        stack.ledger.save_connection(stack.connection.model_copy(update={"api_base_url": simulator.url}))
        boto3.client("secretsmanager").put_secret_value(
            SecretId=stack.secrets["connection"], SecretString=f'{{"mailchimp_api_key": "{simulator.api_key}"}}'
        )
        later = datetime.now(UTC) + timedelta(hours=1)
        open_batches.save(OpenBatch(connection_id="burrow", audience_id="audience1", id="gone", stop_at=later))
        collect(stack)
    assert open_batches.all() == []
