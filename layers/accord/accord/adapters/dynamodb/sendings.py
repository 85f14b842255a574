"""Messages of imports that are under way, in the ledger's table: the adapter of the port `Sendings`."""

from datetime import datetime, timedelta

from accord.adapters.dynamodb.items import Item, item
from accord.adapters.dynamodb.table import Table, put

WAITED_FOR = timedelta(days=1)
MOST = 1000


class DynamoDBSendings:
    """One partition a connection, one item a message, as long as it is under way. It names nobody."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def begun(self, connection_id: str, import_id: str, place: int, lines: int, at: datetime) -> None:
        """One put."""
        expires_at = int((at + WAITED_FOR).timestamp())
        self._table.write(put(_key(connection_id, import_id, place) | item(lines=lines, expires_at=expires_at)))

    def arrived(self, connection_id: str, import_id: str, place: int) -> None:
        """One delete, whether it is there or not."""
        self._table.delete_many([_key(connection_id, import_id, place)])

    def under_way(self, connection_id: str, before: str, at: datetime) -> int:
        """One Query. What has expired may still be there for a while."""
        condition, values = "pk = :pk AND sk < :before", {"pk": _pk(connection_id), "before": before}
        found, _ = self._table.query(condition, values, limit=MOST)
        return sum(int(each["lines"]["N"]) for each in found if int(each["expires_at"]["N"]) > at.timestamp())


def _pk(connection_id: str) -> str:
    return f"SENDING#{connection_id}"


def _key(connection_id: str, import_id: str, place: int) -> Item:
    return item(pk=_pk(connection_id), sk=f"{import_id}#{place:07d}")
