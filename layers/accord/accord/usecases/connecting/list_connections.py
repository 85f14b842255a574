"""All connections, one after the other, for whoever looks at each of them."""

from collections.abc import Iterator

from accord.domain.connection import Connection
from accord.ports.connections import Connections

A_PAGE = 100


def list_connections(connections: Connections) -> Iterator[Connection]:
    """Those that have ended as well; a page is read when it is needed."""
    after: str | None = None
    while True:
        page = connections.page(after, A_PAGE)
        yield from page.items
        after = page.next
        if after is None:
            return
