"""Ledger -> summary: every member is decided as the worker would, and nothing is sent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from accord.domain.actions import Unsubscribe
from accord.domain.audience_consent import consent_from_audience
from accord.domain.connection import Connection
from accord.domain.payload import NationalPhone
from accord.domain.record import Record
from accord.domain.summary import Summary
from accord.ports import ChangeQueue, Clock, Ledger, QueuedChanges
from accord.usecases.settling.decide_member import DecideMember
from accord.usecases.settling.member_work import MemberWork

A_PAGE = 500


@dataclass(frozen=True, slots=True)
class SumUpMembers:
    """One page of members after the other. The consent of those of whom upstream knows nothing is filled first. Who
    opted out and was found in the audience is offered to the worker at once: opt-outs wait for no approval."""

    ledger: Ledger
    members: ChangeQueue
    clock: Clock
    national_phone: NationalPhone

    def __call__(
        self, connection: Connection, summary: Summary, after: str | None, is_over: Callable[[], bool]
    ) -> tuple[Summary, str | None]:
        """The summary with as many members as the time allows, and the cursor of the first one that is missing."""
        decide = DecideMember(self.ledger, connection, self.national_phone)
        while True:
            page = self.ledger.members(connection.id, None, after, A_PAGE)
            decided = [(work, decide(work)) for work in self._read(connection, page.items)]
            for work, action in decided:
                summary = summary.with_member(action, work.addresses.get(work.record.place or ""))
            if opted_out := tuple(w.record.member_id for w, action in decided if isinstance(action, Unsubscribe)):
                self.members.send(QueuedChanges(connection.id, due=opted_out))
            after = page.next
            if after is None or is_over():
                return summary, after

    def _read(self, connection: Connection, records: Sequence[Record]) -> list[MemberWork]:
        keys = {held.key for record in records for held in record.addresses}
        addresses = self.ledger.addresses(connection.audience_id, keys) if keys else {}
        now = self.clock.now()
        found = [consent_from_audience(record, addresses.get(record.place or ""), now) for record in records]
        intents = [intent for intent in found if intent is not None]
        lost = self.ledger.save_intents(connection.audience_id, intents) if intents else set[str]()
        agreed = {i.record.member_id: i.record.stored for i in intents if i.record.member_id not in lost}
        return [
            MemberWork(
                agreed.get(record.member_id, record), {held.key: addresses[held.key] for held in record.addresses}
            )
            for record in records
        ]
