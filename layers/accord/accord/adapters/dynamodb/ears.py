"""How much Mailchimp's webhooks told, in the ledger's table: the adapter of the port `Ears`."""

from accord.adapters.dynamodb.items import Item, item
from accord.adapters.dynamodb.table import Table, update


class DynamoDBEars:
    """One item a connection."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def heard(self, connection_id: str, events: int) -> None:
        """One ADD."""
        self._table.write(update(_key(connection_id), "ADD heard :events", values={"events": events}))

    def taken(self, connection_id: str) -> int:
        """Read and deleted in one."""
        stored = self._table.take(_key(connection_id))
        return int(stored["heard"]["N"]) if stored is not None else 0


def _key(connection_id: str) -> Item:
    return item(pk=f"HEARD#{connection_id}", sk="WEBHOOK")
