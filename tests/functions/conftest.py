"""The AWS that handlers run in, as moto plays it, with one connection in it."""

import hashlib
import importlib
import io
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import boto3
import pytest
from moto import mock_aws
from standardwebhooks import Webhook

from accord import bootstrap, clients, mailchimp_clients
from accord.adapters.dynamodb.definition import TABLE
from accord.adapters.dynamodb.ledger import DynamoDBLedger
from accord.adapters.sqs.changes import decode
from accord.domain.connection import Connection
from accord.ports import QueuedChanges
from tests.builders import a_connection
from tests.unit.house import functions

EVENTS = Path(__file__).parents[2] / "events"
SIGNING_SECRETS = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")
UPSTREAM_TOKEN = "upstream-token"
MAILCHIMP_KEY = "0123456789abcdef-us1"
ADDRESS_KEY = "a key of this test only"
QUEUES = (
    "member-changes",
    "bulk-changes",
    "audience-events",
    "upstream-notices",
    "connection-steps",
    "cobot-events",
)
WEBHOOK_SECRET = "webhook-secret"
NOTHING_TO_DO = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
OAUTH_CLIENT_SECRET = "oauth-client-secret"
REDIRECT_URI = "https://accord.test/mailchimp/oauth/callback"
COBOT_REDIRECT_URI = "https://accord.test/cobot/oauth/callback"
OPERATOR_TOKENS = ["operator-token", "operator-token-of-next-month"]


@dataclass
class LambdaContext:
    """What powertools reads of it, and the time that is left."""

    function_name: str = "a-function"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-west-3:123456789012:function:a-function"
    aws_request_id: str = "6f747b88-83d1-4c3c-9d3a-0a1d8a1e7a11"
    milliseconds_left: int = 30_000

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds_left


@dataclass
class Stack:
    """Invokes handlers; looks into queues, ledger and logs."""

    connection: Connection
    ledger: DynamoDBLedger
    table: str
    queues: dict[str, str]
    secrets: dict[str, str]
    logged: io.StringIO = field(default_factory=io.StringIO)

    def invoke(self, function: str, event: dict[str, Any], **context: Any) -> Any:
        app = importlib.import_module(f"functions.{function}.app")
        app.logger.registered_handler.setStream(self.logged)
        return app.handler(event, LambdaContext(**context))

    def start_anew(self, **environment: str) -> None:
        """As a new container would, which is told something else."""
        os.environ.update(environment)  # the fixture's monkeypatch has set these, and takes them back
        _forget_what_bootstrap_made()

    def call(self, function: str, event: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """The status and document that an HTTP function answers."""
        answer = self.invoke(function, event)
        document: dict[str, Any] = json.loads(answer["body"])
        return answer["statusCode"], document

    def queued(self, queue: str = "member-changes") -> list[QueuedChanges]:
        """What waits in the queue, taken out of it."""
        return [decode(body) for body in self.bodies(queue)]

    def bodies(self, queue: str) -> list[str]:
        """The messages as they lie there, taken out."""
        sqs = boto3.client("sqs")
        bodies = []
        while messages := sqs.receive_message(QueueUrl=self.queues[queue], MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                bodies.append(message["Body"])
                sqs.delete_message(QueueUrl=self.queues[queue], ReceiptHandle=message["ReceiptHandle"])
        return bodies


def event(name: str) -> dict[str, Any]:
    """One of the project's sample events."""
    found: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return found


def posted(body: object, **changes: Any) -> dict[str, Any]:
    """A POST with this body and the connection's token."""
    text = body if isinstance(body, str) else json.dumps(body)
    return event("receive_changes.post_members") | {"body": text} | changes


def signed(secret: str = SIGNING_SECRETS[0], *, at: datetime | None = None, name: str = "msg_1") -> dict[str, Any]:
    """A POST that is signed at that time; now, unless told."""
    sent = event("receive_changes.post_signed")
    moment = at or datetime.now(UTC)
    sent["headers"] |= {
        "webhook-id": name,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(name, moment, sent["body"]),
    }
    return sent


def a_change(**given: Any) -> dict[str, Any]:
    return {"type": "member.left", "id": "m-1", "occurred_at": "2026-03-01T12:00:00Z"} | given


@pytest.fixture(scope="module")
def aws() -> Iterator[None]:
    """One AWS for a module, with one client for each service: making one takes longer than most tests."""
    make: Any = boto3.client
    made: dict[str, Any] = {}

    def client(service: str, **_options: Any) -> Any:
        if service not in made:
            made[service] = make(service, region_name="eu-west-3")
        return made[service]

    session = SimpleNamespace(create_client=client)
    with mock_aws(), patch("boto3.client", client), patch("accord.clients._session", lambda: session):
        yield


@pytest.fixture
def stack(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """A ledger, queues and secrets of this test's own, and the environment that tells the functions of them."""
    own = uuid4().hex[:8]
    table = f"ledger-{own}"
    boto3.client("dynamodb").create_table(TableName=table, **TABLE)
    sqs = boto3.client("sqs")
    queues = {q: sqs.create_queue(QueueName=f"{q}-{own}")["QueueUrl"] for q in QUEUES}
    secrets = {
        "connection": json.dumps({"mailchimp_api_key": MAILCHIMP_KEY, "signing_secrets": list(SIGNING_SECRETS)}),
        "operator": json.dumps(dict(zip(("token", "previous"), OPERATOR_TOKENS, strict=False))),
        "address-key": ADDRESS_KEY,
        "cobot-oauth": json.dumps({"client_secret": "hush", "redirect_uri": COBOT_REDIRECT_URI}),
        "oauth": json.dumps({"client_secret": OAUTH_CLIENT_SECRET, "redirect_uri": REDIRECT_URI}),
    }
    boto3.client("s3").create_bucket(
        Bucket=f"files-{own}", CreateBucketConfiguration={"LocationConstraint": "eu-west-3"}
    )
    manager = boto3.client("secretsmanager")
    arns = {n: manager.create_secret(Name=f"{n}-{own}", SecretString=s)["ARN"] for n, s in secrets.items()}
    for name, value in {
        "STAGE": "local",
        "TABLE_NAME": table,
        "MEMBER_CHANGES_QUEUE_URL": queues["member-changes"],
        "BULK_CHANGES_QUEUE_URL": queues["bulk-changes"],
        "AUDIENCE_EVENTS_QUEUE_URL": queues["audience-events"],
        "UPSTREAM_NOTICES_QUEUE_URL": queues["upstream-notices"],
        "COBOT_EVENTS_QUEUE_URL": queues["cobot-events"],
        "CONNECTION_STEPS_QUEUE_URL": queues["connection-steps"],
        "RECONCILE_STATE_MACHINE_ARN": boto3.client("stepfunctions").create_state_machine(
            name=f"reconcile-{own}", definition=NOTHING_TO_DO, roleArn="arn:aws:iam::123456789012:role/machine"
        )["stateMachineArn"],
        "PULL_ACTIVITY_STATE_MACHINE_ARN": boto3.client("stepfunctions").create_state_machine(
            name=f"pull-activity-{own}", definition=NOTHING_TO_DO, roleArn="arn:aws:iam::123456789012:role/machine"
        )["stateMachineArn"],
        "IMPORT_STATE_MACHINE_ARN": boto3.client("stepfunctions").create_state_machine(
            name=f"import-{own}", definition=NOTHING_TO_DO, roleArn="arn:aws:iam::123456789012:role/machine"
        )["stateMachineArn"],
        "FILES_BUCKET_NAME": f"files-{own}",
        "API_URL": "https://a1b2c3d4e5.execute-api.eu-west-3.amazonaws.com",
        "ALLOWED_ENDPOINTS": "127.0.0.1",
        "OPERATOR_SECRET_ARN": arns["operator"],
        "ADDRESS_KEY_SECRET_ARN": arns["address-key"],
        "MAILCHIMP_OAUTH_CLIENT_ID": "burrow-app",
        "MAILCHIMP_OAUTH_SECRET_ARN": arns["oauth"],
        "COBOT_OAUTH_CLIENT_ID": "accord",
        "COBOT_OAUTH_SECRET_ARN": arns["cobot-oauth"],
        "CONNECTION_SECRETS_PREFIX": f"accord/{own}/connections",
    }.items():
        monkeypatch.setenv(name, value)
    _forget_what_bootstrap_made()
    ledger = DynamoDBLedger(boto3.client("dynamodb"), table)
    token, webhook = ((hashlib.sha256(each.encode()).hexdigest(),) for each in (UPSTREAM_TOKEN, WEBHOOK_SECRET))
    connection = a_connection(secret_arn=arns["connection"], token_hashes=token, webhook_secret_hashes=webhook)
    ledger.save_connection(connection)
    yield Stack(connection, ledger, table, queues, arns)
    _forget_what_bootstrap_made()
    _log_to_nowhere()


def _forget_what_bootstrap_made() -> None:
    for thing in (*vars(bootstrap).values(), *vars(clients).values(), *vars(mailchimp_clients).values()):
        if hasattr(thing, "cache_clear"):
            thing.cache_clear()


def _log_to_nowhere() -> None:
    for name in functions():
        for handler in logging.getLogger(name).handlers:
            if isinstance(handler, logging.StreamHandler):
                handler.setStream(io.StringIO())
