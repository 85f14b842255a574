"""The lines of plans, in the ledger's table: the adapter of the port `Plans`."""

from collections.abc import Sequence

from accord.adapters.dynamodb.cursors import read_cursor, written_cursor
from accord.adapters.dynamodb.items import Item, item
from accord.adapters.dynamodb.table import Table
from accord.domain.plan import KEPT, PlanLine, Planned
from accord.domain.run import Run
from accord.ports import Page

BEFORE_ALL = "#"
"""Sorts before the id of every member."""


class DynamoDBPlans:
    """One partition a plan, one item a member. They expire by themselves: they hold what contacts show."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def save(self, run: Run, lines: Sequence[PlanLine]) -> None:
        """One BatchWriteItem per 25."""
        expires_at = int((run.at + KEPT).timestamp())
        self._table.put_many(
            item(
                pk=_pk(run), sk=line.member_id, body=line.model_dump_json(exclude_defaults=True), expires_at=expires_at
            )
            for line in lines
        )

    def lines(self, run: Run, planned: Planned | None, after: str | None, limit: int) -> Page[PlanLine]:
        """One Query, whatever the lines are; those of another kind are left out of what it gives."""
        begin = BEFORE_ALL if after is None else read_cursor(after, "plan", run.id, 1)[0]
        values = {"pk": _pk(run), "after": begin}
        found, more = self._table.query("pk = :pk AND sk > :after", values, limit=limit)
        cursor = written_cursor("plan", run.id, found[-1]["sk"]["S"]) if more is not None and found else None
        lines = [_line_of(stored) for stored in found]
        return Page([line for line in lines if planned in {None, line.planned}], cursor)


def _pk(run: Run) -> str:
    return f"PLAN#{run.connection_id}#{run.id}"


def _line_of(stored: Item) -> PlanLine:
    return PlanLine.model_validate_json(stored["body"]["S"])
