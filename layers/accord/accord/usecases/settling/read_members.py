"""Members as the ledger has them, with their addresses, at the point where their work begins or begins anew."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from accord.domain.address import Who, by_connection
from accord.domain.connection import Connection
from accord.domain.history import Cause, CauseKind
from accord.domain.record import Record
from accord.ports import Clock, Ledger
from accord.usecases.settling.member_work import MemberWork


@dataclass(frozen=True, slots=True)
class ReadMembers:
    """Reads members of one connection."""

    ledger: Ledger
    clock: Clock
    connection: Connection

    def __call__(self, records: Sequence[Record]) -> list[MemberWork]:
        """These members, with their addresses as they are now."""
        keys = {held.key for record in records for held in record.addresses}
        addresses = self.ledger.addresses(self.connection.audience_id, keys) if keys else {}
        return [MemberWork(record, {held.key: addresses[held.key] for held in record.addresses}) for record in records]

    def again(self, works: Sequence[MemberWork]) -> list[MemberWork]:
        """The members as somebody else left them; those that are settled by now are done."""
        if not works:
            return []
        records = self.ledger.records(self.connection.id, [work.record.member_id for work in works])
        return self([record for record in records.values() if not record.settled])

    def touch_others(self, works: Sequence[MemberWork], decided_anyway: set[Who]) -> list[MemberWork]:
        """What a holder of an address said, or did in Mailchimp, concerns the others who hold it: they are decided
        again. The stored record says so until something is stored after this, so that a crash repeats it."""
        now, known = self.clock.now(), set(decided_anyway)
        for record, addresses in ((w.record, w.addresses.values()) for w in works if w.record.holders_changed):
            others = {holder.who for address in addresses for holder in address.current_holders} - known - {record.who}
            cause = Cause(kind=CauseKind.OTHER_MEMBER, at=now, detail=record.member_id, run=record.run)
            for connection_id, ids in by_connection(others).items():
                self.ledger.touch(connection_id, ids, now, cause)
            known |= others
        told = {"holders_changed": False}
        return [replace(work, record=work.record.model_copy(update=told)) for work in works]
