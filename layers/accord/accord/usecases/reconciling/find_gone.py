"""Ledger against the pages that were read: the addresses whose contact is known and was in none of them."""

import json
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from accord.domain.address import Address
from accord.domain.connection import Connection
from accord.domain.run import Run
from accord.domain.sweep import PageRead
from accord.ports import Ledger
from accord.ports.audiences import DIGITS, AudienceMemory
from accord.ports.reconciling import Sweeps

AT_ONCE = 250_000
"""Keys of contacts that are held in memory at a time, eight bytes each; of larger audiences part by part."""
A_LIST = 1000


@dataclass(frozen=True, slots=True)
class FindGone:
    """Nothing is written, and Mailchimp is not asked."""

    ledger: Ledger
    memory: AudienceMemory
    sweeps: Sweeps

    def __call__(self, connection: Connection, run: Run, cursor: str | None) -> Iterator[tuple[list[Address], str]]:
        """List by list, each with the cursor after it. A contact that was made, moved or erased since the run began is
        not among them: who did that has seen it. Nor is one that a later attempt of ours has in hand."""
        parts = min(len(DIGITS), max(1, -(-(run.total or 0) // AT_ONCE)))
        begin, after = json.loads(cursor) if cursor is not None else (0, None)
        for part in range(begin, parts):
            digits = DIGITS[part::parts]
            shown = _shown(self.sweeps.pages(run), digits)
            while True:
                page = self.memory.remembered(connection.audience_id, after, A_LIST, digits)
                unseen = [entry.key for entry in page.items if entry.seen is not None and not _holds(shown, entry.key)]
                after = page.next
                place = [part, after] if after is not None else [part + 1, None]
                yield self._known(connection, run, unseen), json.dumps(place)
                if after is None:
                    break

    def _known(self, connection: Connection, run: Run, keys: list[str]) -> list[Address]:
        addresses = self.ledger.addresses(connection.audience_id, keys) if keys else {}
        known = (address for address in addresses.values() if address.seen is not None)
        return [address for address in known if address.seen_at is None or address.seen_at < run.at]


def _shown(pages: Iterator[PageRead], digits: str) -> "array[int]":
    """The keys of all pages that begin with one of the digits, in order: their first 64 bits tell them apart."""
    shown = array("Q")
    for page in pages:
        shown.extend(int(key[:16], 16) for key in page.keys if key[0] in digits)
    return array("Q", sorted(shown))


def _holds(shown: "array[int]", key: str) -> bool:
    number = int(key[:16], 16)
    place = bisect_left(shown, number)
    return place < len(shown) and shown[place] == number
