"""What plans ask of the ledger, beside `ports`."""

from collections.abc import Collection, Sequence
from typing import Protocol

from accord.domain.plan import PlanLine, Planned
from accord.domain.run import Run
from accord.ports import Page


class Plans(Protocol):
    """The lines of plans, kept for two days. What they say of a person goes when their member is forgotten."""

    def save(self, run: Run, lines: Sequence[PlanLine]) -> None:
        """Over those of the same members, if they have one."""

    def lines(self, run: Run, planned: Planned | None, after: str | None, limit: int) -> Page[PlanLine]:
        """In the order of the members' ids; a page may be shorter than `limit` and still have a next one. Raises
        ValueError for a cursor that no page of this plan gave."""

    def forget(self, run: Run, member_ids: Collection[str]) -> None:
        """What the lines of these members say of a person; that there are lines stays."""
