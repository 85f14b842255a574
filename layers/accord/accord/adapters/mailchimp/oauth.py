"""Mailchimp's OAuth 2: where the owner of an account is asked, a code for a token, and where the account answers.

Tokens never expire and have no scopes; a 401 on one that worked means that it was revoked (FACTS section 1.1).
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests

from accord.adapters.mailchimp.account import MailchimpAccount
from accord.adapters.mailchimp.errors import harmless
from accord.adapters.mailchimp.http import SINGLE_HOST, USER_AGENT, checked_base_url, unanswered, unreadable
from accord.errors import AccordError, Misconfigured, Refusal, Rejected, Retryable
from accord.ports.authorising import Grant

LOGIN_URL = "https://login.mailchimp.com"
CONNECT_TIMEOUT = 3.0
NO_CLIENT = (
    "Accord is not registered with Mailchimp yet: register it under Extras > Registered apps, deploy with its client "
    "id in MailchimpOAuthClientId, and store its client_secret in the secret that MailchimpOAuthSecretArn names"
)


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """Accord as it is registered with Mailchimp."""

    client_id: str
    client_secret: str = field(repr=False)


class MailchimpOAuth:
    """`AccountOwner`. `client` is asked for when it is needed first, since it lies in a secret; `timeout` is in
    seconds, for each of the calls. `allow_any_host` is for the local stage only. No error repeats a code or token."""

    def __init__(
        self,
        client: Callable[[], OAuthClient],
        *,
        login_url: str = LOGIN_URL,
        timeout: float = 5.0,
        session: requests.Session | None = None,
        allow_any_host: bool = False,
    ) -> None:
        parts = urlsplit(login_url)
        if login_url != LOGIN_URL and not (allow_any_host and parts.hostname):
            raise Misconfigured(f"The login page is not Mailchimp's: it must be {LOGIN_URL}")
        self._client = client
        self._login_url = login_url.rstrip("/")
        self._timeout = timeout
        self._session = session or requests.Session()
        self._allow_any_host = allow_any_host

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        """Makes no call. Raises Misconfigured where Accord is not registered with Mailchimp."""
        asked = {"response_type": "code", "client_id": self._known_client().client_id}
        asked |= {"redirect_uri": redirect_uri, "state": state}
        return f"{self._login_url}/oauth2/authorize?{urlencode(asked)}"

    def grant(self, code: str, redirect_uri: str) -> Grant:
        """Two calls. Raises Rejected where Mailchimp does not take the code."""
        client = self._known_client()
        form = {
            "grant_type": "authorization_code",
            "client_id": client.client_id,
            "client_secret": client.client_secret,
            "redirect_uri": redirect_uri,
            "code": code,
        }
        status, answer = self._call("POST", "token", data=form)
        if status != 200:
            raise _refusal(status, answer)
        token = answer.get("access_token")
        if not isinstance(token, str) or not token:
            raise unreadable(reads=False)
        return Grant(token, self._base_url(token))

    def has_audience(self, grant: Grant, audience_id: str) -> bool:
        """One call to the account itself."""
        account = MailchimpAccount(
            grant.base_url, grant.token, timeout=self._timeout, allow_any_host=self._allow_any_host
        )
        return any(audience.id == audience_id for audience in account.audiences())

    def _base_url(self, token: str) -> str:
        """From the metadata; where Mailchimp has given those up, the single host for all accounts."""
        status, told = self._call("GET", "metadata", headers={"Authorization": f"OAuth {token}"})
        if status in (404, 410):
            return SINGLE_HOST
        if status == 401 or told.get("error") == "invalid_token":
            raise Misconfigured("Mailchimp does not accept the token that it just gave: authorise Accord again")
        if status != 200:
            raise _refusal(status, told)
        endpoint, data_centre = told.get("api_endpoint"), told.get("dc")
        if isinstance(endpoint, str) and endpoint:
            return checked_base_url(endpoint, allow_any_host=self._allow_any_host)
        if isinstance(data_centre, str) and re.fullmatch(r"[a-z]{2,}[0-9]{1,4}", data_centre):
            return f"https://{data_centre}.api.mailchimp.com/3.0"
        return SINGLE_HOST

    def _known_client(self) -> OAuthClient:
        client = self._client()
        if not client.client_id or not client.client_secret:
            raise Misconfigured(NO_CLIENT)
        return client

    def _call(
        self, method: str, page: str, *, data: dict[str, str] | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """The status, and the JSON object that came with it: empty where there is none."""
        try:
            response = self._session.request(
                method,
                f"{self._login_url}/oauth2/{page}",
                data=data,
                headers={"User-Agent": USER_AGENT, **(headers or {})},
                timeout=(CONNECT_TIMEOUT, self._timeout),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise unanswered(error, reads=True) from None  # a code that may be used up changes nothing at Mailchimp
        try:
            body = json.loads(response.content)
        except ValueError:
            body = None
        return response.status_code, body if isinstance(body, dict) else {}


def _refusal(status: int, answer: dict[str, Any]) -> AccordError:
    """What an answer of the login pages means: `error` as RFC 6749 has it, `error_description` is never repeated."""
    error = harmless(str(answer.get("error") or ""))
    named = f"{status} {error}".strip()
    match status, error:
        case (429 | 403 | 503, "") | (429, _):
            return Retryable(f"Mailchimp's login is busy ({named})", effect_unknown=False)
        case _ if status >= 500:
            return Retryable(f"Mailchimp's login failed ({named})", effect_unknown=False)
        case _, "invalid_client" | "unauthorized_client":
            return Misconfigured(
                f"Mailchimp does not know Accord by this client ({named}): compare MailchimpOAuthClientId and the "
                "client_secret with what is registered under Extras > Registered apps"
            )
        case _, "invalid_grant":
            return Rejected(Refusal.OTHER, error)
    return Misconfigured(
        f"Mailchimp does not give a token ({named}): compare the registered redirect URI with Accord's"
    )
