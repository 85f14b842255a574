"""`connection-steps` -> ledger: the members of an approved reconfirmation are made due, until everybody was asked.

What is asked, and whether at all, is decided with each member (domain/reconfirming.py) and done by `sync_members`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from accord.domain.connection import Connection, ConnectionState, Reconfirmation, Whom
from accord.domain.folding import Intent
from accord.domain.reconfirming import Proof, called, proof_of, proves, to_ask
from accord.domain.record import Record
from accord.domain.run import Run, RunState
from accord.ports import ChangeQueue, Clock, Ledger, QueuedChanges
from accord.ports.tending import Place, QueuedStep, Runs, StepQueue
from accord.usecases.settling.member_work import MemberWork

A_PAGE = 500
SOONEST, LATEST = 10, 900
"""Seconds between two passes over all members: the longer it takes, the rarer they are."""
WAITING = "waiting"
"""How a run counts those who are still to be asked; the others are counted by their status."""


@dataclass(frozen=True, slots=True)
class CallUpMembers:
    """Passes over all members: the list is ordered by status, and who changes theirs on the way may be missed once.
    Whoever a pass finds is called up once; a step that comes twice does no harm."""

    ledger: Ledger
    runs: Runs
    steps: StepQueue
    bulk_queue: ChangeQueue
    clock: Clock
    offered_again: timedelta

    def __call__(self, connection: Connection, run: Run, queued: QueuedStep, deadline: datetime) -> None:
        """As much of one pass as the time allows; the next part, or the next pass, is queued."""
        approved, after = connection.reconfirmation, queued.place.cursor
        if approved is None or approved.id != run.id or connection.state is ConnectionState.DISCONNECTED:
            self._end(run, RunState.FAILED, detail="the connection was changed meanwhile")
            return
        counts = Counter(run.counts if after is not None else {})
        called_up = run.total or 0
        while True:
            page = self.ledger.members(connection.id, None, after, A_PAGE)
            called_up += self._call_up(connection, approved, page.items, counts)
            after = page.next
            if after is None:
                break
            if self.clock.now() >= deadline:
                self.runs.save(run.model_copy(update={"counts": dict(counts), "total": called_up}))
                self.steps.send(replace(queued, place=Place(cursor=after)))
                return
        if counts[WAITING]:
            done = max(called_up - counts[WAITING], 0)
            self.runs.save(run.model_copy(update={"counts": dict(counts), "done": done, "total": called_up}))
            self.steps.send(replace(queued, place=Place()), self._pause(approved))
            return
        asked = counts.total()
        self._end(run.model_copy(update={"counts": dict(+counts), "done": asked, "total": asked}), RunState.DONE)

    def _call_up(
        self, connection: Connection, approved: Reconfirmation, records: Sequence[Record], counts: Counter[str]
    ) -> int:
        """How many of a page are newly called up; `counts` grows by everybody whom the reconfirmation concerns."""
        now = self.clock.now()
        over = [record for record in records if record.reconfirmed == approved.id]
        waiting = [record for record in records if record.reconfirm == approved.id and not record.settled]
        counts.update(record.status.value for record in over)
        counts[WAITING] += len(waiting)
        known = {record.member_id for record in (*over, *waiting)}
        others = [record for record in records if record.member_id not in known]
        found = those_to_ask(self.ledger, connection, approved, others)
        if not found:
            return 0
        records = [called(record, approved, now, now + self.offered_again) for record in found]
        self.ledger.save_intents(connection.audience_id, [Intent(record, (), (), (), True) for record in records])
        self.bulk_queue.send(QueuedChanges(connection.id, due=tuple(record.member_id for record in found)))
        counts[WAITING] += len(found)  # who was changed by a faster worker is found by the next pass
        return len(found)

    def _pause(self, approved: Reconfirmation) -> int:
        passed = (self.clock.now() - approved.approved_at).total_seconds()
        return int(min(max(passed / 4, SOONEST), LATEST))

    def _end(self, run: Run, state: RunState, *, detail: str = "") -> None:
        self.runs.save(run.model_copy(update={"state": state, "done_at": self.clock.now(), "detail": detail}))


def those_to_ask(
    ledger: Ledger, connection: Connection, approved: Reconfirmation, records: Sequence[Record]
) -> list[Record]:
    """The members of a page who would be asked, had they all been called up. One read of addresses, and one of the
    statements of each member whose proof may lie there."""
    keys = {held.key for record in records for held in record.addresses}
    addresses = ledger.addresses(connection.audience_id, keys) if keys else {}
    found = []
    for record in records:
        work = MemberWork(record, {held.key: addresses[held.key] for held in record.addresses})
        if to_ask(work.case(None, connection.policy, approved), approved) is None:
            continue
        if approved.who is Whom.ALL or not _proven(ledger, record):
            found.append(record)
    return found


def _proven(ledger: Ledger, record: Record) -> bool:
    proof = proof_of(record)
    if proof is not Proof.IN_A_STATEMENT:
        return proof is Proof.GIVEN
    return any(proves(each.consent) for each in ledger.statements(record.connection_id, record.member_id))
