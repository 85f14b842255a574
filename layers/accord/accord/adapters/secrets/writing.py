"""Secrets Manager, to write: the adapter of the port `ConnectionSecrets`."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from accord.adapters.secrets.reading import secret_error
from accord.errors import AccordError, Misconfigured

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


class SecretsManagerConnectionSecrets:
    """Secrets under `prefix/<connection>`: the only names that functions may read."""

    def __init__(self, client: "SecretsManagerClient", prefix: str) -> None:
        self._client = client
        self._prefix = prefix

    def create(self, connection_id: str, document: Mapping[str, Any]) -> str:
        """One call, or two where an attempt before left a secret behind."""
        name, text = f"{self._prefix}/{connection_id}", json.dumps(document)
        about = "Accord: the Mailchimp key and signing secrets of one connection"
        try:
            return self._client.create_secret(Name=name, SecretString=text, Description=about)["ARN"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceExistsException":
                raise _said(error) from error
        except BotoCoreError as error:
            raise _said(error) from error
        try:
            return self._client.put_secret_value(SecretId=name, SecretString=text)["ARN"]
        except (ClientError, BotoCoreError) as error:
            raise _said(error) from error

    def read(self, secret_arn: str) -> dict[str, Any]:
        """Never from what is kept in the container: it is about to be written."""
        try:
            text = self._client.get_secret_value(SecretId=secret_arn).get("SecretString", "")
        except (ClientError, BotoCoreError) as error:
            raise _said(error) from error
        try:
            document = json.loads(text)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise Misconfigured("a secret is not a JSON object: write it anew") from None
        return document

    def update(self, secret_arn: str, changes: Mapping[str, Any]) -> None:
        """One read, one write."""
        text = json.dumps(self.read(secret_arn) | dict(changes))
        try:
            self._client.put_secret_value(SecretId=secret_arn, SecretString=text)
        except (ClientError, BotoCoreError) as error:
            raise _said(error) from error


def _said(error: ClientError | BotoCoreError) -> AccordError:
    return secret_error(error, "a secret can not be written: may this function write it?")
