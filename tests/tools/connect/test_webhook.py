"""The webhook that a connection makes: Mailchimp tells of everything but Accord's own writes, to a secret URL."""

import hashlib
from dataclasses import replace

import boto3
import pytest
import requests

from accord.adapters.dynamodb.ledger import DynamoDBLedger
from accord.adapters.mailchimp.account import MailchimpAccount
from accord.adapters.secrets.reading import SecretsManagerSecrets
from accord.ports.keeping import EVENTS
from tools.connect import Connected, ConnectError, Stack, Wanted, connect
from tools.mailchimp_simulator import Simulator


def connected(stack: Stack, simulator: Simulator, wanted: Wanted) -> Connected:
    return connect(stack, wanted, simulator.api_key, base_url=simulator.url)


def urls(simulator: Simulator) -> list[str]:
    account = MailchimpAccount(simulator.url, simulator.api_key, allow_any_host=True)
    return [webhook.url for webhook in account.webhooks(simulator.list_id)]


def test_mailchimp_calls_a_url_whose_secret_is_known_by_its_hash(
    stack: Stack, simulator: Simulator, wanted: Wanted
) -> None:
    made = connected(stack, simulator, wanted)

    (url,) = urls(simulator)
    secret = url.removeprefix(f"{stack.api_url}/mailchimp/webhooks/kiwi/")
    assert len(secret) >= 43
    assert made.connection.webhook_secret_hashes == (hashlib.sha256(secret.encode()).hexdigest(),)


def test_the_secret_with_which_mailchimp_signs_is_kept(stack: Stack, simulator: Simulator, wanted: Wanted) -> None:
    made = connected(stack, simulator, wanted)

    secrets = SecretsManagerSecrets(boto3.client("secretsmanager"))
    assert len(secrets.webhook_signing_secrets(made.connection)) == 1
    assert secrets.signing_secrets(made.connection) == (made.signing_secret,)


def test_p08_mailchimp_tells_everything_but_our_own_writes(stack: Stack, simulator: Simulator, wanted: Wanted) -> None:
    connected(stack, simulator, wanted)

    webhooks = f"{simulator.url}/lists/{simulator.list_id}/webhooks"
    (webhook,) = requests.get(webhooks, auth=("any", simulator.api_key), timeout=5).json()["webhooks"]
    assert webhook["events"] == dict.fromkeys(EVENTS, True)
    assert webhook["sources"] == {"user": True, "admin": True, "api": False}


def test_what_an_attempt_before_left_behind_is_replaced_and_others_webhooks_stay(
    stack: Stack, simulator: Simulator, wanted: Wanted, ledger: DynamoDBLedger
) -> None:
    first = connected(stack, simulator, wanted)
    ledger.save_connection(first.connection.model_copy(update={"audience_read_at": None, "created_at": None}))
    account = MailchimpAccount(simulator.url, simulator.api_key, allow_any_host=True)
    account.create_webhook(simulator.list_id, f"{stack.api_url}/somebody/elses")

    connected(stack, simulator, wanted)

    assert len(urls(simulator)) == 2
    assert f"{stack.api_url}/somebody/elses" in urls(simulator)


def test_an_api_that_mailchimp_can_not_reach_makes_no_connection(
    stack: Stack, simulator: Simulator, wanted: Wanted, ledger: DynamoDBLedger
) -> None:
    with pytest.raises(ConnectError, match="--no-webhook"):
        connected(replace(stack, api_url="http://127.0.0.1:9"), simulator, wanted)

    begun = ledger.connection("kiwi")
    assert begun is not None
    assert begun.audience_read_at is None


def test_a_connection_may_do_without_a_webhook(stack: Stack, simulator: Simulator, wanted: Wanted) -> None:
    made = connected(stack, simulator, replace(wanted, webhook=False))

    assert urls(simulator) == []
    secrets = SecretsManagerSecrets(boto3.client("secretsmanager"))
    assert secrets.webhook_signing_secrets(made.connection) == ()
