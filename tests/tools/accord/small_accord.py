"""A small Accord: answers as the operator API does what it was told to answer, and keeps what it was sent."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.serving import ANYWHERE, serving

TOKEN = "kea-and-kakapo"

type Document = dict[str, Any]


class Sent(NamedTuple):
    """One request."""

    route: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Document | None
    raw: str
    """The path as it came, with its escapes."""


class SmallAccord:
    """`tell` gives a route its answers, in order, the last one again and again. A route without one is 404."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sent: list[Sent] = []
        self._answers: dict[str, list[tuple[int, object]]] = {}

    def tell(self, route: str, *documents: object, status: int = 200) -> None:
        """Documents are sent as JSON, texts as they are; a function makes one of what was sent."""
        self._answers.setdefault(route, []).extend((status, document) for document in documents)

    def sent_to(self, route: str) -> list[Sent]:
        """The requests of one route, in order."""
        return [each for each in self.sent if each.route == route]

    def answer(self, sent: Sent) -> tuple[int, object]:
        """What the route was told to say; 401 to everything that comes without the token."""
        self.sent.append(sent)
        if sent.headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, problem(401, "The token is missing or wrong.")
        answers = self._answers.get(sent.route)
        if not answers:
            return 404, problem(404, "There is no such connection.")
        status, document = answers.pop(0) if len(answers) > 1 else answers[0]
        return status, document(sent) if callable(document) else document


def problem(status: int, detail: str, kind: str = "x", /, **errors: str) -> Document:
    """A problem document; `errors` by field."""
    listed = [{"field": field.replace("__", "."), "message": message} for field, message in errors.items()]
    return {"type": f"urn:accord:problem:{kind}", "title": "X", "status": status, "detail": detail} | (
        {"errors": listed} if listed else {}
    )


@contextmanager
def small_accord() -> Iterator[SmallAccord]:
    """Serve on a free port until the context ends."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("content-length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            headers = {name.lower(): value for name, value in self.headers.items()}
            sent = Sent(
                f"{self.command} {unquote(parts.path)}", dict(parse_qsl(parts.query)), headers, body, parts.path
            )
            status, document = accord.answer(sent)
            said = (document if isinstance(document, str) else json.dumps(document)).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = do_PUT = do_PATCH = _answer  # noqa: N815  the library's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's name
            """Tests are quiet."""

    with serving(ThreadingHTTPServer(ANYWHERE, Handler)) as url:
        accord = SmallAccord(url)
        yield accord
