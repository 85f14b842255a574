"""The certificate of an erasure: what was done, when, how it was verified, and what ages out later."""

from dataclasses import dataclass
from datetime import datetime

from accord.domain.connection import Connection
from accord.domain.erasure import BACKUPS_KEPT, Erasure
from accord.domain.reasons import ReasonCode, Status
from accord.domain.record import Presence, Reason
from accord.domain.values import newest
from accord.ports import Ledger


@dataclass(frozen=True, slots=True)
class ErasureCertificate:
    """How far an erasure is. `contacts_gone`: for every address the person ever had here, when Mailchimp was seen to
    know its contact no more; None for one that is still to be done."""

    erasure: Erasure
    reason: Reason
    """How it stands, and why."""
    contacts_gone: tuple[datetime | None, ...]
    completed_at: datetime | None

    @property
    def backups_until(self) -> datetime | None:
        """When the last backup that may hold the person has aged out."""
        return self.completed_at + BACKUPS_KEPT if self.completed_at is not None else None


@dataclass(frozen=True, slots=True)
class ShowErasure:
    """Reads only."""

    ledger: Ledger

    def __call__(self, connection: Connection, erasure_id: str) -> ErasureCertificate | None:
        """None where nobody asked for such an erasure."""
        erasure = self.ledger.erasure(connection.id, erasure_id)
        record = self.ledger.records(connection.id, [erasure.member_id]).get(erasure.member_id) if erasure else None
        if erasure is None:
            return None
        if record is None or record.presence is not Presence.ERASED:  # the wish waits in the queue
            return ErasureCertificate(erasure, Reason(code=ReasonCode.QUEUED), (), None)
        keys = [held.key for held in record.addresses]
        addresses = self.ledger.addresses(connection.audience_id, keys) if keys else {}
        gone = tuple(
            None if address.erased_at is None or address.attempt is not None else address.erased_at
            for address in addresses.values()
        )
        done = record.status is Status.ERASED and record.settled
        return ErasureCertificate(erasure, record.reason, gone, newest(record.since, *gone) if done else None)
