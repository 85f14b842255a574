"""Operators: a saved segment for each plan or tag, so that a newsletter goes to a part of the audience (C10, A4)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial

from accord.domain.connection import AudienceSetup, Connection, ConnectionState
from accord.errors import Rejected
from accord.ports import Clock, Ledger
from accord.ports.segments import Segments
from accord.usecases.connecting.reach_account import NotNowError, ReachAccount, SettingsRefusedError, refusals_named
from accord.usecases.explain_refusal import FieldError


class By(StrEnum):
    """What a segment is made for."""

    PLAN = "plan"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class SavedSegment:
    """One segment in Mailchimp. `made`: just now; one that was there is taken as it is, people may have changed it."""

    name: str
    value: str
    id: int
    made: bool


@dataclass(frozen=True, slots=True)
class CreatedSegments:
    """What there is now. `left`: the values for which there was no time; ask for them again."""

    segments: tuple[SavedSegment, ...]
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CreateSegments:
    """One call to see what is there, and two for each segment that is not."""

    ledger: Ledger
    reach: ReachAccount
    segments_of: Callable[[str, str], Segments]
    """Of a base URL and a key."""
    clock: Clock

    def __call__(
        self, connection: Connection, by: By, values: Sequence[str] | None, deadline: datetime
    ) -> CreatedSegments:
        """For these values; without any, for all tags that the audience was last seen to have. Raises NotNowError and
        SettingsRefusedError."""
        if connection.state is not ConnectionState.LIVE:
            raise NotNowError(f"Segments are made for a connection that is live; this one is {connection.state.value}.")
        setup = self.ledger.audience_setup(connection.id)
        segments = self.segments_of(connection.api_base_url, self.reach.key(connection))
        if by is By.PLAN:
            wanted = _plans(connection, setup, values, segments)
        else:
            wanted = _tags(connection, setup, values, segments)
        made: list[SavedSegment] = []
        left: list[str] = []
        with refusals_named():
            known = segments.saved_segments(connection.audience_id)
            for place, (value, create) in enumerate(wanted.items()):
                name = f"{by.value.title()}: {value}"
                there = known.get(name.casefold())
                if there is not None:
                    made.append(SavedSegment(name, value, there, made=False))
                elif self.clock.now() >= deadline:
                    left.append(value)
                else:
                    made.append(SavedSegment(name, value, _created(create, name, place), made=True))
        return CreatedSegments(tuple(made), tuple(left))


type _Create = Callable[[str], int]
"""Of a name."""


def _plans(
    connection: Connection, setup: AudienceSetup, values: Sequence[str] | None, segments: Segments
) -> dict[str, _Create]:
    if not values:
        raise SettingsRefusedError(FieldError("values", "must name the plans, as the application says them"))
    tag = connection.mapping.get("plan")
    field = next((each for each in setup.merge_fields if each.tag == tag), None)
    if field is None:
        raise NotNowError("The connection writes plans to no field of the audience: map plan to one, and test it.")

    def create(value: str, name: str) -> int:
        return segments.create_value_segment(connection.audience_id, name, field, value)

    return {value: partial(create, value) for value in values}


def _tags(
    connection: Connection, setup: AudienceSetup, values: Sequence[str] | None, segments: Segments
) -> dict[str, _Create]:
    tags = {name.casefold(): (name, tag_id) for name, tag_id in setup.tags.items()}
    wanted = sorted(setup.tags) if values is None else values
    remedy = (
        "is no tag of the audience as last read; give it to a member, then test the connection, which reads it anew"
    )
    unknown = [
        FieldError(f"values[{place}]", remedy) for place, value in enumerate(wanted) if value.casefold() not in tags
    ]
    if unknown:
        raise SettingsRefusedError(*unknown)

    def create(tag_id: int, name: str) -> int:
        return segments.create_tag_segment(connection.audience_id, name, tag_id)

    found = [tags[value.casefold()] for value in wanted]
    return {name: partial(create, tag_id) for name, tag_id in found}


def _created(create: _Create, name: str, place: int) -> int:
    try:
        return create(name)
    except Rejected as refused:
        message = f"is refused by Mailchimp as a segment ({refused}); leave it out, or make room for more segments"
        raise SettingsRefusedError(FieldError(f"values[{place}]", message)) from refused
