"""The whole audience against the ledger: whatever no webhook told is seen here, and leads to the same decisions."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import batched

from accord.domain.address import Address
from accord.domain.connection import Connection
from accord.domain.history import Cause, CauseKind
from accord.ports import Audience, Clock, Ledger
from accord.usecases.read_audience import ReadAudience
from accord.usecases.read_contact import ReadContact, Seen

A_PAGE = 500
TURNS = 3
"""How often a contact is read again that a worker was faster with; one that it has in hand, it sees by itself."""


@dataclass(slots=True)
class Compared:
    """What was read, and of that what the ledger did not know: the webhooks that were missed."""

    contacts: int = 0
    changed: int = 0
    missing: int = 0
    """Contacts of members that the audience did not show: each was looked for by its id."""


@dataclass(frozen=True, slots=True)
class CompareAudience:
    """Reads the audience page by page, then looks for each contact of a member that it did not show: it was deleted,
    or its person gave it another address. In memory it holds a page, and a key for every contact."""

    ledger: Ledger
    audience: Audience
    clock: Clock
    read_contact: ReadContact

    def __call__(self, connection: Connection) -> Compared:
        compared = Compared()
        shown: set[str] = set()
        cause = Cause(kind=CauseKind.READING, at=self.clock.now())

        def changed(before: Address, after: Address) -> None:
            compared.changed += (before.seen, before.facts) != (after.seen, after.facts)
            self.read_contact.tell(connection.audience_id, before, after, cause)

        read = ReadAudience(
            self.ledger, self.audience, self.clock, self.read_contact.key_of, on_shown=shown.update, on_change=changed
        )
        compared.contacts = read(connection.audience_id).read
        for keys in batched(self._held(connection), A_PAGE, strict=False):
            unseen = set(keys) - shown
            for address in self.ledger.addresses(connection.audience_id, unseen).values() if unseen else ():
                if address.seen is not None:
                    compared.missing += 1
                    self._look_for(connection, address, cause)
        return compared

    def _held(self, connection: Connection) -> Iterator[str]:
        """The keys of the addresses where members' contacts are, or should be."""
        after: str | None = None
        while True:
            page = self.ledger.members(connection.id, None, after, A_PAGE)
            yield from (record.place for record in page.items if record.place is not None)
            after = page.next
            if after is None:
                return

    def _look_for(self, connection: Connection, address: Address, cause: Cause) -> None:
        """The listing was complete, so that a contact that was never read since its creation is gone as well."""
        for _ in range(TURNS):
            if self.read_contact(connection, self.audience, address, cause, surely=True) is Seen.SEEN:
                return
            address = self.ledger.addresses(connection.audience_id, [address.key])[address.key]
