"""All connections, in the ledger's table: the adapter of the port `Connections`."""

from accord.adapters.dynamodb.connection_items import CONNECTIONS, connection_item, connection_of, listed_item
from accord.adapters.dynamodb.cursors import read_cursor, written_cursor
from accord.adapters.dynamodb.items import (
    settings_key,
)
from accord.adapters.dynamodb.table import Table, put
from accord.domain.connection import Connection
from accord.ports import Page


class DynamoDBConnections:
    """`Connections` over the ledger's table. The list is a partition of its own, which holds the ids alone."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def connection(self, connection_id: str) -> Connection | None:
        """One consistent read."""
        stored = self._table.get(settings_key(connection_id))
        return connection_of(stored) if stored is not None else None

    def create(self, connection: Connection) -> bool:
        """In one transaction with its place in the list."""
        created = connection_item(connection.model_copy(update={"revision": 1}))
        return self._table.transact([put(created, "attribute_not_exists(pk)"), put(listed_item(connection.id))])

    def replace(self, connection: Connection) -> bool:
        """One conditional put."""
        stored = connection_item(connection.model_copy(update={"revision": connection.revision + 1}))
        unread = "attribute_not_exists(revision) AND attribute_exists(pk)"  # as it was before there were revisions
        condition = f"revision = :read OR ({unread})" if connection.revision == 0 else "revision = :read"
        return self._table.write(put(stored, condition, {"read": connection.revision}))

    def page(self, after: str | None, limit: int) -> Page[Connection]:
        """One Query, and one BatchGetItem per hundred."""
        values: dict[str, str | int] = {"pk": CONNECTIONS}
        condition = "pk = :pk"
        if after is not None:
            (values["after"],) = read_cursor(after, "connections", "all", 1)
            condition += " AND sk > :after"
        found, _ = self._table.query(condition, values, limit=limit + 1)
        ids = [entry["sk"]["S"] for entry in found]
        shown = ids[:limit]
        stored = map(connection_of, self._table.get_many(map(settings_key, shown), consistent=True))
        by_id = {connection.id: connection for connection in stored}
        cursor = written_cursor("connections", "all", shown[-1]) if len(ids) > limit else None
        return Page([by_id[each] for each in shown if each in by_id], cursor)
