"""What the pages of a run showed, in the ledger's table: the adapter of the port `Sweeps`."""

import base64
from collections.abc import Iterator
from datetime import timedelta

from accord.adapters.dynamodb.items import Item, item
from accord.adapters.dynamodb.runs import progress_write
from accord.adapters.dynamodb.table import Table, put
from accord.domain.run import Run
from accord.domain.sweep import Found, PagePlace, PageRead

KEPT = timedelta(days=7)
DIGITS = 16
"""Of a key, hexadecimal: 64 bits tell the contacts of one audience apart."""
A_QUERY = 50
"""Pages in one Query: each has some 11 KB."""


class DynamoDBSweeps:
    """One partition a run, one item a page."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def save(self, run: Run, page: PageRead) -> None:
        """One transaction: the page, if it is not there, and the progress of the run."""
        body = page.model_dump_json(exclude={"keys"})
        expires_at = int((run.at + KEPT).timestamp())
        stored = _key(run, page.place) | item(body=body, shown=_packed(page.keys), expires_at=expires_at)
        new = put(stored, "attribute_not_exists(pk)")
        self._table.transact([new, progress_write(run.connection_id, run.id, page.counts[Found.READ])])

    def page(self, run: Run, place: PagePlace) -> PageRead | None:
        """One consistent read."""
        stored = self._table.get(_key(run, place))
        return _page_of(stored) if stored is not None else None

    def pages(self, run: Run) -> Iterator[PageRead]:
        """In the order of their places, fifty in one Query."""
        return map(_page_of, self._table.all("pk = :pk", {"pk": _pk(run)}, a_page=A_QUERY))


def _pk(run: Run) -> str:
    return f"SWEEP#{run.connection_id}#{run.id}"


def _key(run: Run, place: PagePlace) -> Item:
    return item(pk=_pk(run), sk=f"PAGE#{place.id}")


def _packed(keys: tuple[str, ...]) -> str:
    return base64.b64encode(bytes.fromhex("".join(key[:DIGITS] for key in keys))).decode()


def _page_of(stored: Item) -> PageRead:
    """With the beginnings of the keys, which is as much as is kept of them."""
    text = base64.b64decode(stored["shown"]["S"]).hex()
    keys = tuple(text[at : at + DIGITS] for at in range(0, len(text), DIGITS))
    return PageRead.model_validate_json(stored["body"]["S"]).model_copy(update={"keys": keys})
