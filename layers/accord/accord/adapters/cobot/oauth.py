"""Cobot's OAuth 2: where a space's admin is asked, and the token that a code is worth (cobot/FACTS, Auth)."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

import requests

from accord.errors import Misconfigured, Refusal, Rejected, Retryable

LOGIN_URL = "https://www.cobot.me"
SCOPES = ("read_memberships", "read_subscriptions", "write_subscriptions")
"""No more than is needed to read members and to be told of them."""
NO_CLIENT = (
    "Accord is not registered with Cobot yet: register it there as an OAuth application, deploy with its "
    "client id in CobotOAuthClientId, and store its client_secret in the secret that CobotOAuthSecretArn names"
)
TIMEOUTS = (3.0, 10.0)


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """Accord as it is registered with Cobot."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CobotOAuth:
    """`SpaceOwner`. `registered` is asked for when it is needed, since it lies in a secret; `login_url` is Cobot's own
    but on the local stack. No error repeats a code, a token or the secret."""

    registered: Callable[[], OAuthClient]
    login_url: str = LOGIN_URL

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        """Where the admin of a space is sent to. Makes no call. Raises Misconfigured where Accord is not registered
        with Cobot."""
        asked = {
            "response_type": "code",
            "client_id": self._client().client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(SCOPES),
            "state": state,
        }
        return f"{self.login_url}/oauth/authorize?{urlencode(asked)}"

    def token(self, code: str, redirect_uri: str) -> str:
        """One call. Raises Rejected where Cobot does not take the code, which counts once."""
        client = self._client()
        form = {
            "grant_type": "authorization_code",
            "client_id": client.client_id,
            "client_secret": client.client_secret,
            "redirect_uri": redirect_uri,
            "code": code,
        }
        try:
            url = f"{self.login_url}/oauth/access_token"
            answer = requests.post(
                url, data=form, timeout=TIMEOUTS, allow_redirects=False, headers={"User-Agent": "Accord"}
            )
        except requests.RequestException as error:  # its text may hold the URL
            raise Retryable(f"Cobot did not answer ({type(error).__name__})", effect_unknown=True) from None
        match answer.status_code:
            case 200 | 201:
                return _token(answer.content)
            case 401 | 403:
                raise Misconfigured("Cobot does not know Accord by this client: compare its id and secret with Cobot's")
            case 400 | 422:
                raise Rejected(Refusal.OTHER, "Cobot does not take the code: ask the space's admin again")
            case status:
                raise Retryable(f"Cobot answers {status}", effect_unknown=True)

    def _client(self) -> OAuthClient:
        client = self.registered()
        if not client.client_id or not client.client_secret:
            raise Misconfigured(NO_CLIENT)
        return client


def _token(body: bytes) -> str:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    token = told.get("access_token") if isinstance(told, dict) else None
    if not isinstance(token, str) or not token:
        raise Retryable("Cobot's answer holds no token: ask the space's admin again", effect_unknown=True)
    return token
