"""An address -> the contact that is known there, wherever it is by now, or else whoever is there."""

from typing import Protocol

from accord.domain.address import Address, Who
from accord.domain.contact import Contact


class ReadsContacts(Protocol):
    """An audience, as far as contacts are read singly: see `Audience`."""

    def read(self, reference: str) -> Contact | None: ...


def find_contact(audience: ReadsContacts, address: Address, who: Who) -> Contact | None:
    """For a member who has the address: their own contact by its id, which survives a change of address; where it is
    deleted, whoever signed up there since. Of a contact that is not known to be theirs whoever is there comes first.
    One call; of a contact that is not found, another under its other name."""
    known, here = address.contact_id, address.subscriber_hash
    names = (known, here) if address.follows(who) else (here, known)
    if address.attempt is not None and address.attempt.effects and address.follows(who):
        names = (address.reference, "")  # what became of the attempt is seen at the contact that it was for
    return next((contact for name in names if name and (contact := audience.read(name)) is not None), None)
