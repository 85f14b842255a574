"""Cobot's answers, canned: what each means, and that nothing but the space itself is ever called."""

import json
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from accord.adapters.cobot import space as adapter
from accord.adapters.cobot.space import CobotApplication
from accord.domain.cobot import Cobot
from accord.errors import AccordError, Misconfigured, Rejected, Retryable
from tests.builders import NOON
from tests.serving import serving

SETTINGS = Cobot(space="beehive", consent_field="Newsletter")


class CannedCobot:
    """Answers every call with the same, and remembers what was asked for."""

    def __init__(self) -> None:
        self.status, self.headers, self.body, self.pause = 200, {"x": "y"}, b"[]", 0.0
        self.asked: list[tuple[str, str, str | None]] = []
        canned = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                canned.asked.append((self.command, self.path, self.headers["authorization"]))
                self.send_response(canned.status)
                for name, value in canned.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(canned.body)))
                self.end_headers()
                for start in range(0, len(canned.body), 100_000):
                    time.sleep(canned.pause)
                    self.wfile.write(canned.body[start : start + 100_000])

            do_POST = do_DELETE = do_GET  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Say nothing."""

            def handle(self) -> None:
                try:
                    super().handle()
                except (BrokenPipeError, ConnectionResetError):
                    """Whoever asked has heard enough."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.application = CobotApplication(url=self.url, token="hush", cobot=SETTINGS)


@pytest.fixture
def canned() -> Iterator[CannedCobot]:
    cobot = CannedCobot()
    with serving(cobot.server):
        yield cobot


CALLS: list[Callable[[CobotApplication], object]] = [
    lambda application: application.members(NOON),
    lambda application: application.member("0a1b", NOON),
    lambda application: application.subscribe("https://accord.test/"),
    lambda application: application.unsubscribe("https://accord.test/"),
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, Misconfigured),
        (403, Misconfigured),
        (422, Rejected),
        (429, Retryable),
        (500, Retryable),
        (503, Retryable),
        (302, Retryable),
        (204, Retryable),
    ],
)
def test_a_status_is_named_for_its_remedy(
    canned: CannedCobot, call: Callable[[CobotApplication], object], status: int, error: type[AccordError]
) -> None:
    canned.status, canned.body = status, b"" if status == 204 else b'{"errors": ["queen@hive.test"]}'

    with pytest.raises(AccordError) as raised:
        call(canned.application)

    assert isinstance(raised.value, error)
    assert "queen" not in str(raised.value)


def test_a_space_that_is_gone_wakes_a_person_and_a_member_that_is_gone_has_left(canned: CannedCobot) -> None:
    canned.status = 404

    assert canned.application.member("0a1b", NOON).change["type"] == "member.left"
    with pytest.raises(Misconfigured):
        canned.application.members(NOON)


def test_no_redirect_is_followed_and_the_token_goes_nowhere_else(canned: CannedCobot) -> None:
    canned.status, canned.headers = 302, {"location": f"{canned.url}/elsewhere"}

    with pytest.raises(Retryable):
        canned.application.member("0a1b", NOON)

    assert canned.asked == [("GET", "/api/memberships/0a1b", "Bearer hush")]


@pytest.mark.parametrize("reference", ["", "../subscriptions", "a/b", "a?b", "http://x.test", "a b", "é", "a" * 200])
def test_a_reference_that_is_no_id_is_never_asked_for(canned: CannedCobot, reference: str) -> None:
    with pytest.raises(Rejected):
        canned.application.member(reference, NOON)

    assert canned.asked == []


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1]", b'"queen"', b'{"id": "another"}', b"\xff", b"[" * 100_000, b"null"]
)
def test_an_answer_that_is_no_membership_is_asked_for_again_later(canned: CannedCobot, body: bytes) -> None:
    canned.body = body

    with pytest.raises(Retryable):
        canned.application.member("0a1b", NOON)


def test_what_is_no_member_in_a_list_is_passed_over(canned: CannedCobot) -> None:
    canned.body = json.dumps([None, 7, {"name": "Nobody"}, {"id": "0a1b"}]).encode()

    assert [member.change["id"] for member in canned.application.members(NOON)] == ["0a1b"]


def test_an_answer_has_a_size_to_end_at(canned: CannedCobot) -> None:
    canned.body = b" " * (adapter.ONE_BYTES + 1)

    with pytest.raises(Misconfigured, match="larger"):
        canned.application.member("0a1b", NOON)


def test_an_answer_has_a_time_to_end_at(canned: CannedCobot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "CONNECT_TIMEOUT", 0.1)
    canned.body, canned.pause = b" " * 900_000, 0.1

    with pytest.raises(Retryable, match="in time"):
        canned.application._call("GET", "memberships", seconds=0.3)


def test_nobody_at_home_is_asked_again_later() -> None:
    closed = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    port = closed.server_address[1]
    closed.server_close()

    with pytest.raises(Retryable) as raised:
        CobotApplication(url=f"http://127.0.0.1:{port}", token="hush", cobot=SETTINGS).members(NOON)
    assert "hush" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_subscription_elsewhere_is_not_ended(canned: CannedCobot) -> None:
    canned.body = json.dumps(
        [
            {"id": "s1", "url": "http://evil.test/1", "callback_url": "https://accord.test/hive/x"},
            {"id": "s2", "callback_url": "https://other.test/"},
            {"id": "../memberships", "callback_url": "https://accord.test/hive/y"},
            "nonsense",
        ]
    ).encode()

    canned.application.unsubscribe("https://accord.test/hive/")

    assert [(method, path) for method, path, _ in canned.asked] == [
        ("GET", "/api/subscriptions"),
        ("DELETE", "/api/subscriptions/s1"),
    ]


def test_a_space_is_at_cobot_unless_the_stack_is_local() -> None:
    elsewhere = Cobot(space="beehive", base_url="http://127.0.0.1:9/beehive/")

    assert elsewhere.url(is_local=False) == "https://beehive.cobot.me"
    assert elsewhere.url(is_local=True) == "http://127.0.0.1:9/beehive"
    for space in ("evil.test/", "a.b", "", "-a", "A", "a" * 64, "bee\n"):
        with pytest.raises(ValueError, match="space"):
            Cobot(space=space)
