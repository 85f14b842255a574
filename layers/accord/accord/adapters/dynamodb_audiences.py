"""Everything that the ledger remembers of one audience: the adapter of the port `AudienceMemory`."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from accord.adapters.dynamodb_cursors import read_cursor, written_cursor
from accord.adapters.dynamodb_items import (
    BY_AUDIENCE,
    INDEX_SHARDS,
    Item,
    address_of,
    address_pk,
    audience_shard,
    summary_key,
)
from accord.adapters.dynamodb_table import OnConsumed, Table
from accord.domain.address import Address
from accord.domain.contact import ContactStatus
from accord.ports import Page
from accord.ports.audiences import Remembered

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BEFORE_ALL = "#"
"""Sorts before every key of an address."""


class DynamoDBAudienceMemory:
    """One index of the table, and its summaries by a hundred; see `DynamoDBLedger` for the arguments."""

    def __init__(
        self, client: "DynamoDBClient", table_name: str, *, workers: int = 8, on_consumed: OnConsumed | None = None
    ) -> None:
        self._table = Table(client, table_name, workers, on_consumed)

    def remembered(self, audience_id: str, after: str | None, limit: int) -> Page[Remembered]:
        """Shard by shard. A page of DynamoDB ends at 1 MB: some ten thousand addresses."""
        shard, key = 0, BEFORE_ALL
        if after is not None:
            number, key = read_cursor(after, "audience", audience_id, 2)
            shard = int(number)
        found: list[Remembered] = []
        start: Item | None = None
        while True:
            values = {"shard": audience_shard(audience_id, shard), "key": key}
            condition = "audience_shard = :shard AND address_key > :key"
            page, start = self._table.query(condition, values, limit=limit - len(found), index=BY_AUDIENCE, start=start)
            found += [_remembered(stored) for stored in page]
            if start is None:
                shard, key = shard + 1, BEFORE_ALL
                if shard == INDEX_SHARDS:
                    return Page(found, None)
            if len(found) >= limit:
                last = BEFORE_ALL if start is None else found[-1].key
                return Page(found, written_cursor("audience", audience_id, str(shard), last))

    def summaries(self, audience_id: str, keys: Collection[str]) -> dict[str, Address]:
        """One BatchGetItem per hundred, at half a read unit for each address."""
        wanted = [summary_key(audience_id, key) for key in dict.fromkeys(keys)]
        found = self._table.get_many(wanted, consistent=False)
        known = (address_of(stored["pk"]["S"].removeprefix(address_pk(audience_id, "")), [stored]) for stored in found)
        return {address.key: address for address in known}


def _remembered(stored: Item) -> Remembered:
    seen = ContactStatus(stored["seen"]["S"]) if "seen" in stored else None
    return Remembered(stored["address_key"]["S"], seen)
