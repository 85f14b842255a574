"""The operator API as commands call it: one session, one token, answers as documents, refusals as errors."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.util import Retry

from tools.accord.errors import RefusedError, UnreachableError, UnrecognisedError
from tools.accord.target import Target

type Answer = dict[str, Any]
type Query = Mapping[str, str | int | None]

TIMEOUT = (5, 35)  # seconds, to connect and between bytes; a function behind an HTTP API may take 30
LARGEST_PAGE = 500

# Only what changes nothing is asked again, and only where Accord says that it could not just now.
RETRY = Retry(
    total=3,
    connect=0,
    read=0,
    redirect=0,
    other=0,
    status=3,
    status_forcelist=(503,),
    allowed_methods={"GET"},
    backoff_factor=0.5,
    raise_on_status=False,
    respect_retry_after_header=False,  # it says 30 seconds: too long for a person, who can ask again
)


class Bearer(AuthBase):
    """The token. As an auth object, so that no .netrc replaces it."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["authorization"] = f"Bearer {self._token}"
        return request


class Client:
    """Calls one Accord. Every method raises RefusedError, UnrecognisedError or UnreachableError."""

    def __init__(self, target: Target, language: str | None = None) -> None:
        self.target = target
        self._session = requests.Session()
        self._session.trust_env = not target.is_here  # a proxy is for what is elsewhere
        self._session.auth = Bearer(target.token)
        self._session.headers["user-agent"] = "accord-command-line"
        if language:
            self._session.headers["accept-language"] = language
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=RETRY))

    def get(self, *path: str, query: Query | None = None) -> Answer:
        """The document of `/v1/<path>`."""
        return self._call("GET", ("v1", *path), query)

    def post(self, *path: str, body: Answer | None = None) -> Answer:
        """What is answered to a deed."""
        return self._call("POST", ("v1", *path), None, body)

    def put(self, *path: str, body: Answer) -> Answer:
        """What is answered to a choice."""
        return self._call("PUT", ("v1", *path), None, body)

    def patch(self, *path: str, body: Answer, query: Query) -> Answer:
        """What is answered to changed settings."""
        return self._call("PATCH", ("v1", *path), query, body)

    def start_page(self, service: str, connection_id: str) -> Answer:
        """Where a person lets Accord into their account of `service`, mailchimp or cobot."""
        return self._call("GET", (service, "oauth", "start"), {"connection": connection_id})

    def gather(self, *path: str, items: str, most: int | None, query: Query | None = None) -> Answer:
        """Pages joined to one document, with the `next` of the last: `most` items or a page more, None for all. A page
        is never cut, for no cursor leads into its middle."""
        asked = dict(query or {})
        whole = self.get(*path, query={**asked, "limit": _page(most, 0)})
        after = whole.get("next")
        while after and (most is None or len(whole[items]) < most):
            page = self.get(*path, query={**asked, "limit": _page(most, len(whole[items])), "after": after})
            whole[items] += page[items]
            whole["next"] = after = page.get("next")
        return whole

    def pages(self, *path: str, query: Query | None = None) -> Iterator[Answer]:
        """One page after the other, each as long as can be; none is kept, and none asked for before it is wanted."""
        after: str | None = None
        while True:
            page = self.get(*path, query={**(query or {}), "limit": LARGEST_PAGE, "after": after})
            yield page
            after = page.get("next")
            if after is None:
                return

    def _call(self, method: str, path: tuple[str, ...], query: Query | None, body: Answer | None = None) -> Answer:
        url = "/".join([self.target.url, *(quote(part, safe="") for part in path)])
        try:
            answer = self._session.request(
                method,
                url,
                params={name: str(value) for name, value in (query or {}).items() if value is not None},
                json=body,
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise UnreachableError(
                f"{self.target.url} does not answer ({type(error).__name__})", remedy=self._where(method)
            ) from None
        return self._read(answer)

    def _read(self, answer: requests.Response) -> Answer:
        document = _document(answer)
        if 200 <= answer.status_code < 300 and document is not None:
            return document
        if answer.status_code == 401:
            source = "of the local stack" if self.target.local else "in ACCORD_TOKEN or --token"
            raise UnrecognisedError(
                f"Accord does not recognise the token {source}",
                remedy="It is `token` in the secret that the stack's output OperatorSecretArn names."
                if not self.target.local
                else "The file tells of a stack that is no more: start it again with `make run`.",
            )
        if answer.status_code < 400:
            raise UnreachableError(f"{self.target.url} is something else than Accord", remedy="Look at the URL.")
        raise _refused(answer.status_code, document or {})

    def _where(self, method: str) -> str:
        unknown = "" if method == "GET" else "Whether it was done is not known: look before you repeat it. "
        if self.target.local:
            return unknown + "Does the local stack still run? Start it again with `make run`."
        return unknown + "Look at the URL and the network, then try again."


def _page(most: int | None, so_far: int) -> int:
    return LARGEST_PAGE if most is None else min(LARGEST_PAGE, most - so_far)


def _document(answer: requests.Response) -> Answer | None:
    try:
        document = answer.json()
    except requests.JSONDecodeError:
        return None
    return document if isinstance(document, dict) else None


def _refused(code: int, document: Answer) -> RefusedError:
    """The problem document in words: its detail, and its fields one a line."""
    lines = [f"{each.get('field', '?')}: {each.get('message', '')}" for each in document.get("errors") or []]
    detail = str(document.get("detail") or "")
    if code >= 500:
        remedy = "It is not about what you sent: try again in a minute, then look at Accord's logs and alarms."
        return RefusedError(code, f"Accord could not do it ({code})", lines=lines, remedy=remedy)
    if not detail and code in {404, 405}:
        return RefusedError(
            code,
            "This Accord does not know what was asked",
            remedy="Is it older than this command line? Deploy it again; or look at the URL.",
        )
    if code == 422 and lines:
        return RefusedError(code, "Accord does not take it so", lines=lines)  # each line says what to do
    words = detail or str(document.get("title") or f"Accord refused it ({code})")
    return RefusedError(code, words, lines=lines, problem=str(document.get("type") or "").rpartition(":")[2])
