"""Before-images in the ledger's table: the adapter of the port `Images`."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import groupby

from accord.adapters.dynamodb.cursors import read_cursor, written_cursor
from accord.adapters.dynamodb.definition import BY_STATUS
from accord.adapters.dynamodb.items import INDEX_SHARDS, Item, item, member_pk, shard_of
from accord.adapters.dynamodb.table import Table
from accord.domain.before_image import BeforeImage
from accord.ports import Page

IMAGE = "IMAGE#"
AT_ONCE = 100
BEFORE_ALL = "#"
"""Sorts before the id of every member."""


class DynamoDBImages:
    """An item each among those of its member, so that an erasure finds them, and in the index `by_status` by run. They
    expire by themselves."""

    def __init__(self, table: Table, kept: timedelta) -> None:
        self._table = table
        self._kept = kept

    def save(self, connection_id: str, images: Sequence[BeforeImage]) -> None:
        """One BatchWriteItem per 25."""
        self._table.put_many(self._item(connection_id, image) for image in images)

    def of_run(self, connection_id: str, run_id: str, after: str | None, limit: int) -> Page[BeforeImage]:
        """One Query a shard until the page is full, and one BatchGetItem per hundred; a member goes on to its end."""
        shard, place = 0, BEFORE_ALL
        if after is not None:
            number, place = read_cursor(after, "images", run_id, 2)
            shard = int(number)
        found: list[BeforeImage] = []
        cursor: str | None = None
        for current in range(shard, INDEX_SHARDS):
            for member_id, entries in groupby(self._entries(connection_id, run_id, current, place), _member_of):
                if len(found) >= limit:
                    return Page(found, cursor)
                found += self._whole(list(entries))
                cursor = written_cursor("images", run_id, str(current), f"{member_id}#~")
            place = BEFORE_ALL
        return Page(found, None)

    def forget(self, connection_id: str, member_id: str) -> None:
        """One Query, and a put for each."""
        bare = [_image_of(stored).bare for stored in self._of_member(connection_id, member_id)]
        self.save(connection_id, bare)

    def _of_member(self, connection_id: str, member_id: str) -> Iterator[Item]:
        values = {"pk": member_pk(connection_id, member_id), "prefix": IMAGE}
        return self._table.all("pk = :pk AND begins_with(sk, :prefix)", values, a_page=AT_ONCE)

    def _entries(self, connection_id: str, run_id: str, shard: int, after: str) -> Iterator[Item]:
        values = {"shard": _shard(connection_id, run_id, shard), "after": after}
        condition = "status_shard = :shard AND status_since > :after"
        return self._table.all(condition, values, a_page=AT_ONCE, index=BY_STATUS)

    def _whole(self, entries: Sequence[Item]) -> list[BeforeImage]:
        keys = [{"pk": entry["pk"], "sk": entry["sk"]} for entry in entries]
        return sorted(map(_image_of, self._table.get_many(keys, consistent=True)), key=lambda image: image.id)

    def _item(self, connection_id: str, image: BeforeImage) -> Item:
        shard = shard_of(connection_id, image.member_id)
        return item(
            pk=member_pk(connection_id, image.member_id),
            sk=f"{IMAGE}{image.run_id}#{image.id}",
            status_shard=_shard(connection_id, image.run_id, shard),
            status_since=f"{image.member_id}#{image.id}",
            body=image.model_dump_json(exclude_defaults=True),
            expires_at=int((image.at + self._kept).timestamp()),
        )


def _shard(connection_id: str, run_id: str, shard: int) -> str:
    return f"IMAGES#{connection_id}#{run_id}#{shard}"


def _member_of(entry: Item) -> str:
    return entry["status_since"]["S"].partition("#")[0]


def _image_of(stored: Item) -> BeforeImage:
    return BeforeImage.model_validate_json(stored["body"]["S"])
