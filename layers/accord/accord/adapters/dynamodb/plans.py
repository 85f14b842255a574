"""The lines of plans, in the ledger's table: the adapter of the port `Plans`."""

import json
from collections.abc import Collection, Sequence
from typing import Any

from accord.adapters.dynamodb.cursors import read_cursor, written_cursor
from accord.adapters.dynamodb.items import PLAN, Item, item, member_pk
from accord.adapters.dynamodb.table import Table
from accord.domain.plan import KEPT, PlanLine, Planned
from accord.domain.run import Run
from accord.ports import Page

BEFORE_ALL = "#"
"""Sorts before the id of every member."""
VALUES = ("changes", "add_tags", "remove_tags", "change", "order")
"""What of a line says anything of the person: kept with the member's own items, so that an erasure meets it."""


class DynamoDBPlans:
    """One partition a plan, one item a member; where it has values, another one in the member's own partition, which
    goes with the member's history. All of them expire by themselves."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def save(self, run: Run, lines: Sequence[PlanLine]) -> None:
        """One BatchWriteItem per 25 lines, and another one for their values."""
        expires_at = int((run.at + KEPT).timestamp())
        self._table.put_many(
            _values_key(run, line.member_id) | item(body=values, expires_at=expires_at)
            for line in lines
            if (values := line.model_dump_json(include=set(VALUES), exclude_defaults=True)) != "{}"
        )
        self._table.put_many(
            item(
                pk=_pk(run),
                sk=line.member_id,
                body=line.model_dump_json(exclude=set(VALUES), exclude_defaults=True),
                valued=int(any(getattr(line, name) for name in VALUES)),
                expires_at=expires_at,
            )
            for line in lines
        )

    def lines(self, run: Run, planned: Planned | None, after: str | None, limit: int) -> Page[PlanLine]:
        """One Query, whatever the lines are; those of another kind are left out of what it gives. One BatchGetItem per
        hundred with values."""
        begin = BEFORE_ALL if after is None else read_cursor(after, "plan", run.id, 1)[0]
        values = {"pk": _pk(run), "after": begin}
        found, more = self._table.query("pk = :pk AND sk > :after", values, limit=limit)
        cursor = written_cursor("plan", run.id, found[-1]["sk"]["S"]) if more is not None and found else None
        valued = [_values_key(run, stored["sk"]["S"]) for stored in found if int(stored["valued"]["N"])]
        known = {each["pk"]["S"]: each["body"]["S"] for each in self._table.get_many(valued, consistent=True)}
        lines = [_line_of(stored, known.get(member_pk(run.connection_id, stored["sk"]["S"]))) for stored in found]
        return Page([line for line in lines if planned in {None, line.planned}], cursor)

    def forget(self, run: Run, member_ids: Collection[str]) -> None:
        """One BatchWriteItem per 25."""
        self._table.delete_many(_values_key(run, member_id) for member_id in member_ids)


def _pk(run: Run) -> str:
    return f"PLAN#{run.connection_id}#{run.id}"


def _values_key(run: Run, member_id: str) -> Item:
    return item(pk=member_pk(run.connection_id, member_id), sk=f"{PLAN}{run.id}")


def _line_of(stored: Item, values: str | None) -> PlanLine:
    line: dict[str, Any] = json.loads(stored["body"]["S"])
    return PlanLine.model_validate_json(json.dumps(line | json.loads(values or "{}")))
