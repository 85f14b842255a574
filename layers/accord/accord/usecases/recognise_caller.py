"""Request -> who calls: one connection's application, or an operator. Nobody learns which connections there are."""

import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from accord.domain.cobot import Cobot
from accord.domain.connection import Connection
from accord.errors import AccordError
from accord.ports import CallerSecrets, Ledger


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """The three headers of Standard Webhooks and the very bytes that they sign."""

    id: str
    timestamp: str
    signature: str
    body: bytes


class UnrecognisedError(AccordError):
    """The token or signature is missing, wrong or late, or there is no such connection: all the same to the caller."""


type IsSigned = Callable[[SignedRequest, Sequence[str]], bool]
"""Whether one of the secrets signed the request in time."""

_NAME = re.compile(r"[A-Za-z0-9._:~-]{1,128}")
_NOBODY = Connection(
    id="nobody",
    audience_id="",
    api_base_url="",
    token_hashes=(
        hashlib.sha256(b"nobody holds this token: its text is public, and no connection goes by it").hexdigest(),
    ),
)
_NOBODY_SECRET = "whsec_bm9ib2R5IHNpZ25zIHdpdGggdGhpcyBzZWNyZXQ="  # noqa: S105  its only use is to take as long


class RecogniseCaller:
    """Compares in constant time, and does the same work for a connection that does not exist."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        secrets: CallerSecrets,
        is_signed: IsSigned,
        operator_tokens: Callable[[], Sequence[str]],
    ) -> None:
        self._ledger = ledger
        self._secrets = secrets
        self._is_signed = is_signed
        self._operator_tokens = operator_tokens

    def upstream(self, connection_id: str, token: str | None, signed: SignedRequest | None = None) -> Connection:
        """The connection whose token, or whose signature where one is given, the caller has."""
        if signed is not None:
            return self.signer(connection_id, lambda secrets: self._is_signed(signed, secrets))
        connection = self._connection(connection_id)
        if not _holds(token, connection.token_hashes) or connection is _NOBODY:
            raise UnrecognisedError
        return connection

    def signer(self, connection_id: str, signed_by: Callable[[Sequence[str]], bool]) -> Connection:
        """The connection of whose signing secrets `signed_by` recognises one."""
        connection = self._connection(connection_id)
        secrets = self._secrets.signing_secrets(connection) if connection is not _NOBODY else ()
        if not (signed_by(secrets or (_NOBODY_SECRET,)) and secrets):
            raise UnrecognisedError
        return connection

    def mailchimp(
        self, connection_id: str, secret: str, is_signed: Callable[[Sequence[str]], bool] | None = None
    ) -> Connection:
        """The connection whose webhook's URL holds the secret. Where Mailchimp signs, `is_signed` must hold as well;
        without it the URL is enough. A signature that no kept secret explains may be of a webhook registered since."""
        connection = self._connection(connection_id)
        recognised = _holds(secret, connection.webhook_secret_hashes or _NOBODY.token_hashes)
        if not recognised or connection is _NOBODY:
            raise UnrecognisedError
        secrets = self._secrets.webhook_signing_secrets(connection) if is_signed is not None else ()
        if is_signed is not None and secrets and not is_signed(secrets):
            secrets = self._secrets.webhook_signing_secrets(connection, fresh=True)
            if secrets and not is_signed(secrets):
                raise UnrecognisedError
        return connection

    def cobot(self, connection_id: str, secret: str) -> tuple[Connection, Cobot]:
        """The connection, and its space, that is called at a URL which holds the secret. Cobot signs nothing."""
        connection = self._connection(connection_id)
        space = connection.cobot
        recognised = _holds(secret, (space and space.webhook_secret_hashes) or _NOBODY.token_hashes)
        if not recognised or space is None:
            raise UnrecognisedError
        return connection, space

    def operator(self, connection_id: str, token: str | None) -> Connection | None:
        """The connection that an operator asks for; None: there is no such connection."""
        self.any_operator(token)
        connection = self._connection(connection_id)
        return connection if connection is not _NOBODY else None

    def upstream_or_operator(self, connection_id: str, token: str | None) -> Connection | None:
        """The connection, for those who may read it. None: an operator asks for one that does not exist."""
        connection = self._connection(connection_id)
        if not (_holds(token, connection.token_hashes) and connection is not _NOBODY):
            self.any_operator(token)
        return connection if connection is not _NOBODY else None

    def is_operators(self, token_hash: str) -> bool:
        """Whether the token of this hash is an operator's now."""
        matches = [hmac.compare_digest(token_hash, digest(valid)) for valid in self._operator_tokens()]
        return any(matches)

    def any_operator(self, token: str | None) -> None:
        """Returns for an operator, whatever they ask for. Raises UnrecognisedError."""
        if not _holds(token, [digest(valid) for valid in self._operator_tokens()]):
            raise UnrecognisedError

    def _connection(self, connection_id: str) -> Connection:
        known = self._ledger.connection(connection_id) if _NAME.fullmatch(connection_id) else None
        return known or _NOBODY


def _holds(token: str | None, hashes: Sequence[str]) -> bool:
    held = digest(token or "")
    matches = [hmac.compare_digest(held, known) for known in hashes]
    return any(matches) and bool(token)


def digest(token: str) -> str:
    """The hash under which a token is kept."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
