"""The HTTP edge of Mailchimp's Marketing API 3.0: one call, its timeouts, and what comes back or is raised."""

import json
import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from accord.adapters.mailchimp.errors import Subject, error_of, problem_of
from accord.errors import Misconfigured, Retryable

USER_AGENT = "accord/0.1.0"
CONNECT_TIMEOUT = 5.0
IDLE_LIMIT = 20.0
"""Seconds after which a kept connection is given up: a Lambda function may have been frozen meanwhile and its
connection cut unseen, and then the next call would fail with its effect unknown."""

SINGLE_HOST = "https://api.mailchimp.com/3.0"


def base_url_of(api_key: str) -> str:
    """The API's address: the data centre's host when the key ends in one (`-us21`), else the single host of 2026
    (FACTS section 1.1)."""
    data_centre = re.fullmatch(r".*-([a-z]{2,}[0-9]{1,4})", api_key)
    return f"https://{data_centre[1]}.api.mailchimp.com/3.0" if data_centre else SINGLE_HOST


def checked_base_url(base_url: str, *, allow_any_host: bool) -> str:
    """The base URL with `/3.0` and without a slash at its end. Raises Misconfigured unless it is Mailchimp's own."""
    parts = urlsplit(base_url)
    path = parts.path.rstrip("/")
    own = re.fullmatch(r"([a-z0-9-]+\.)?api\.mailchimp\.com", parts.netloc) and parts.scheme == "https"
    if not (own or (allow_any_host and parts.hostname)) or path not in ("", "/3.0") or parts.query or parts.fragment:
        raise Misconfigured(
            "The base URL is not Mailchimp's: it must be https://<data centre>.api.mailchimp.com or "
            "https://api.mailchimp.com"
        )
    return f"{parts.scheme}://{parts.netloc}/3.0"


class Bearer(AuthBase):
    """An API key or the token of OAuth: both are sent alike (FACTS section 1.1). Raises Misconfigured where it can be
    neither, for it would break the header."""

    def __init__(self, secret: str) -> None:
        if not re.fullmatch(r"[!-~]+", secret):
            raise Misconfigured(
                "The API key has characters that none has, or is empty: store it again in the secret of the connection"
            )
        self._header = f"Bearer {secret}"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._header
        return request


class MailchimpHttp:
    """Calls to one account, one at a time. Nothing is retried here: what was not done becomes due again.

    `api_key` may be a token of OAuth as well. `timeout` is in seconds, for the answer; connecting has five.
    `allow_any_host` is for the local stage only.
    """

    def __init__(
        self,
        *,
        base_url: str,
        api_key: str,
        timeout: float = 60.0,
        session: requests.Session | None = None,
        allow_any_host: bool = False,
    ) -> None:
        self._base_url = checked_base_url(base_url, allow_any_host=allow_any_host)
        self._auth = Bearer(api_key)
        self._timeouts = (CONNECT_TIMEOUT, timeout)
        self._session = session or _session()
        self._used_at = time.time()

    def call(
        self,
        method: str,
        path: str,
        *,
        subject: Subject,
        params: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The JSON object of a success, empty for a 204. `path` begins with a slash and never holds an address.

        Raises Retryable, Misconfigured or Rejected as `mailchimp_errors` says.
        """
        reads = method == "GET"
        self._give_up_idle_connection()
        try:
            response = self._session.request(
                method,
                self._base_url + path,
                params=params,
                json=body,
                auth=self._auth,
                headers={"User-Agent": USER_AGENT},
                timeout=self._timeouts,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise unanswered(error, reads=reads) from None  # its text holds the URL
        finally:
            self._used_at = time.time()
        if not 200 <= response.status_code < 300:
            raise error_of(response.status_code, problem_of(response.content), subject=subject, reads=reads)
        if response.status_code == 204:
            return {}
        return _object(response.content, reads=reads)

    def _give_up_idle_connection(self) -> None:
        if time.time() - self._used_at > IDLE_LIMIT:
            self._session.close()  # empties the pool; the session opens a new connection


def unanswered(error: requests.RequestException, *, reads: bool) -> Retryable:
    """No answer came. A request that never left, for want of a connection, had no effect; any other may still have."""
    sent = not isinstance(error, requests.ConnectTimeout) and not _never_connected(error)
    unknown = sent and not reads
    message = f"Mailchimp {'did not answer' if sent else 'can not be reached'} ({type(error).__name__})"
    return Retryable(message, effect_unknown=unknown, still_running=unknown)


def unreadable(*, reads: bool) -> Retryable:
    """A success whose body is not what the specification says: cut off, or replaced on its way."""
    return Retryable("Mailchimp's answer could not be read", effect_unknown=not reads)


def _never_connected(error: requests.RequestException) -> bool:
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


def _object(content: bytes, *, reads: bool) -> dict[str, Any]:
    try:
        body = json.loads(content)
    except ValueError:
        raise unreadable(reads=reads) from None  # its text may hold the body
    if not isinstance(body, dict):
        raise unreadable(reads=reads)
    return body


def _session() -> requests.Session:
    """One kept connection: whoever would open a second call at the same time waits (DESIGN section 7)."""
    session = requests.Session()
    session.mount("https://", HTTPAdapter(pool_connections=1, pool_maxsize=1, pool_block=True))
    session.mount("http://", HTTPAdapter(pool_connections=1, pool_maxsize=1, pool_block=True))
    return session
