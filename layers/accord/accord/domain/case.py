"""Everything that a decision looks at: the record, its addresses, what the contact should show, the policy."""

from dataclasses import dataclass

from accord.domain.address import Address
from accord.domain.connection import Departure, Policy, Reconfirmation
from accord.domain.contact import Contact
from accord.domain.member import MemberState
from accord.domain.payload import InvalidField, Payload
from accord.domain.permission import is_live
from accord.domain.reasons import ReasonCode
from accord.domain.record import Presence, Record


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a decision looks at.

    `addresses` are those of the record, in its order; `payload` is None where no profile with an address is kept;
    `contact` is the contact at the current address when it was read under this very decision; `reconfirmation`
    is the connection's, whether it concerns this member or not.
    """

    record: Record
    addresses: tuple[Address, ...]
    payload: Payload | InvalidField | None
    policy: Policy
    contact: Contact | None = None
    reconfirmation: Reconfirmation | None = None

    @property
    def current(self) -> Address | None:
        """The address that the member has now: upstream's, or the one they chose in Mailchimp since."""
        return next((address for address in self.addresses if address.key == self.record.place), None)

    @property
    def kept(self) -> tuple[Address, ...]:
        """The addresses still in Accord's care."""
        keys = {held.key for held in self.record.kept_addresses}
        return tuple(address for address in self.addresses if address.key in keys)

    @property
    def leftovers(self) -> tuple[Address, ...]:
        """Addresses in Accord's care that are not the current one: an address change left them behind."""
        return tuple(address for address in self.kept if address.key != self.record.place)

    def to_archive(self, address: Address) -> bool:
        """Whether an archiving would end this contact, Accord's own, and nobody else who holds its address agreed."""
        return is_live(address.seen) and address.ours and not address.agreed_by_others(self.record.who)

    def to_erase(self, address: Address) -> bool:
        """Whether the erasure that the member asked for has still to reach this address: a tombstone that is older is
        of another erasure, and who has the address may have subscribed there since. An address that the member gave up
        before, and where the contact of who has it now is none of Accord's, is not touched."""
        asked = self.record.erasure_at
        held = next((held for held in self.record.addresses if held.key == address.key), None)
        left = held is not None and held.left_at is not None and asked is not None and held.left_at < asked
        if left and not address.ours and address.held_with_others(self.record.who):
            return False
        done = address.erased_at is not None and (asked is None or address.erased_at >= asked)
        return not done and not address.agreed_by_others(self.record.who)


def departed(record: Record, policy: Policy) -> ReasonCode | None:
    """Why the member counts as gone, or None: they left, or they cancelled where the policy archives then."""
    if record.presence is Presence.LEFT:
        return ReasonCode.LEFT
    cancelled = record.profile is not None and record.profile.state is MemberState.CANCELLED
    return ReasonCode.CANCELLED if cancelled and policy.on_cancel is Departure.ARCHIVE else None
