"""An Accord that answers as it is told, and keeps what it was sent."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import NamedTuple

from tests.serving import ANYWHERE, serving


class Told(NamedTuple):
    """One answer."""

    status: int
    body: str
    headers: dict[str, str] = {}


class Sent(NamedTuple):
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """Gives its answers in order, the last one again and again."""

    def __init__(self, url: str, sent: list[Sent]) -> None:
        self.url = url
        self.sent = sent


@contextmanager
def receiver(answers: Sequence[Told]) -> Iterator[Receiver]:
    """Serve until the context ends."""
    sent: list[Sent] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            answer = answers[min(len(sent), len(answers) - 1)]
            sent.append(Sent(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(answer.status)
            for name, value in {**answer.headers, "content-length": str(len(answer.body.encode()))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's name
            """Tests are quiet."""

    with serving(HTTPServer(ANYWHERE, Handler)) as url:
        yield Receiver(url, sent)
