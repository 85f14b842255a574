"""Lines of an undo -> ledger: what is to be put back is ordered, member by member; the worker decides and does it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from accord.domain.connection import Connection
from accord.domain.folding import Intent
from accord.domain.history import Cause, CauseKind
from accord.domain.plan import PlanLine
from accord.domain.run import Run
from accord.domain.undoing import ordered
from accord.ports import ChangeQueue, Clock, Ledger
from accord.usecases.settling.gather_due import send_due


@dataclass(frozen=True, slots=True)
class OrderUndo:
    """Only over exactly the record that the plan was made from: who was changed or told of since is left out."""

    ledger: Ledger
    bulk: ChangeQueue
    clock: Clock
    offered_again: timedelta

    def __call__(self, connection: Connection, run: Run, lines: Sequence[PlanLine]) -> set[str]:
        """The members for whom it is ordered, or was before by the same run. Raises Retryable; again does no harm."""
        now = self.clock.now()
        records = self.ledger.records(connection.id, [line.member_id for line in lines]) if lines else {}
        before = {id_ for id_, record in records.items() if record.run == run.id}
        cause, due_at = Cause(kind=CauseKind.UNDO, at=now, detail=run.undoes, run=run.id), now + self.offered_again
        same = [line for line in lines if line.member_id in records.keys() - before]
        same = [line for line in same if records[line.member_id].revision == line.revision]
        orders = {line.member_id: line.order for line in same if line.order is not None}
        wanted = [ordered(records[id_], order, cause, due_at) for id_, order in orders.items()]
        intents = [Intent(record, (), (), (), material=True) for record in wanted]
        lost = self.ledger.save_intents(connection.audience_id, intents) if intents else set[str]()
        if due := [id_ for id_ in orders if id_ not in lost]:
            send_due(self.bulk, connection.id, due)
        return {*before, *due}
