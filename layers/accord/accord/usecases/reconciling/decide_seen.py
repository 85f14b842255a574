"""What was just seen of contacts -> what would become of their members; nothing is sent, and nothing written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accord.domain.address import Address
from accord.domain.connection import Connection
from accord.domain.contact import Contact
from accord.domain.payload import NationalPhone
from accord.domain.plan import PlanLine, line_of
from accord.domain.record import Record
from accord.ports import Ledger
from accord.usecases.settling.decide_member import DecideMember
from accord.usecases.settling.member_work import MemberWork


@dataclass(frozen=True, slots=True)
class DecideSeen:
    """Each member is decided as the worker would who knew what was seen: the addresses `seen`, by key, as they would be
    remembered, and their `contacts`."""

    ledger: Ledger
    connection: Connection
    national_phone: NationalPhone

    def holders(self, seen: Mapping[str, Address], contacts: Mapping[str, Contact]) -> list[PlanLine]:
        """The lines of the connection's own members who hold these addresses."""
        holders = (holder for address in seen.values() for holder in address.holders)
        ids = dict.fromkeys(holder.member_id for holder in holders if holder.connection_id == self.connection.id)
        records = self.ledger.records(self.connection.id, ids) if ids else {}
        return self(list(records.values()), seen, contacts)

    def __call__(
        self, records: Sequence[Record], seen: Mapping[str, Address], contacts: Mapping[str, Contact]
    ) -> list[PlanLine]:
        """The lines of these members; none of one to whom nothing happens."""
        decide = DecideMember(self.ledger, self.connection, self.national_phone)
        others = {held.key for record in records for held in record.addresses} - seen.keys()
        known = (self.ledger.addresses(self.connection.audience_id, others) if others else {}) | dict(seen)
        lines = []
        for record in records:
            mine = {held.key: known[held.key] for held in record.addresses}
            work = MemberWork(record, mine, contact=contacts.get(record.place or ""))
            new = next((seen[key] for key in mine if key in seen), None)
            line = line_of(decide.case(work), decide(work), new)
            lines += [line] if line is not None else []
        return lines
