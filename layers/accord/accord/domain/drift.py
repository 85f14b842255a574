"""A contact against what Accord last wrote to it: what somebody changed there since, and what is written anew."""

from datetime import datetime

from accord.domain.address import Address, Origin
from accord.domain.connection import ExistingContacts, Policy
from accord.domain.contact import MAILED, Contact
from accord.domain.observation import edited_values, witness
from accord.domain.permission import owner
from accord.domain.values import Value

MOST_TAGS_SHOWN = 50
"""A contact with that many may have more, which are not shown (FACTS section 1.3)."""


class Drift(Value):
    """What of Accord's own is not as it was written: merge tags whose value is another one, tags and interests that
    are gone, the language, and marketing permissions that were switched over. The permissions are the person's own
    word and stay; the others are upstream's."""

    fields: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()
    language: bool = False
    permissions: tuple[str, ...] = ()

    @property
    def restorable(self) -> bool:
        """Whether there is anything to write anew."""
        return bool(self.fields or self.tags or self.interests or self.language)


def drift(address: Address, contact: Contact) -> Drift:
    """Of a contact in Accord's care, where no attempt is open. A value that Mailchimp puts in another form is known in
    that form (outcome.py)."""
    if not address.ours or address.attempt is not None:
        return Drift()
    shown, permissions = {tag.casefold() for tag in contact.tags}, contact.permissions
    return Drift(
        fields=tuple(sorted(edited_values(address, contact))),
        tags=tuple(t for t in address.tags if t.casefold() not in shown) if len(shown) < MOST_TAGS_SHOWN else (),
        interests=tuple(each for each in address.interests if not contact.interests.get(each, False)),
        language=bool(address.language) and contact.language != address.language,
        permissions=tuple(
            sorted(id_ for id_, known in address.permissions.items() if permissions.get(id_, known.on) is not known.on)
        ),
    )


def compared(address: Address, contact: Contact, at: datetime, policy: Policy, connection_id: str = "") -> Address:
    """The address with everything that is seen of its contact at `at`. Where upstream's values count, what somebody
    changed is forgotten to have been written, so that the next decision writes it anew: once, since then it is known
    not to agree. Nothing is written to who opted out, and nothing while an attempt is open: that contact is compared
    once more when it is seen again, since what somebody changed there is not told from Accord's own doing yet. So
    is one that shows a member of another connection than `connection_id`: another policy counts there."""
    who = owner(address)
    others = bool(connection_id) and who is not None and who.connection_id != connection_id
    mark = address.mark if others else contact.mark
    seen = witness(address, contact, at).model_copy(update={"mark": mark if address.attempt is None else ""})
    found = drift(address, contact) if not others else Drift()
    reference = address.origin is Origin.CREATED or policy.existing_contacts is ExistingContacts.OVERWRITE
    if not (found.restorable and reference and contact.status in MAILED):
        return seen
    tags = tuple(tag for tag in seen.tags if tag not in found.tags)
    news = seen.digest is not None or tags != seen.tags
    beside_tags = found.fields or found.interests or found.language
    update = {"tags": tags, "digest": None if beside_tags else seen.digest, "untold": seen.untold or news}
    return seen.model_copy(update=update)
