"""The HTTP edge against a server that answers whatever it is told to."""

import json
import socket
import time
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection
from urllib3.exceptions import MaxRetryError, NameResolutionError, ProtocolError

from accord.adapters.mailchimp.errors import Subject
from accord.adapters.mailchimp.http import USER_AGENT, MailchimpHttp, base_url_of, unanswered
from accord.errors import Misconfigured, Refusal, Rejected, Retryable
from tests.serving import serving

POOL, CONNECTION = HTTPConnectionPool("cheese.test"), HTTPConnection("cheese.test")


class Answering(ThreadingHTTPServer):
    """Gives every request the same answer. `connections` counts those that were opened."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer: tuple[int, bytes, dict[str, str]] = (200, b"{}", {})
        self.seconds = 0.0
        self.cut = False
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []
        self.connections = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/3.0"

    def get_request(self) -> tuple[socket.socket, object]:
        self.connections += 1
        return super().get_request()

    def handle_error(self, *_: object) -> None:
        """A client that left before its answer is what some tests are about."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Answering

    def _answer(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.command, self.path, dict(self.headers), content))
        time.sleep(self.server.seconds)
        status, body, headers = self.server.answer
        if self.server.cut and not body:
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) + (10 if self.server.cut else 0)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.server.cut

    do_GET = do_POST = _answer  # noqa: N815  http.server wants these names

    def log_message(self, *_: object) -> None:
        """Tests stay quiet."""


@pytest.fixture
def server() -> Iterator[Answering]:
    answering = Answering()
    with serving(answering):
        yield answering


@pytest.fixture
def http(server: Answering) -> MailchimpHttp:
    return MailchimpHttp(base_url=server.url, api_key="gouda-us7", timeout=0.3, allow_any_host=True)


def post(http: MailchimpHttp) -> object:
    return http.call("POST", "/lists/cheese", subject=Subject.AUDIENCE, body={"name": "Käse"})


def get(http: MailchimpHttp) -> object:
    return http.call("GET", "/lists/cheese", subject=Subject.AUDIENCE, params={"count": 1000})


def test_a_call_carries_the_key_the_name_of_accord_and_json(server: Answering, http: MailchimpHttp) -> None:
    server.answer = (200, b'{"id": 7}', {})
    assert post(http) == {"id": 7}
    method, path, headers, content = server.seen[0]
    assert (method, path) == ("POST", "/3.0/lists/cheese")
    assert headers["Authorization"] == "Bearer gouda-us7"
    assert headers["User-Agent"] == USER_AGENT
    assert headers["Content-Type"] == "application/json"
    assert json.loads(content) == {"name": "Käse"}


def test_the_name_of_accord_holds_the_version_of_the_project() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert f"accord/{project['version']}" == USER_AGENT


def test_an_answer_without_content_is_empty(server: Answering, http: MailchimpHttp) -> None:
    server.answer = (204, b"", {})
    assert post(http) == {}


def test_calls_share_one_connection(server: Answering, http: MailchimpHttp) -> None:
    for _ in range(3):
        get(http)
    assert server.connections == 1


def test_a_connection_that_lay_idle_is_not_trusted(
    server: Answering, http: MailchimpHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    get(http)
    thawed = time.time() + 600
    monkeypatch.setattr("accord.adapters.mailchimp.http.time.time", lambda: thawed)
    get(http)
    assert server.connections == 2


@pytest.mark.parametrize("body", [b"{", b"", b"<html>Welcome</html>", b"[1]", b"\xff"])
def test_a_success_that_can_not_be_read_is_of_unknown_effect(
    server: Answering, http: MailchimpHttp, body: bytes
) -> None:
    server.answer = (200, body, {})
    with pytest.raises(Retryable) as written:
        post(http)
    with pytest.raises(Retryable) as read:
        get(http)
    assert (written.value.effect_unknown, read.value.effect_unknown) == (True, False)


@pytest.mark.parametrize("body", [b'{"id":', b""])
def test_an_answer_that_is_cut_off_is_of_unknown_effect(server: Answering, http: MailchimpHttp, body: bytes) -> None:
    server.answer, server.cut = (200, body, {}), True
    with pytest.raises(Retryable) as written:
        post(http)
    with pytest.raises(Retryable) as read:
        get(http)
    assert (written.value.effect_unknown, written.value.still_running) == (True, True)
    assert (read.value.effect_unknown, read.value.still_running) == (False, False)


def test_an_answer_that_takes_too_long_may_still_take_effect(server: Answering, http: MailchimpHttp) -> None:
    server.seconds = 0.6
    with pytest.raises(Retryable, match="did not answer") as caught:
        post(http)
    assert (caught.value.effect_unknown, caught.value.still_running) == (True, True)
    assert caught.value.__suppress_context__  # the error of the HTTP library holds the URL


def test_where_nobody_listens_nothing_took_effect() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    http = MailchimpHttp(base_url=f"http://127.0.0.1:{port}", api_key="gouda", timeout=0.3, allow_any_host=True)
    with pytest.raises(Retryable, match="can not be reached") as caught:
        post(http)
    assert (caught.value.effect_unknown, caught.value.still_running) == (False, False)


@pytest.mark.parametrize(
    ("error", "effect_unknown"),
    [
        (requests.ConnectTimeout(), False),
        (
            requests.ConnectionError(
                MaxRetryError(POOL, "/", NameResolutionError("cheese.test", CONNECTION, socket.gaierror()))
            ),
            False,
        ),
        (requests.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError(104, "reset"))), True),
        (requests.ReadTimeout(), True),
        (requests.exceptions.ChunkedEncodingError(), True),
        (requests.ConnectionError(), True),
    ],
)
def test_only_a_call_that_never_left_is_known_to_have_no_effect(
    error: requests.RequestException, effect_unknown: bool
) -> None:
    written, read = unanswered(error, reads=False), unanswered(error, reads=True)
    assert (written.effect_unknown, written.still_running) == (effect_unknown, effect_unknown)
    assert (read.effect_unknown, read.still_running) == (False, False)


@pytest.mark.parametrize(
    ("status", "body", "effect_unknown"),
    [
        (403, b"", False),
        (503, b"<html>slow down</html>", False),
        (429, b"", False),
        (502, b"<html>Bad Gateway</html>", True),
        (503, b'{"title": "Service Unavailable"}', True),
    ],
)
def test_throttling_is_told_from_failing_by_the_body(
    server: Answering, http: MailchimpHttp, status: int, body: bytes, effect_unknown: bool
) -> None:
    server.answer = (status, body, {})
    with pytest.raises(Retryable) as caught:
        post(http)
    assert caught.value.effect_unknown is effect_unknown


def test_a_redirect_is_not_followed(server: Answering, http: MailchimpHttp) -> None:
    server.answer = (301, b"", {"Location": server.url + "/elsewhere"})
    with pytest.raises(Misconfigured):
        get(http)
    assert len(server.seen) == 1


def test_a_refusal_is_raised_without_its_text(server: Answering, http: MailchimpHttp) -> None:
    body = {"title": "Member Exists", "status": 400, "detail": "zoe@raclette.test is already a list member."}
    server.answer = (400, json.dumps(body).encode(), {"Content-Type": "application/problem+json; charset=utf-8"})
    with pytest.raises(Rejected) as caught:
        post(http)
    assert caught.value.refusal is Refusal.EXISTS
    assert "raclette" not in str(caught.value)


@pytest.mark.parametrize(
    ("api_key", "base_url"),
    [
        ("0123abcd-us21", "https://us21.api.mailchimp.com/3.0"),
        ("0123abcd-eu1", "https://eu1.api.mailchimp.com/3.0"),
        ("0123abcd", "https://api.mailchimp.com/3.0"),
        ("0123abcd-evil.test/", "https://api.mailchimp.com/3.0"),
        ("0123abcd-us1\n", "https://api.mailchimp.com/3.0"),
        ("", "https://api.mailchimp.com/3.0"),
    ],
)
def test_the_host_is_that_of_the_keys_data_centre(api_key: str, base_url: str) -> None:
    assert base_url_of(api_key) == base_url


@pytest.mark.parametrize(
    "base_url",
    [
        "https://api.mailchimp.com",
        "https://api.mailchimp.com/",
        "https://us21.api.mailchimp.com/3.0",
        "https://us21.api.mailchimp.com/3.0/",
    ],
)
def test_mailchimps_own_hosts_are_taken(base_url: str) -> None:
    MailchimpHttp(base_url=base_url, api_key="gouda")


@pytest.mark.parametrize(
    "base_url",
    [
        "http://us21.api.mailchimp.com/3.0",
        "https://mailchimp.com.evil.test/3.0",
        "https://evilapi.mailchimp.com.test",
        "https://evil-api.mailchimp.com",
        "https://a.b.api.mailchimp.com",
        "https://us21.api.mailchimp.com:8443/3.0",
        "https://user@us21.api.mailchimp.com/3.0",
        "https://us21.api.mailchimp.com/2.0",
        "https://us21.api.mailchimp.com/3.0?x=1",
        "https://us21.api.mailchimp.com\\@evil.test/3.0",
        "http://127.0.0.1:8080/3.0",
        "us21.api.mailchimp.com",
        "",
    ],
)
def test_every_other_host_is_refused(base_url: str) -> None:
    with pytest.raises(Misconfigured):
        MailchimpHttp(base_url=base_url, api_key="gouda")


def test_even_the_local_stage_wants_a_host() -> None:
    with pytest.raises(Misconfigured):
        MailchimpHttp(base_url="/3.0", api_key="gouda", allow_any_host=True)


@pytest.mark.parametrize("key", ["", "gou da-us7", "gouda-us7\n", "gôuda-us7"])
def test_what_can_be_no_key_is_said_before_it_breaks_a_call(server: Answering, key: str) -> None:
    with pytest.raises(Misconfigured, match="store it again") as caught:
        MailchimpHttp(base_url=server.url, api_key=key, allow_any_host=True)
    assert not key.strip() or key.strip() not in str(caught.value)
