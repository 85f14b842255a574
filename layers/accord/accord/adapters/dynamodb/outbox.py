"""Notices that are still to be sent: they lie in the feed, and in the index of what is due."""

import itertools
from collections.abc import Sequence
from datetime import datetime

from accord.adapters.dynamodb.definition import BY_DUE
from accord.adapters.dynamodb.feed import NOTICE_SHARDS, feed_item, notice_shard
from accord.adapters.dynamodb.items import item, stamp
from accord.adapters.dynamodb.table import Table, put, update
from accord.domain.notice import DeliveryState, Notice
from accord.ports import Delivery, QueuedNotice


class DynamoDBOutbox:
    """`Outbox` over the ledger's table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def due_notices(self, now: datetime, limit: int) -> list[QueuedNotice]:
        """A query a shard, of an index that follows the table a moment later."""

        def shard(number: int) -> list[QueuedNotice]:
            values = {"shard": notice_shard(number), "now": stamp(now)}
            found, _ = self._table.query("due_shard = :shard AND due_at <= :now", values, limit=limit, index=BY_DUE)
            return [
                QueuedNotice(entry["connection_id"]["S"], f"{entry['pk']['S']}|{entry['sk']['S']}") for entry in found
            ]

        return list(itertools.chain.from_iterable(self._table.each(shard, range(NOTICE_SHARDS))))[:limit]

    def postpone_notices(self, notices: Sequence[QueuedNotice], due_at: datetime) -> None:
        """One conditional update each; one that is sent by now stays so."""
        writes = [
            update(_key(notice.key), "SET due_at = :due", "attribute_exists(due_at)", {"due": stamp(due_at)})
            for notice in notices
        ]
        self._table.each(self._table.write, writes)

    def add_notice(self, connection_id: str, notice: Notice, *, notify: bool) -> None:
        """One conditional put: what is there may be on its way."""
        self._table.write(put(feed_item(connection_id, notice, notify=notify), "attribute_not_exists(pk)"))

    def delivery(self, queued: QueuedNotice) -> Delivery | None:
        """One consistent read."""
        stored = self._table.get(_key(queued.key))
        if stored is None or stored.get("delivery", {}).get("S") != DeliveryState.WAITING:
            return None
        notice = Notice.model_validate_json(stored["body"]["S"])
        return Delivery(queued.key, notice, int(stored["attempts"]["N"]))

    def record_delivery(self, delivery: Delivery, state: DeliveryState, answer: str, due_at: datetime | None) -> None:
        """One update; it counts the try."""
        values: dict[str, str | int] = {"state": state.value, "answer": answer, "one": 1}
        change = "SET delivery = :state, answer = :answer"
        if due_at is None:
            change += " REMOVE due_at, due_shard"
        else:
            change += ", due_at = :due"
            values["due"] = stamp(due_at)
        self._table.write(update(_key(delivery.key), f"{change} ADD attempts :one", "attribute_exists(pk)", values))


def _key(key: str) -> dict[str, dict[str, str]]:
    pk, _, sk = key.partition("|")
    return item(pk=pk, sk=sk)
