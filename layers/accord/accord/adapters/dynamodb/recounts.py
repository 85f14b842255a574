"""How many members have each status, counted anew: the adapter of the port `Recounts`."""

from accord.adapters.dynamodb import lists
from accord.adapters.dynamodb.definition import BY_STATUS
from accord.adapters.dynamodb.items import INDEX_SHARDS, count_pk, item, status_shard
from accord.adapters.dynamodb.table import Table, update
from accord.domain.reasons import Status


class DynamoDBRecounts:
    """Counts the index by status, which holds keys alone: some 20 members for a read unit."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def recount(self, connection_id: str) -> int:
        """The kept total is read before the members are counted, and the difference is added to it: a change in between
        is counted twice or not at all, and set right the next time."""
        kept = lists.counts(self._table, connection_id)
        wrong = 0
        for status in Status:
            shards = [status_shard(connection_id, status, shard) for shard in range(INDEX_SHARDS)]
            there = sum(self._table.each(self._count, shards))
            if difference := there - kept.get(status, 0):
                wrong += abs(difference)
                key = item(pk=count_pk(connection_id, 0), sk=status.value)
                self._table.write(update(key, "ADD members :change", "", {"change": difference}))
        return wrong

    def _count(self, shard: str) -> int:
        return self._table.count("status_shard = :shard", {"shard": shard}, index=BY_STATUS)
