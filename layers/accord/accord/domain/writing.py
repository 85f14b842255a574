"""What is written where a decision lets something be written: creations, patches, moves, tags; never more than ours."""

from accord.domain import marketing_permissions
from accord.domain.actions import (
    Action,
    Create,
    Look,
    Move,
    Reconfirm,
    Update,
)
from accord.domain.address import Address, Origin
from accord.domain.case import Case
from accord.domain.connection import ExistingContacts
from accord.domain.contact import ContactPatch, ContactStatus, NewContact, TagChange
from accord.domain.payload import Payload, fingerprint
from accord.domain.permission import Permission, Ruling


def create(case: Case, address: Address, payload: Payload, ruling: Ruling) -> Create:
    """A new contact, under the first status or, where the table allows no more, asked to confirm."""
    asks = ruling.permission is Permission.ASK
    contact = NewContact(
        email=payload.email,
        status=ContactStatus.PENDING if asks else case.policy.first_status,
        merge_fields=payload.merge_fields,
        interests=dict.fromkeys(payload.interests, True),
        language=payload.language,
    )
    asks_for = case.record.memory.opted_in_at if asks else None
    declines = tuple(permission for permission, on in payload.permissions.items() if not on)
    return Create(address.key, contact, payload.digest, asks_for, declines)


def raise_status(case: Case, address: Address, payload: Payload, ruling: Ruling) -> Action:
    """Fresh consent is carried to a contact that is not subscribed, as far as the table allows."""
    plain = update(case, address, payload)
    opt_in = case.record.memory.opted_in_at
    if isinstance(plain, Look):
        return plain
    if ruling.permission is Permission.ASK and opt_in is not None:
        patch = plain.patch.model_copy(update={"status": ContactStatus.PENDING})
        return Reconfirm(address.key, patch, payload.digest, opt_in, plain.lets_go)
    patch = plain.patch.model_copy(update={"status": case.policy.first_status})
    return Update(address.key, patch, payload.digest, plain.lets_go)


def update(case: Case, address: Address, payload: Payload) -> Update | Look:
    """A PATCH without `status`, within what the policy for existing contacts leaves to Accord."""
    existing = case.policy.existing_contacts if address.origin is not Origin.CREATED else ExistingContacts.OVERWRITE
    if existing is ExistingContacts.LEAVE:
        if case.contact is None and not address.follows(case.record.who):
            return Look(address.key)  # whoever was there before they came may have left since
        return Update(address.key, ContactPatch(), payload.digest)
    clears = {tag for tag in payload.empty if tag in address.written}
    if case.contact is None and (clears or existing is ExistingContacts.FILL_BLANKS):
        return Look(address.key)
    seen = case.contact.merge_fields if case.contact is not None else {}
    wrote_last = {tag for tag, value in seen.items() if address.written.get(tag) == fingerprint(value)}
    fields = payload.merge_fields
    if existing is ExistingContacts.FILL_BLANKS:
        fields = {tag: value for tag, value in fields.items() if not seen.get(tag) or tag in wrote_last}
    patch = ContactPatch(
        merge_fields=fields | dict.fromkeys(sorted(clears & wrote_last), ""),
        interests=_interests(address, payload),
        language=payload.language,
        permissions=marketing_permissions.to_write(case, address, payload),
    )
    unfilled = address.written.keys() - payload.merge_fields.keys()
    others = unfilled - wrote_last if case.contact is not None else unfilled & address.edited.keys()
    return Update(address.key, patch, payload.digest, tuple(sorted(others)))


def permissions(case: Case, address: Address, payload: Payload) -> Update | None:
    """The permissions alone, of a contact that has everything else: a bulk creation can not set them."""
    if not owns_tags(case, address):
        return None
    found = marketing_permissions.to_write(case, address, payload)
    return Update(address.key, ContactPatch(permissions=found), payload.digest) if found else None


def _interests(address: Address, payload: Payload) -> dict[str, bool]:
    """The groups upstream names, and the end of those that Accord chose before; others are the contact's own."""
    return dict.fromkeys(address.interests, False) | dict.fromkeys(payload.interests, True)


def owns_tags(case: Case, address: Address) -> bool:
    """An existing contact that the policy leaves as it is gets no tags either, and no permissions."""
    return address.origin is Origin.CREATED or case.policy.existing_contacts is not ExistingContacts.LEAVE


def tag_change(address: Address, payload: Payload) -> TagChange:
    """The difference within our own tags; names are compared without case, as Mailchimp does."""
    have = {tag.casefold() for tag in address.tags}
    want = {tag.casefold() for tag in payload.tags}
    return TagChange(
        add=tuple(tag for tag in payload.tags if tag.casefold() not in have),
        remove=tuple(tag for tag in address.tags if tag.casefold() not in want),
    )


def move(case: Case, old: Address, address: Address, payload: Payload) -> Move:
    """The contact at the old address gets the new one; what is to be cleared is looked at after the move."""
    if old.origin is Origin.ADOPTED and case.policy.existing_contacts is not ExistingContacts.OVERWRITE:
        return Move(old.key, address.key, ContactPatch(email=payload.email), None)  # its fields follow, by the policy
    patch = ContactPatch(
        email=payload.email,
        merge_fields=payload.merge_fields,
        interests=_interests(old, payload),
        language=payload.language,
    )
    unfinished = any(tag in old.written for tag in payload.empty)
    return Move(old.key, address.key, patch, None if unfinished else payload.digest)
