"""What the work on whole audiences asks of the ledger, beside `ports`: everything it remembers of one."""

from collections.abc import Collection
from typing import NamedTuple, Protocol

from accord.domain.address import Address
from accord.domain.contact import ContactStatus
from accord.ports import Page


class Remembered(NamedTuple):
    """An address of which something was ever seen in an audience: its key, and the contact as last seen."""

    key: str
    seen: ContactStatus | None


class AudienceMemory(Protocol):
    """All addresses of an audience, without a look at each of them."""

    def remembered(self, audience_id: str, after: str | None, limit: int) -> Page[Remembered]:
        """Every address once, in no order that means anything. A change may be seen a moment later. Raises ValueError
        for a cursor that no page of this audience gave."""

    def summaries(self, audience_id: str, keys: Collection[str]) -> dict[str, Address]:
        """Those of which something is known, without their holders; a change may be seen a moment later."""
