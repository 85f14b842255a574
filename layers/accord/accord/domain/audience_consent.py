"""Setup fills the consent of members of whom upstream knows nothing from the audience's contacts (PRODUCTS A10)."""

from datetime import datetime

from accord.domain.address import Address
from accord.domain.consent import Consent, ConsentStatus, Memory, Statement, memory_of
from accord.domain.contact import ContactStatus
from accord.domain.folding import Intent, changed_holders
from accord.domain.record import Presence, Record

SOURCE = "audience"
"""The source of such a statement, as the certificate of consent shows it."""


def consent_from_audience(record: Record, address: Address | None, received_at: datetime) -> Intent | None:
    """What to save for a member whose contact was found subscribed: an opt-in of the time at which it opted in there.

    Never above anything that upstream said, nor above an opt-out that is known of the address or of anybody who has,
    or had, it; and only where nobody else has the address, since one opt-in is one person's.
    """
    if address is None or address.opted_in_at is None or not is_opted_in(address):
        return None
    if record.presence is not Presence.PRESENT or record.memory != Memory():
        return None
    if any(holder.who != record.who for holder in address.holders):
        return None
    consent = shown_consent(address.opted_in_at)
    statement = Statement(
        consent=consent, stated_at=address.opted_in_at, received_at=received_at, change=f"{SOURCE}|{address.key}"
    )
    agreed = record.model_copy(update={"memory": memory_of(statement), "consent": consent})
    return Intent(agreed, (statement,), (), changed_holders(record, agreed), material=True)


def is_opted_in(address: Address) -> bool:
    """Whether its contact is subscribed, is known to have opted in at some time, and never declined or bounced."""
    return address.seen is ContactStatus.SUBSCRIBED and address.opted_in_at is not None and not _declined(address)


def shown_consent(at: datetime) -> Consent:
    """What the audience says of who opted in there at that time."""
    return Consent(status=ConsentStatus.OPTED_IN, at=at, source=SOURCE)


def _declined(address: Address) -> bool:
    outs = (address.unsubscribed_at, address.compliance_at, address.complained_at, address.forgotten_at)
    return any((*outs, address.bounced_at, address.erased_at))
