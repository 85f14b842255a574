"""The lines of plans in memory."""

from collections.abc import Collection, Sequence

from accord.domain.plan import PlanLine, Planned
from accord.domain.run import Run
from accord.ports import Page


class FakePlans:
    """`Plans` in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], dict[str, PlanLine]] = {}

    def save(self, run: Run, lines: Sequence[PlanLine]) -> None:
        self.kept.setdefault((run.connection_id, run.id), {}).update({line.member_id: line for line in lines})

    def lines(self, run: Run, planned: Planned | None, after: str | None, limit: int) -> Page[PlanLine]:
        if after is not None and not after.startswith("after "):
            raise ValueError("this is no cursor of a plan")
        kept = self.kept.get((run.connection_id, run.id), {})
        ids = sorted(each for each in kept if after is None or each > after.removeprefix("after "))
        found = [kept[each] for each in ids[:limit]]
        cursor = f"after {ids[limit - 1]}" if len(ids) > limit else None
        return Page([line for line in found if planned in {None, line.planned}], cursor)

    def forget(self, run: Run, member_ids: Collection[str]) -> None:
        kept = self.kept.get((run.connection_id, run.id), {})
        bare = {"changes": (), "add_tags": (), "remove_tags": (), "change": None}
        kept.update({each: kept[each].model_copy(update=bare) for each in member_ids if each in kept})
