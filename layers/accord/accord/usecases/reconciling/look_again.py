"""Contacts that are read singly in a run -> ledger: who was in no page, and where a page showed another one."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from accord.domain.address import Address
from accord.domain.connection import Connection
from accord.domain.contact import Contact
from accord.domain.folding import KeyOf
from accord.domain.history import Cause, CauseKind
from accord.domain.run import Run
from accord.domain.sweep import Found
from accord.ports import Audience, ChangeQueue, Clock, Ledger
from accord.usecases.reconciling.read_contact import ReadContact, Seen
from accord.usecases.settling.gather_due import GatherDue

TURNS = 3
"""How often a contact is read again that a worker was faster with."""
NOBODY: Mapping[str, Contact] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class LookAgain:
    """Whoever is concerned is due then, and queued."""

    ledger: Ledger
    audience_of: Callable[[Connection], Audience]
    clock: Clock
    key_of: KeyOf
    bulk: ChangeQueue

    def at(
        self,
        connection: Connection,
        run: Run,
        keys: Collection[str],
        found: Counter[Found],
        shown: Mapping[str, Contact] = NOBODY,
    ) -> list[str]:
        """Read the contacts of these addresses; the keys of those that a worker still has in hand. `shown` are those
        that a page showed there."""
        known = self.ledger.addresses(connection.audience_id, dict.fromkeys(keys)) if keys else {}
        return self(connection, run, list(known.values()), found, shown)

    def __call__(
        self,
        connection: Connection,
        run: Run,
        addresses: Collection[Address],
        found: Counter[Found],
        shown: Mapping[str, Contact] = NOBODY,
    ) -> list[str]:
        """The same of addresses as they are known. The listing was complete: a contact that is in none of its pages,
        and was never read since its creation, is gone as well."""
        queue, audience = GatherDue(self.bulk), self.counted(connection, found)
        read = ReadContact(self.ledger, self.clock, self.key_of, queue)
        cause, left = Cause(kind=CauseKind.READING, at=run.at, run=run.id), list[str]()
        for known in addresses:
            address, email = known, shown[known.key].email if known.key in shown else ""
            for _ in range(TURNS):
                if read(connection, audience, address, cause, email=email, surely=True) is Seen.SEEN:
                    break
                address = self.ledger.addresses(connection.audience_id, [known.key])[known.key]
            else:
                left.append(known.key)
        queue.flush()
        return left

    def counted(self, connection: Connection, found: Counter[Found]) -> "Counted":
        """The connection's audience, whose calls are counted."""
        return Counted(self.audience_of(connection), found)


@dataclass(frozen=True, slots=True)
class Counted:
    """Contacts read singly. One that is not found costs a second call: is the audience itself still there?"""

    audience: Audience
    found: Counter[Found]

    def read(self, reference: str) -> Contact | None:
        """See `Audience`."""
        contact = self.audience.read(reference)
        self.found[Found.CALLS] += 1 if contact is not None else 2
        return contact
