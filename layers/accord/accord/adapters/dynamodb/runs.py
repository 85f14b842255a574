"""Runs in the ledger's table: the adapter of the port `Runs`."""

from accord.adapters.dynamodb.cursors import read_cursor, written_cursor
from accord.adapters.dynamodb.items import Item, item
from accord.adapters.dynamodb.table import Table, Write, put, update
from accord.domain.run import Run, RunState
from accord.ports import Page


class DynamoDBRuns:
    """One partition a connection, in the order of time. What a run read and counted is kept without end: it names
    nobody."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def save(self, run: Run) -> None:
        """One put."""
        self._table.write(put(_item(run)))

    def advance(self, run: Run) -> bool:
        """One conditional put."""
        condition = "attribute_not_exists(run_state) OR run_state <> :stopped"
        return self._table.write(put(_item(run), condition, {"stopped": RunState.STOPPED.value}))

    def run(self, connection_id: str, run_id: str) -> Run | None:
        """One consistent read."""
        stored = self._table.get(_key(connection_id, run_id))
        return _run_of(stored) if stored is not None else None

    def page(self, connection_id: str, after: str | None, limit: int) -> Page[Run]:
        """One descending Query."""
        values: dict[str, str | int] = {"pk": _pk(connection_id)}
        condition = "pk = :pk"
        if after is not None:
            (values["before"],) = read_cursor(after, "runs", connection_id, 1)
            condition += " AND sk < :before"
        found, _ = self._table.query(condition, values, limit=limit + 1, descending=True)
        shown = found[:limit]
        cursor = written_cursor("runs", connection_id, shown[-1]["sk"]["S"]) if len(found) > limit else None
        return Page([_run_of(stored) for stored in shown], cursor)


def _pk(connection_id: str) -> str:
    return f"RUN#{connection_id}"


def _key(connection_id: str, run_id: str) -> Item:
    return item(pk=_pk(connection_id), sk=run_id)


def progress_write(connection_id: str, run_id: str, done: int) -> Write:
    """So much more is done of a run, which is saved whole only at its beginning and its end."""
    return update(_key(connection_id, run_id), "ADD progress :done", "attribute_exists(pk)", {"done": done})


def _item(run: Run) -> Item:
    body = run.model_dump_json(exclude_defaults=True)
    return _key(run.connection_id, run.id) | item(body=body, run_state=run.state.value)


def _run_of(stored: Item) -> Run:
    run = Run.model_validate_json(stored["body"]["S"])
    progress = int(stored["progress"]["N"]) if "progress" in stored else 0
    return run.model_copy(update={"done": run.done + progress})
