"""Everything that the ledger remembers of one audience: the adapter of the port `AudienceMemory`."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from accord.adapters.dynamodb.cursors import read_cursor, written_cursor
from accord.adapters.dynamodb.definition import BY_AUDIENCE
from accord.adapters.dynamodb.items import Item, address_of, address_pk, audience_shard, summary_key
from accord.adapters.dynamodb.table import OnConsumed, Table
from accord.domain.address import Address
from accord.domain.contact import ContactStatus
from accord.ports import Page
from accord.ports.audiences import DIGITS, Marked, Remembered

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

    def remembered(self, audience_id: str, after: str | None, limit: int, digits: str = DIGITS) -> Page[Remembered]:
        """Digit by digit. A page of DynamoDB ends at 1 MB: some six thousand addresses."""
        first, key = digits[0], BEFORE_ALL
        if after is not None:
            first, key = read_cursor(after, "audience", audience_id, 2)
        found: list[Remembered] = []
        start: Item | None = None
        for digit in digits[digits.index(first) :]:
            while True:
                values = {"shard": audience_shard(audience_id, digit), "key": key}
                condition, left = "audience_shard = :shard AND address_key > :key", limit - len(found)
                page, start = self._table.query(condition, values, limit=left, index=BY_AUDIENCE, start=start)
                found += [_remembered(stored) for stored in page]
                if start is None:
                    break
                if len(found) >= limit:
                    return Page(found, written_cursor("audience", audience_id, digit, found[-1].key))
            key, following = BEFORE_ALL, digits[digits.index(digit) + 1 :]
            if len(found) >= limit and following:
                return Page(found, written_cursor("audience", audience_id, following[0], BEFORE_ALL))
        return Page(found, None)

    def summaries(self, audience_id: str, keys: Collection[str]) -> dict[str, Address]:
        """One BatchGetItem per hundred, at half a read unit for each address."""
        wanted = [summary_key(audience_id, key) for key in dict.fromkeys(keys)]
        found = self._table.get_many(wanted, consistent=False)
        known = (address_of(stored["pk"]["S"].removeprefix(address_pk(audience_id, "")), [stored]) for stored in found)
        return {address.key: address for address in known}

    def marks(self, audience_id: str, keys: Collection[str]) -> dict[str, Marked]:
        """As many units as the summaries, of which little is transferred."""
        wanted = [summary_key(audience_id, key) for key in dict.fromkeys(keys)]
        found = self._table.get_many(wanted, consistent=False, only=("address_key", "mark", "origin"))
        known = [stored for stored in found if "address_key" in stored]
        return {each["address_key"]["S"]: Marked(each.get("mark", _NONE)["S"], "origin" in each) for each in known}


_NONE = {"S": ""}


def _remembered(stored: Item) -> Remembered:
    seen = ContactStatus(stored["seen"]["S"]) if "seen" in stored else None
    return Remembered(stored["address_key"]["S"], seen)
