"""A token takes the place of the key before it, and touches no other secret of the connection."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from accord.adapters.secrets import RegisteredClient, SecretsManagerSecrets
from accord.adapters.secrets_credential import SecretsManagerMailchimpCredential
from accord.errors import Misconfigured
from tests.builders import a_connection

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


@pytest.fixture
def client() -> Iterator["SecretsManagerClient"]:
    with mock_aws():
        yield boto3.client("secretsmanager", region_name="eu-west-3")


def test_the_token_is_where_the_key_was_and_the_rest_stays(client: "SecretsManagerClient") -> None:
    document = {"mailchimp_api_key": "old-us1", "signing_secrets": ["whsec_a"], "webhook_signing_secrets": ["w"]}
    arn = client.create_secret(Name="pika", SecretString=json.dumps(document))["ARN"]
    connection = a_connection(secret_arn=arn)

    SecretsManagerMailchimpCredential(client).replace(connection, "pika-token")

    secrets = SecretsManagerSecrets(client)
    assert secrets.mailchimp_api_key(connection) == "pika-token"
    assert secrets.signing_secrets(connection) == ("whsec_a",)
    assert secrets.webhook_signing_secrets(connection) == ("w",)


@pytest.mark.parametrize("text", ["old-us1", "[]", None])
def test_what_is_no_secret_of_a_connection_is_left_alone(client: "SecretsManagerClient", text: str | None) -> None:
    arn = client.create_secret(Name="pika", SecretString=text)["ARN"] if text else "arn:aws:secretsmanager:::secret:no"

    with pytest.raises(Misconfigured) as caught:
        SecretsManagerMailchimpCredential(client).replace(a_connection(secret_arn=arn), "pika-token")
    assert "pika-token" not in str(caught.value)
    assert not text or client.get_secret_value(SecretId=arn)["SecretString"] == text


def test_a_connection_without_a_secret_gets_none(client: "SecretsManagerClient") -> None:
    with pytest.raises(Misconfigured, match="no secret"):
        SecretsManagerMailchimpCredential(client).replace(a_connection(), "pika-token")


@pytest.mark.parametrize(
    ("document", "known"),
    [
        ({"client_secret": "s", "redirect_uri": "https://pika.test/back"}, ("s", "https://pika.test/back")),
        ({"client_secret": ""}, ("", "")),
        ({"client_secret": 7}, ("", "")),
    ],
)
def test_the_registered_client_is_read_or_empty(
    client: "SecretsManagerClient", document: dict[str, object], known: tuple[str, str]
) -> None:
    arn = client.create_secret(Name="pika", SecretString=json.dumps(document))["ARN"]

    assert SecretsManagerSecrets(client).registered_client(arn) == RegisteredClient(*known)
