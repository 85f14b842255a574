"""The lines of members' histories as items; those that the list itself tells stand in the index of all activity too."""

import hashlib
from datetime import timedelta

from accord.adapters.dynamodb.by_activity import activity_attributes
from accord.adapters.dynamodb.items import EVENT, Item, item, member_pk
from accord.domain.changes import Arrived, OrderBy
from accord.domain.history import Event


def event_item(connection_id: str, event: Event, kept: timedelta) -> Item:
    line = item(
        pk=member_pk(connection_id, event.member_id),
        sk=f"{EVENT}{event.id}",
        body=event.model_dump_json(exclude_defaults=True),
        expires_at=int((event.at + kept).timestamp()),
    )
    if not event.changes_list:
        return line
    return line | activity_attributes(connection_id, event.at, f"{event.id}#{event.member_id}")


def event_of(stored: Item) -> Event:
    return Event.model_validate_json(stored["body"]["S"])


def superseded_event(arrived: Arrived) -> Event:
    """The line in the history for a change that came too late. The same change gives the same line."""
    digest = hashlib.sha256(arrived.model_dump_json().encode()).hexdigest()[:12]
    return Event(
        member_id=arrived.change.id,
        at=arrived.received_at,
        id=f"{arrived.received_at.isoformat(timespec='microseconds')}#superseded-{digest}",
        kind="superseded",
        version=arrived.shown_version(OrderBy.OCCURRED_AT),
        cause=arrived.cause,
    )
