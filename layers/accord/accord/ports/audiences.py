"""What the work on whole audiences asks of the ledger, beside `ports`: everything it remembers of one."""

from collections.abc import Collection
from typing import NamedTuple, Protocol

from accord.domain.address import Address
from accord.domain.contact import ContactStatus
from accord.ports import Page

DIGITS = "0123456789abcdef"
"""What the key of an address may begin with: evenly spread, since keys are digests."""


class Remembered(NamedTuple):
    """An address of which something was ever seen in an audience: its key, and the contact as last seen."""

    key: str
    seen: ContactStatus | None


class Marked(NamedTuple):
    """How the contact of an address was when it was last compared (Address.mark), and whether it is Accord's."""

    mark: str
    ours: bool


class AudienceMemory(Protocol):
    """All addresses of an audience, without a look at each of them. A change may be seen a moment later."""

    def remembered(self, audience_id: str, after: str | None, limit: int, digits: str = DIGITS) -> Page[Remembered]:
        """Every address once whose key begins with one of the digits, in the order of these. Raises ValueError for a
        cursor that no page of this audience gave."""

    def summaries(self, audience_id: str, keys: Collection[str]) -> dict[str, Address]:
        """Those of which something is known, without their holders."""

    def marks(self, audience_id: str, keys: Collection[str]) -> dict[str, Marked]:
        """Of those of which something is known; without a mark where somebody is still to be told of what was seen."""
