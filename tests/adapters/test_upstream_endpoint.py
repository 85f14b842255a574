"""The endpoint that somebody typed: a public https address and no other, whatever its name, redirects or DNS say."""

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from accord.adapters.upstream_endpoint import UpstreamEndpoint
from accord.errors import Retryable
from accord.ports import EndpointRefusedError
from tests.serving import ANYWHERE, serving

LOCAL = UpstreamEndpoint(("127.0.0.1",))


class _Application(BaseHTTPRequestHandler):
    seen: list[tuple[str, str, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.seen.append((self.path, self.headers["host"], body))
        status = int(self.path.rpartition("/")[2])
        self.send_response(status)
        if status == 302:
            self.send_header("location", "/200")
        self.send_header("content-length", "10000000")  # more than it sends, and more than anybody should read
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name that its base gives it
        """It talks to nobody."""


@pytest.fixture
def seen() -> list[tuple[str, str, bytes]]:
    _Application.seen = []
    return _Application.seen


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with serving(ThreadingHTTPServer(ANYWHERE, _Application)) as url:
        yield url


@pytest.mark.parametrize("status", [200, 204, 302, 410, 500])
def test_the_answer_is_its_status_and_no_redirect_is_followed(
    server: str, seen: list[tuple[str, str, bytes]], status: int
) -> None:
    assert LOCAL.post(f"{server}/notices/{status}", b"{}", {"webhook-id": "ntc_1"}) == status
    assert seen == [(f"/notices/{status}", server.removeprefix("http://"), b"{}")]


def test_nobody_there_is_worth_another_try() -> None:
    with pytest.raises(Retryable):
        LOCAL.post("http://127.0.0.1:9/notices", b"{}", {})


@pytest.mark.parametrize(
    "url",
    [
        "",
        "app.test",
        "ftp://app.test/",
        "http://93.184.215.14/",
        "https://user:word@93.184.215.14/",
        "https://",
        "https:///x",
    ],
)
def test_what_is_no_public_https_url_is_refused(url: str) -> None:
    with pytest.raises(EndpointRefusedError):
        UpstreamEndpoint().check(url)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104  nobody binds to it
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fd00::1]",
        "[ff02::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:7f00:1::]",
        "localhost",
        "2130706433",
        "0x7f000001",
        "127.1",
    ],
)
def test_a_private_address_is_refused_in_every_spelling(host: str) -> None:
    with pytest.raises((EndpointRefusedError, Retryable)):
        UpstreamEndpoint().check(f"https://{host}/notices")


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_a_public_address_is_allowed(address: str) -> None:
    UpstreamEndpoint().check(f"https://[{address}]/notices" if ":" in address else f"https://{address}/notices")


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Names are found at these addresses, look by look."""
    asked: list[str] = []
    remaining = list(answers)

    def getaddrinfo(host: str, port: int, *_given: object, **_options: object) -> list[tuple[object, ...]]:
        asked.append(host)
        found = remaining.pop(0) if len(remaining) > 1 else remaining[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_one_private_address_among_several_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, ["93.184.215.14", "10.0.0.1"])
    with pytest.raises(EndpointRefusedError):
        UpstreamEndpoint().check("https://app.test/notices")


def test_the_connection_goes_to_the_address_that_was_checked(
    server: str, seen: list[tuple[str, str, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = server.rpartition(":")[2]
    asked = resolving(monkeypatch, ["127.0.0.1"])
    assert UpstreamEndpoint(("app.test",)).post(f"http://app.test:{port}/200", b"{}", {}) == 200
    assert asked[:1] == ["app.test"]
    assert "app.test" not in asked[1:]  # the name is not looked up again: it might lead elsewhere by then
    assert seen == [("/200", f"app.test:{port}", b"{}")]


def test_a_certificate_of_somebody_else_is_refused(server: str) -> None:
    with pytest.raises(Retryable):
        LOCAL.post(server.replace("http://", "https://") + "/200", b"{}", {})


def test_a_name_that_nobody_knows_is_worth_another_try(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_arguments: object, **_options: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(Retryable):
        UpstreamEndpoint().check("https://app.test/notices")
