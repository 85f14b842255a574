"""Another's contact is known where a member comes, or is followed to: whose it is hears first where it went.

What is known at an address is of one contact. Were the other one's forgotten there, no opt-out would reach it any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from accord.domain.actions import Active, Follow, Look
from accord.domain.connection import Connection
from accord.domain.folding import KeyOf
from accord.domain.history import Cause, CauseKind
from accord.domain.record import Record
from accord.errors import AccordError
from accord.ports import Audience, Clock, Ledger, QueuedChanges
from accord.usecases.reconciling.read_contact import ReadContact, Seen
from accord.usecases.settling.claim_addresses import Order
from accord.usecases.settling.member_work import MemberWork


@dataclass(frozen=True, slots=True)
class MakeRoom:
    """For one invocation on one connection; a contact that is in nobody's way costs no call."""

    ledger: Ledger
    audience: Audience
    clock: Clock
    connection: Connection
    key_of: KeyOf
    _made: set[str] = field(default_factory=set)
    """The keys of the addresses whose contacts were looked for already."""

    def __call__(self, orders: Sequence[Order[Active]]) -> tuple[list[Order[Active]], list[Record]]:
        """The orders that can be carried out, and the members who must wait: the contact could not be read."""
        ready: list[Order[Active]] = []
        waiting: list[Record] = []
        for work, action in orders:
            try:
                free = self._is_free(work, action)
            except AccordError:
                free = False
            if free:
                ready.append((work, action))
            else:
                waiting.append(work.record)
        return ready, waiting

    def _is_free(self, work: MemberWork, action: Active) -> bool:
        who, own = work.record.who, work.record.own_change
        match action:
            case Follow(to_key=key):
                mine = own.contact_id if own is not None else work.addresses[key].contact_id
            case Look(key=key):
                mine = work.addresses[key].contact_id if work.addresses[key].follows(who) else None
            case _:
                return True
        place = work.addresses[key]
        others = any(place.follows(holder.who) for holder in place.holders if holder.who != who)
        if place.contact_id in {None, mine} or not others or key in self._made:
            return True
        self._made.add(key)
        read = ReadContact(self.ledger, self.clock, self.key_of, _Due())
        cause = Cause(kind=CauseKind.OTHER_MEMBER, at=self.clock.now(), detail=work.record.member_id)
        return read(self.connection, self.audience, place, cause, surely=True) is Seen.SEEN


class _Due:
    """They are due, and offered within a minute."""

    def send(self, message: QueuedChanges) -> None: ...
