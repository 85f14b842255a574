"""A small bucket: takes what is put there and gives what it was told to give, to whoever has the URL."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.serving import ANYWHERE, serving


class SmallBucket:
    """`holds` is given out; `put` is what came, with its headers."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.holds: dict[str, bytes] = {}
        self.put: list[tuple[str, bytes, dict[str, str]]] = []
        self.refuses = False


@contextmanager
def small_bucket() -> Iterator[SmallBucket]:
    """Serve on a free port until the context ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            bucket.put.append((self.path, body, {name.lower(): value for name, value in self.headers.items()}))
            self._answer(403 if bucket.refuses else 200, b"")

        def do_GET(self) -> None:
            held = bucket.holds.get(self.path)
            self._answer(200 if held is not None else 403, held or b"")

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's name
            """Tests are quiet."""

    with serving(ThreadingHTTPServer(ANYWHERE, Handler)) as url:
        bucket = SmallBucket(url)
        yield bucket
