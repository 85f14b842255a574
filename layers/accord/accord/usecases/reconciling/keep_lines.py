"""Lines of a plan -> ledger; what they say of somebody who was erased meanwhile is not kept."""

from collections.abc import Sequence

from accord.domain.plan import PlanLine
from accord.domain.record import Presence
from accord.domain.run import Run
from accord.ports import Ledger
from accord.ports.planning import Plans


def keep_lines(ledger: Ledger, plans: Plans, run: Run, lines: Sequence[PlanLine]) -> None:
    """Members are looked at once more after that: who is erased later than this is forgotten with their lines."""
    if not lines:
        return
    plans.save(run, lines)
    records = ledger.records(run.connection_id, [line.member_id for line in lines])
    if erased := [record.member_id for record in records.values() if record.presence is Presence.ERASED]:
        plans.forget(run, erased)
