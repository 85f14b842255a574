"""Secrets Manager -> the keys and tokens of connections and operators, kept in the container for five minutes."""

import json
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from accord.domain.connection import Connection
from accord.errors import AccordError, Misconfigured, Retryable

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

KEPT_SECONDS = 300.0
FRESH_SECONDS = 2.0
"""What is asked for fresh is read once in so many seconds: a call with a wrong signature costs no more than that."""
_PERMANENT = frozenset(
    {"ResourceNotFoundException", "AccessDeniedException", "DecryptionFailure", "InvalidRequestException"}
)


class RegisteredClient(NamedTuple):
    """`redirect_uri` is empty where the API is reached by its own name."""

    client_secret: str
    redirect_uri: str


class SecretsManagerSecrets:
    """Reads secrets by ARN. A rotated secret is known five minutes later, which is why two are valid meanwhile."""

    def __init__(
        self,
        client: "SecretsManagerClient",
        *,
        kept_seconds: float = KEPT_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._kept_seconds = kept_seconds
        self._monotonic = monotonic
        self._kept: dict[str, tuple[float, str]] = {}

    def signing_secrets(self, connection: Connection) -> tuple[str, ...]:
        """The `whsec_...` secrets of the connection; none when it has no secret."""
        if not connection.secret_arn:
            return ()
        return _texts(self._document(connection.secret_arn).get("signing_secrets"))

    def webhook_signing_secrets(self, connection: Connection, *, fresh: bool = False) -> tuple[str, ...]:
        """With which Mailchimp signs its webhook; none where it does not. `fresh`: at most some seconds old."""
        if not connection.secret_arn:
            return ()
        document = self._document(connection.secret_arn, FRESH_SECONDS if fresh else self._kept_seconds)
        return _texts(document.get("webhook_signing_secrets"))

    def mailchimp_api_key(self, connection: Connection) -> str:
        """The key of the connection's Mailchimp account."""
        key = self._document(connection.secret_arn).get("mailchimp_api_key") if connection.secret_arn else None
        if not isinstance(key, str) or not key:
            raise Misconfigured("the connection's secret holds no mailchimp_api_key: put one there")
        return key

    def operator_tokens(self, arn: str) -> tuple[str, ...]:
        """The tokens of operators: `token`, as CloudFormation generates it, and `previous` while it is rotated."""
        document = self._document(arn)
        return _texts([document.get("token"), document.get("previous")])

    def registered_client(self, arn: str) -> RegisteredClient:
        """Accord as it is registered with somebody who gives tokens; empty texts where it is not yet."""
        document = self._document(arn)
        secret, uri = (document.get(name) for name in ("client_secret", "redirect_uri"))
        return RegisteredClient(secret if isinstance(secret, str) else "", uri if isinstance(uri, str) else "")

    def address_key(self, arn: str) -> bytes:
        """The key under which addresses are remembered. It is never rotated."""
        key = self._text(arn).encode()
        if not key:
            raise Misconfigured("the address key is empty: deploy the stack again")
        return key

    def _document(self, arn: str, kept_seconds: float | None = None) -> Mapping[str, Any]:
        try:
            document = json.loads(self._text(arn, kept_seconds))
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise Misconfigured("a secret is not a JSON object: write it anew") from None
        return document

    def _text(self, arn: str, kept_seconds: float | None = None) -> str:
        now = self._monotonic()
        read_at, text = self._kept.get(arn, (None, ""))
        if read_at is None or now - read_at >= (self._kept_seconds if kept_seconds is None else kept_seconds):
            text = self._read(arn)
            self._kept[arn] = (now, text)
        return text

    def _read(self, arn: str) -> str:
        try:
            return self._client.get_secret_value(SecretId=arn).get("SecretString", "")
        except (ClientError, BotoCoreError) as error:
            said = "a secret can not be read: is it there, and may this function read it?"
            raise secret_error(error, said) from error


def secret_error(error: ClientError | BotoCoreError, if_permanent: str) -> AccordError:
    """The error to raise instead. What Secrets Manager says is not repeated: it may quote."""
    if not isinstance(error, ClientError):
        return Retryable("Secrets Manager could not be reached", effect_unknown=False)
    if error.response["Error"]["Code"] in _PERMANENT:
        return Misconfigured(if_permanent)
    return Retryable("Secrets Manager did not answer", effect_unknown=False)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(text for text in value if isinstance(text, str) and text) if isinstance(value, list) else ()
