"""Secrets, kept for five minutes."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from moto import mock_aws

from accord.adapters.secrets.reading import SecretsManagerSecrets
from accord.errors import Misconfigured, Retryable
from tests.builders import a_connection

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


class Watch:
    """A watch that stands until it is moved."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def client() -> Iterator["SecretsManagerClient"]:
    with mock_aws():
        yield boto3.client("secretsmanager", region_name="eu-west-3")


def secret(client: "SecretsManagerClient", text: object) -> str:
    return client.create_secret(Name="s", SecretString=text if isinstance(text, str) else json.dumps(text))["ARN"]


def test_a_connection_has_its_key_and_its_signing_secrets(client: "SecretsManagerClient") -> None:
    arn = secret(client, {"mailchimp_api_key": "k-us1", "signing_secrets": ["whsec_a", "whsec_b"]})
    connection = a_connection(secret_arn=arn)
    secrets = SecretsManagerSecrets(client)

    assert secrets.mailchimp_api_key(connection) == "k-us1"
    assert secrets.signing_secrets(connection) == ("whsec_a", "whsec_b")


@pytest.mark.parametrize(
    ("document", "tokens"),
    [
        ({"token": "new", "previous": "old"}, ("new", "old")),
        ({"token": "only"}, ("only",)),
        ({"token": "only", "previous": ""}, ("only",)),
        ({"token": 7}, ()),
    ],
)
def test_operators_have_a_token_and_a_previous_one_while_it_is_rotated(
    client: "SecretsManagerClient", document: dict[str, object], tokens: tuple[str, ...]
) -> None:
    assert SecretsManagerSecrets(client).operator_tokens(secret(client, document)) == tokens


def test_the_address_key_is_the_text_of_its_secret(client: "SecretsManagerClient") -> None:
    assert SecretsManagerSecrets(client).address_key(secret(client, "a very long text")) == b"a very long text"


def test_a_connection_without_a_secret_signs_nothing_and_calls_nobody(client: "SecretsManagerClient") -> None:
    secrets = SecretsManagerSecrets(client)

    assert secrets.signing_secrets(a_connection()) == ()
    with pytest.raises(Misconfigured):
        secrets.mailchimp_api_key(a_connection())


def test_a_rotated_secret_is_known_five_minutes_later(client: "SecretsManagerClient") -> None:
    watch = Watch()
    arn = secret(client, {"token": "old"})
    secrets = SecretsManagerSecrets(client, monotonic=watch)
    assert secrets.operator_tokens(arn) == ("old",)
    client.put_secret_value(SecretId=arn, SecretString='{"token": "new"}')

    watch.seconds = 299
    assert secrets.operator_tokens(arn) == ("old",)
    watch.seconds = 300
    assert secrets.operator_tokens(arn) == ("new",)


def test_s5_what_a_webhook_signs_with_is_read_again_when_asked_for_fresh_but_not_at_every_call(
    client: "SecretsManagerClient",
) -> None:
    watch = Watch()
    arn = secret(client, {"webhook_signing_secrets": ["old"]})
    connection, secrets = a_connection(secret_arn=arn), SecretsManagerSecrets(client, monotonic=watch)
    assert secrets.webhook_signing_secrets(connection) == ("old",)
    client.put_secret_value(SecretId=arn, SecretString='{"webhook_signing_secrets": ["new", "old"]}')

    watch.seconds = 1
    assert secrets.webhook_signing_secrets(connection, fresh=True) == ("old",)
    watch.seconds = 2
    assert secrets.webhook_signing_secrets(connection) == ("old",)
    assert secrets.webhook_signing_secrets(connection, fresh=True) == ("new", "old")


@pytest.mark.parametrize("text", ["k-us1", "[]", '"k-us1"', "{}", '{"mailchimp_api_key": ""}'])
def test_a_secret_that_holds_no_key_wakes_a_person_and_is_not_repeated(
    client: "SecretsManagerClient", text: str
) -> None:
    connection = a_connection(secret_arn=secret(client, text))

    with pytest.raises(Misconfigured) as caught:
        SecretsManagerSecrets(client).mailchimp_api_key(connection)
    assert "k-us1" not in str(caught.value)


def test_a_secret_that_is_not_there_wakes_a_person(client: "SecretsManagerClient") -> None:
    with pytest.raises(Misconfigured):
        SecretsManagerSecrets(client).operator_tokens("arn:aws:secretsmanager:eu-west-3:123456789012:secret:gone")


@pytest.mark.parametrize(
    "trouble",
    [
        ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "GetSecretValue"),
        EndpointConnectionError(endpoint_url="https://secrets.test"),
    ],
)
def test_an_outage_may_end(client: "SecretsManagerClient", trouble: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_given: str) -> None:
        raise trouble

    monkeypatch.setattr(client, "get_secret_value", fail)
    with pytest.raises(Retryable):
        SecretsManagerSecrets(client).operator_tokens("arn")
