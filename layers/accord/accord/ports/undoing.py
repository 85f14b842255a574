"""What undoing asks of the ledger, beside `ports`: what was there before the writes of runs."""

from collections.abc import Sequence
from typing import Protocol

from accord.domain.before_image import BeforeImage
from accord.ports import Page


class Images(Protocol):
    """Before-images, kept for some weeks, or until the member is erased."""

    def save(self, connection_id: str, images: Sequence[BeforeImage]) -> None:
        """Over those of the same ids."""

    def of_run(self, connection_id: str, run_id: str, after: str | None, limit: int) -> Page[BeforeImage]:
        """All of a member one after the other on one page, in the order of their ids; a page may have more or fewer
        than `limit`. What was saved a moment ago may not be there yet. Raises ValueError for a cursor that no page of
        this run gave."""

    def forget(self, connection_id: str, member_id: str) -> None:
        """Of the member's images nothing is left but that they were (BeforeImage.bare)."""
