"""What saved segments ask of the world, beside `ports`: those of an audience, which stay up to date by themselves."""

from collections.abc import Mapping
from typing import Protocol

from accord.domain.connection import MergeField


class Segments(Protocol):
    """The saved segments of one account. Misconfigured: it does not take the key; Rejected: a segment is refused."""

    def saved_segments(self, audience_id: str) -> Mapping[str, int]:
        """Their ids, by names in small letters: Mailchimp takes `Sauna` and `SAUNA` for one name."""

    def create_value_segment(self, audience_id: str, name: str, field: MergeField, value: str) -> int:
        """The id of a segment of those whose field says so; one of that name that is there is taken as it is."""

    def create_tag_segment(self, audience_id: str, name: str, tag_id: int) -> int:
        """The id of a segment of those who have the tag; likewise."""
