"""Lists out of the ledger's indexes and partitions: what is due, members by status, a history, and their cursors."""

import heapq
import itertools
from collections.abc import Iterator, Sequence
from datetime import datetime

from accord.adapters.dynamodb.cursors import read_cursor, written_cursor
from accord.adapters.dynamodb.definition import BY_DUE, BY_STATUS
from accord.adapters.dynamodb.events import event_of
from accord.adapters.dynamodb.items import (
    ACTIVITY,
    CONSENT,
    COUNT_SHARDS,
    EVENT,
    INDEX_SHARDS,
    MOST_HOLDERS,
    PLAN,
    Item,
    address_of,
    address_pk,
    count_pk,
    due_shard,
    member_pk,
    record_of,
    stamp,
    status_shard,
)
from accord.adapters.dynamodb.table import Table, put
from accord.domain.address import Address
from accord.domain.consent import Statement
from accord.domain.history import Event
from accord.domain.reasons import Status
from accord.domain.record import Record
from accord.ports import Page

STATUSES = tuple(Status)
BEFORE_ALL = "#"
"""Sorts before every stamp."""


def address(table: Table, audience_id: str, key: str) -> Address:
    """One address with its holders: one Query, until all are read or 51 current holders were seen.

    The summary is read first (`SUMMARY` sorts after `HOLDER#`, and the order is descending), so a holder changed
    during the reading makes a later claim fail. Those who left are read on the way, however many they are: an
    opt-out among them counts. With 51 current holders nothing is sent, so what else there is does not matter.
    """
    found: list[Item] = []
    start: Item | None = None
    while True:
        page, start = table.query(
            "pk = :pk", {"pk": address_pk(audience_id, key)}, limit=MOST_HOLDERS + 1, descending=True, start=start
        )
        found += page
        known = address_of(key, found)
        if start is None or len(known.current_holders) >= MOST_HOLDERS:
            return known


def due(table: Table, now: datetime, limit: int, *, urgent: bool) -> list[tuple[str, str]]:
    """Over all shards, the oldest first."""
    condition = "due_shard = :shard AND due_at <= :now"
    names = dict.fromkeys(due_shard(shard, urgent=urgent) for shard in range(INDEX_SHARDS))
    shards = [{"shard": name, "now": stamp(now)} for name in names]
    found = _merged(table, BY_DUE, condition, shards, "due_at", limit)
    return [(entry["connection_id"]["S"], entry["member_id"]["S"]) for entry in found]


def members(table: Table, connection_id: str, status: Status | None, after: str | None, limit: int) -> Page[Record]:
    """Those who have been longest in a status come first; all statuses, one after the other, in the order of `Status`.

    The index follows the table a moment later, so each record is read: one that has another status by now is left
    out of the list of its former one. A page may therefore be shorter than its limit, and still have a next one.
    """
    listed = status.value if status is not None else "all"
    statuses = STATUSES if status is None else (status,)
    begin, since = statuses[0].value, BEFORE_ALL
    if after is not None:
        begin, since = read_cursor(after, "members", listed, 2)
        if begin not in statuses:
            raise ValueError("this cursor is of another list")
    found: list[tuple[str, Item]] = []
    for current in statuses[statuses.index(Status(begin)) :]:
        missing = limit + 1 - len(found)
        if missing <= 0:
            break
        shards = [
            {"shard": status_shard(connection_id, current, shard), "since": since} for shard in range(INDEX_SHARDS)
        ]
        condition = "status_shard = :shard AND status_since > :since"
        found += [
            (current.value, entry) for entry in _merged(table, BY_STATUS, condition, shards, "status_since", missing)
        ]
        since = BEFORE_ALL
    shown = found[:limit]
    # Who got another status between two queries stands in both lists, and no key may be asked for twice.
    keys = {entry["pk"]["S"]: {"pk": entry["pk"], "sk": entry["sk"]} for _, entry in shown}
    records = {stored["pk"]["S"]: record_of(stored) for stored in table.get_many(keys.values(), consistent=False)}
    page = [records[pk] for pk in keys if pk in records]
    cursor = None
    if len(found) > limit:
        last, entry = shown[-1]
        cursor = written_cursor("members", listed, last, entry["status_since"]["S"])
    return Page([record for record in page if status is None or record.status is status], cursor)


def history(table: Table, connection_id: str, member_id: str, after: str | None, limit: int) -> Page[Event]:
    """One descending Query."""
    pk = member_pk(connection_id, member_id)
    start: Item | None = None
    if after is not None:
        (sk,) = read_cursor(after, "history", member_id, 1)
        start = {"pk": {"S": pk}, "sk": {"S": sk}}
    found: list[Item] = []
    while True:  # a page of DynamoDB ends at 1 MB
        page, start = table.query(
            "pk = :pk AND begins_with(sk, :prefix)",
            {"pk": pk, "prefix": EVENT},
            limit=limit + 1 - len(found),
            descending=True,
            start=start,
        )
        found += page
        if start is None or len(found) > limit:
            break
    shown = found[:limit]
    cursor = written_cursor("history", member_id, shown[-1]["sk"]["S"]) if len(found) > limit else None
    return Page([event_of(stored) for stored in shown], cursor)


def forget(table: Table, connection_id: str, member_id: str) -> None:
    """Of statements the proof stays that there was one: what was said, and when, without words and source."""
    pk = member_pk(connection_id, member_id)
    for stored in _all(table, pk, CONSENT):
        said = Statement.model_validate_json(stored["body"]["S"])
        bare = said.model_copy(update={"consent": said.consent.model_copy(update={"source": "", "wording": ""})})
        table.write(put({**stored, "body": {"S": bare.model_dump_json(exclude_defaults=True)}}))
    told = [*_all(table, pk, EVENT), *_all(table, pk, PLAN)]
    table.delete_many({"pk": stored["pk"], "sk": stored["sk"]} for stored in told)
    forget_activity(table, connection_id, member_id)


def forget_activity(table: Table, connection_id: str, member_id: str) -> None:
    """What a member did with campaigns."""
    pk = member_pk(connection_id, member_id)
    table.delete_many({"pk": stored["pk"], "sk": stored["sk"]} for stored in _all(table, pk, ACTIVITY))


def statements(table: Table, connection_id: str, member_id: str) -> list[Statement]:
    """In the order of their keys, which begin with their time."""
    found = _all(table, member_pk(connection_id, member_id), CONSENT)
    return [Statement.model_validate_json(stored["body"]["S"]) for stored in found]


def _all(table: Table, pk: str, prefix: str) -> list[Item]:
    """Every item of a partition whose key begins so."""
    return list(table.all("pk = :pk AND begins_with(sk, :prefix)", {"pk": pk, "prefix": prefix}, a_page=500))


def counts(table: Table, connection_id: str) -> dict[Status, int]:
    """The sum over the shards; a status that nobody has is not in it."""

    def shard(number: int) -> list[Item]:
        return table.query("pk = :pk", {"pk": count_pk(connection_id, number)}, limit=len(STATUSES))[0]

    totals = dict.fromkeys(STATUSES, 0)
    for entry in itertools.chain.from_iterable(table.each(shard, range(COUNT_SHARDS))):
        totals[Status(entry["sk"]["S"])] += int(entry["members"]["N"])
    return {status: total for status, total in totals.items() if total}


def _merged(
    table: Table, index: str, condition: str, shards: Sequence[dict[str, str]], order: str, limit: int
) -> list[Item]:
    """The first entries over all shards of an index. Members are spread evenly, so that twice a shard's part of the
    limit is nearly always enough; a shard that runs dry is asked again."""
    size = 2 * limit // INDEX_SHARDS + 4

    def first(values: dict[str, str]) -> tuple[list[Item], Item | None]:
        return table.query(condition, values, limit=size, index=index)

    def stream(values: dict[str, str], page: tuple[list[Item], Item | None]) -> Iterator[Item]:
        entries, start = page
        yield from entries
        if start is not None:
            yield from table.all(condition, values, a_page=size, index=index, start=start)

    streams = [stream(values, page) for values, page in zip(shards, table.each(first, shards), strict=True)]
    ordered = heapq.merge(*streams, key=lambda entry: entry[order]["S"])
    return list(itertools.islice(ordered, limit))
