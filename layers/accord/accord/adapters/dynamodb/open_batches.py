"""Batches whose results are still to be fetched, in the ledger's table: the adapter of the port `OpenBatches`."""

from datetime import timedelta

from accord.adapters.dynamodb.items import Item, item
from accord.adapters.dynamodb.table import Table, put
from accord.ports.batches import OpenBatch

PARTITION = "BATCHES"
"""One for all: there are as many as large sets of updates are under way, and one write begins each."""
KEPT = timedelta(days=7)
A_QUERY = 100


class DynamoDBOpenBatches:
    """One item a batch."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def save(self, batch: OpenBatch) -> None:
        """One put."""
        expires_at = int((batch.stop_at + KEPT).timestamp())
        self._table.write(put(_key(batch) | item(body=batch.model_dump_json(), expires_at=expires_at)))

    def all(self) -> list[OpenBatch]:
        """One Query, of half a read unit where there is none."""
        found = self._table.all("pk = :pk", {"pk": PARTITION}, a_page=A_QUERY)
        batches = [OpenBatch.model_validate_json(stored["body"]["S"]) for stored in found]
        return sorted(batches, key=lambda batch: batch.stop_at)

    def close(self, batch: OpenBatch) -> None:
        """One delete."""
        self._table.delete_many([_key(batch)])


def _key(batch: OpenBatch) -> Item:
    return item(pk=PARTITION, sk=f"{batch.connection_id}#{batch.id}")
