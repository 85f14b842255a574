"""The notice feed: one partition a connection, day and shard, read in the order in which Accord knew."""

import heapq
import itertools
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from accord.adapters.dynamodb.cursors import read_cursor, written_cursor
from accord.adapters.dynamodb.items import Item, item, stamp
from accord.adapters.dynamodb.table import Table
from accord.domain.notice import DeliveryState, Notice
from accord.ports import Page

FEED_SHARDS = 8
NOTICE_SHARDS = 4
FEED_KEPT = timedelta(days=35)


def notice_shard(number: int) -> str:
    """A shard of the index of what is due that holds notices, apart from members."""
    return f"NOTICE#{number}"


def feed_item(connection_id: str, notice: Notice, *, notify: bool = False) -> Item:
    """A notice for those who poll; with `notify` one that is also to be sent, at once."""
    shard = zlib.crc32(notice.id.encode()) % FEED_SHARDS
    to_send: dict[str, str | int | None] = {
        "connection_id": connection_id,
        "member_id": notice.member_id,
        "delivery": DeliveryState.WAITING.value,
        "attempts": 0,
        "due_shard": notice_shard(shard % NOTICE_SHARDS),
        "due_at": stamp(notice.at),
    }
    return item(
        **(to_send if notify else {}),
        pk=_pk(connection_id, notice.at, shard),
        sk=f"{stamp(notice.at)}#{notice.id}",
        body=notice.model_dump_json(exclude_defaults=True),
        expires_at=int((notice.at + FEED_KEPT).timestamp()),
    )


def notices(table: Table, connection_id: str, after: str | None, until: datetime, limit: int) -> Page[Notice]:
    """The notices known by `until`, the oldest first: eight queries for each day since the cursor. `next` is always
    there: it leads on, also from an empty page.

    Raises ValueError for a cursor that is not of this feed.
    """
    oldest, end = stamp(until - FEED_KEPT), stamp(until)
    begin = oldest if after is None else max(oldest, *read_cursor(after, "feed", connection_id, 1))
    day = datetime.fromisoformat(begin[:10]).replace(tzinfo=UTC)
    found: list[Item] = []
    while stamp(day) <= end and len(found) < limit:
        found += itertools.islice(_day(table, connection_id, day, begin, end, limit), limit - len(found))
        day += timedelta(days=1)
    reached = found[-1]["sk"]["S"] if len(found) == limit else max(begin, end)
    shown = [Notice.model_validate_json(entry["body"]["S"]) for entry in found]
    return Page(shown, written_cursor("feed", connection_id, reached))


def _day(table: Table, connection_id: str, day: datetime, begin: str, end: str, limit: int) -> Iterator[Item]:
    """One day's notices after `begin`, of all shards, in order."""

    def first(shard: int) -> list[Item]:
        values = {"pk": _pk(connection_id, day, shard), "low": f"{begin}\x01", "high": end}
        return table.query("pk = :pk AND sk BETWEEN :low AND :high", values, limit=limit)[0]

    if f"{begin}\x01" > end:
        return iter(())
    return heapq.merge(*table.each(first, range(FEED_SHARDS)), key=lambda entry: entry["sk"]["S"])


def _pk(connection_id: str, at: datetime, shard: int) -> str:
    return f"FEED#{connection_id}#{stamp(at)[:10]}#{shard}"
