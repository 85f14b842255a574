"""Contacts that are none of Accord's, taken over: first as lines of a plan, then by an operator's yes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from accord.domain.address import Address
from accord.domain.adoption import adopted, is_adoptable
from accord.domain.audience_consent import consent_from_audience
from accord.domain.changes import Arrived
from accord.domain.connection import Connection
from accord.domain.contact import Contact
from accord.domain.drift import compared
from accord.domain.folding import Intent
from accord.domain.history import cause_of_plan
from accord.domain.payload import NationalPhone
from accord.domain.plan import PlanLine, line_of_adopted
from accord.domain.record import Presence, Record
from accord.domain.run import Run
from accord.ports import ChangeQueue, Claim, Clock, Ledger, QueuedChanges
from accord.ports.planning import Plans
from accord.usecases.reconciling.keep_lines import keep_lines
from accord.usecases.settling.gather_due import send_due


@dataclass(frozen=True, slots=True)
class PlanAdoptions:
    """A page of contacts -> those that can be taken over: by a member of the connection of whose consent upstream
    knows nothing, or by a new one."""

    ledger: Ledger
    plans: Plans
    national_phone: NationalPhone

    def __call__(self, connection: Connection, run: Run, foreign: Mapping[str, Contact], at: datetime) -> int:
        """How many there are among the foreign ones of a page, by the key of their address."""
        addresses = self.ledger.addresses(connection.audience_id, foreign) if foreign else {}
        seen = {
            key: address
            if address.seen_at is not None and address.seen_at >= at  # somebody else's look, as new as this one
            else compared(address, foreign[key], at, connection.policy, connection.id)
            for key, address in addresses.items()
        }
        ids = [h.member_id for a in seen.values() for h in a.holders if h.connection_id == connection.id]
        records = self.ledger.records(connection.id, ids) if ids else {}
        by_place = {record.place: record for record in records.values()}
        setup = self.ledger.audience_setup(connection.id)
        lines = []
        for key, address in seen.items():
            contact, record = foreign[key], by_place.get(key)
            if is_adoptable(address, contact, record):
                change = adopted(address, contact, record, connection.mapping, setup, self.national_phone)
                lines += [line] if (line := line_of_adopted(address, record, change)) is not None else []
        keep_lines(self.ledger, self.plans, run, lines)
        return len(lines)


@dataclass(frozen=True, slots=True)
class AdoptContacts:
    """Lines of such a plan -> the ledger and `bulk-changes`. Only where the contact, and the member, are as they were
    when the plan was made; what then happens is decided with each member, as ever."""

    ledger: Ledger
    bulk: ChangeQueue
    clock: Clock

    def __call__(self, connection: Connection, run: Run, lines: Sequence[PlanLine]) -> set[str]:
        """The members of the plan whose contacts are taken over. Raises Retryable; again does no harm."""
        ids = {line.member_id: run.chosen.get(line.member_id) or line.member_id for line in lines}
        records = self.ledger.records(connection.id, ids.values()) if ids else {}
        same = [line for line in lines if _stands(line, records.get(ids[line.member_id]))]
        lost = remember_seen(self.ledger, connection, same)
        taken = [line for line in same if line.address is not None and line.address.key not in lost]
        agreed = self._agreed(connection, run, taken, records)
        changes = [line.change.model_copy(update={"id": ids[line.member_id]}) for line in taken if line.change]
        arrived = [Arrived(change=change, received_at=run.at, plan=run.applies) for change in changes]
        if arrived:
            self.bulk.send(QueuedChanges(connection.id, tuple(arrived)))
        return agreed | {line.member_id for line in taken if line.change is not None}

    def _agreed(
        self, connection: Connection, run: Run, lines: Sequence[PlanLine], records: Mapping[str, Record]
    ) -> set[str]:
        """The members who were known, and have the consent now that their contact shows."""
        now = self.clock.now()
        keys = [line.address.key for line in lines if line.change is None and line.address is not None]
        addresses = self.ledger.addresses(connection.audience_id, keys) if keys else {}
        known = [records[line.member_id] for line in lines if line.change is None]
        found = [consent_from_audience(record, addresses.get(record.place or ""), now) for record in known]
        intents: list[Intent] = [intent for intent in found if intent is not None]
        lost = self.ledger.save_intents(connection.audience_id, intents) if intents else set[str]()
        agreed = [intent.record.member_id for intent in intents if intent.record.member_id not in lost]
        if agreed:
            self.ledger.touch(connection.id, agreed, now, cause_of_plan(run.applies, now))
            send_due(self.bulk, connection.id, agreed)
        return set(agreed)


def remember_seen(ledger: Ledger, connection: Connection, lines: Sequence[PlanLine]) -> set[str]:
    """What a plan saw of contacts, over exactly what was known then; the keys of addresses that changed since.
    Holders still count as untold: should they not be made due in a moment, the next night does it."""
    seen: dict[str, Address] = {line.address.key: line.address for line in lines if line.address is not None}
    claims = [Claim(address, address.revision) for address in seen.values()]
    return ledger.claim(connection.audience_id, claims) if claims else set()


def _stands(line: PlanLine, record: Record | None) -> bool:
    """Whether the member is as it was when the plan was made; a new one gets no id that somebody has, or had and
    asked to be erased."""
    if line.revision:
        return record is not None and record.revision == line.revision
    return record is None or record.presence is Presence.LEFT
