"""A server of a test's own, on a thread of its own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import HTTPServer

ANYWHERE = ("127.0.0.1", 0)
"""A free port of this machine."""


@contextmanager
def serving(server: HTTPServer) -> Iterator[str]:
    """Its URL; it serves until the context ends, and is closed then."""
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
