"""What groups ask of the world, beside `ports`: interests that people choose among in the audience's own forms."""

from collections.abc import Sequence
from typing import Protocol

from accord.domain.connection import Interest


class Groups(Protocol):
    """The groups of one account. Misconfigured: it does not take the key; Rejected: a group is refused."""

    def create_group(self, audience_id: str, category: str, names: Sequence[str]) -> tuple[Interest, ...]:
        """All interests of the category; those that are there stay, whatever the case of their names."""
