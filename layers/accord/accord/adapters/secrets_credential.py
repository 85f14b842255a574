"""A new API key or token -> the secret of its connection, whose other secrets stay as they are."""

import json
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from accord.adapters.secrets import translated
from accord.domain.connection import Connection
from accord.errors import Misconfigured

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


class SecretsManagerMailchimpCredential:
    """`MailchimpCredential`. Functions that have the one before in hand know the new one five minutes later."""

    def __init__(self, client: "SecretsManagerClient") -> None:
        self._client = client

    def replace(self, connection: Connection, credential: str) -> None:
        """Read and written anew: Secrets Manager has no write on a condition."""
        if not connection.secret_arn:
            raise Misconfigured("the connection has no secret: create the connection anew")
        try:
            text = self._client.get_secret_value(SecretId=connection.secret_arn).get("SecretString", "")
            document = _object(text) | {"mailchimp_api_key": credential}
            self._client.put_secret_value(SecretId=connection.secret_arn, SecretString=json.dumps(document))
        except (ClientError, BotoCoreError) as error:
            raise translated(error) from error


def _object(text: str) -> dict[str, object]:
    try:
        document = json.loads(text)
    except ValueError:
        document = None  # the error of json would repeat it
    if not isinstance(document, dict):
        raise Misconfigured("a secret is not a JSON object: write it anew")
    return document
