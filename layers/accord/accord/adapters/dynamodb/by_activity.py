"""The index of what happened, of all members of a connection: its partitions hold an eighth of a week each."""

import zlib
from datetime import UTC, datetime, timedelta

from accord.adapters.dynamodb.items import Item, item, stamp

SHARDS = 8
A_WEEK = timedelta(days=7)


def activity_attributes(connection_id: str, at: datetime, name: str) -> Item:
    """What puts an item into the index; `name` makes it one among those of its moment."""
    place = f"{stamp(at)}#{name}"
    shard = zlib.crc32(place.encode()) % SHARDS
    return item(activity_shard=activity_shard(connection_id, week_of(at), shard), activity_at=place)


def activity_shard(connection_id: str, week: datetime, number: int) -> str:
    return f"ACTIVITY#{connection_id}#{stamp(week)[:10]}#{number}"


def week_of(at: datetime) -> datetime:
    """Its Monday, at midnight in UTC."""
    day = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())
