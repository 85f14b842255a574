"""OAuth 2 as Mailchimp speaks it: registered applications, codes that are good once, tokens that never expire."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

CODE_LIFE = 600
"""Seconds; how long the real one's codes live is not published, and ten minutes are the most that RFC 6749 advises."""


class OAuthError(Exception):
    """`error` of RFC 6749 and a sentence for people."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error


@dataclass(frozen=True, slots=True)
class Application:
    """What an account's owner registers under Extras > Registered apps."""

    client_id: str
    client_secret: str
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class _Code:
    client_id: str
    expires: int


class OAuth:
    """The registered applications of an account and what was given to them."""

    def __init__(self) -> None:
        self._applications: dict[str, Application] = {}
        self._codes: dict[str, _Code] = {}
        self._tokens: set[str] = set()

    def register(self, redirect_uri: str, client_id: str = "", client_secret: str = "") -> Application:
        """A new application, or another redirect URI for one that is known. Raises ValueError."""
        if urlsplit(redirect_uri).scheme not in ("http", "https") or not urlsplit(redirect_uri).netloc:
            raise ValueError(f"redirect_uri must be an http or https URL; it is {redirect_uri!r}")
        client_id = client_id or str(secrets.randbelow(9 * 10**11) + 10**11)
        known = self._applications.get(client_id)
        client_secret = client_secret or (known.client_secret if known else secrets.token_hex(25))
        self._applications[client_id] = made = Application(client_id, client_secret, redirect_uri)
        return made

    def application(self, client_id: str, redirect_uri: str) -> Application:
        """Raises OAuthError unless both are known together: nothing may be sent to any other address."""
        known = self._applications.get(client_id)
        if known is None:
            raise OAuthError("invalid_client", "There is no application with this client_id.")
        if known.redirect_uri != redirect_uri:
            raise OAuthError("invalid_request", "The redirect_uri is not the one that the application registered.")
        return known

    def allow(self, application: Application, now: int) -> str:
        """The code that the application can exchange, once and soon."""
        code = secrets.token_hex(16)
        self._codes[code] = _Code(application.client_id, now + CODE_LIFE)
        return code

    def exchange(self, form: Mapping[str, str], now: int) -> str:
        """The access token. A code is used up by the first try of its own application. Raises OAuthError."""
        if form.get("grant_type") != "authorization_code":
            raise OAuthError("unsupported_grant_type", "grant_type must be authorization_code.")
        client_id, secret, code = (form.get(name, "") for name in ("client_id", "client_secret", "code"))
        known = self._applications.get(client_id)
        if known is None or not hmac.compare_digest(secret.encode(), known.client_secret.encode()):
            raise OAuthError("invalid_client", "The client_id or client_secret is wrong.")
        given = self._codes.get(code)
        if given is None or given.client_id != client_id:
            raise OAuthError("invalid_grant", "There is no such code, or it was used already.")
        del self._codes[code]
        if given.expires <= now or known.redirect_uri != form.get("redirect_uri"):
            raise OAuthError("invalid_grant", "The code has expired, or the redirect_uri is another one.")
        token = secrets.token_hex(16)
        self._tokens.add(token)
        return token

    def opens(self, token: str) -> bool:
        """Whether the token was given and not revoked."""
        return token in self._tokens

    def revoke(self, token: str | None = None) -> int:
        """Take one token back, or all of them; how many were valid."""
        gone = self._tokens & {token} if token is not None else set(self._tokens)
        self._tokens -= gone
        return len(gone)
