"""One action on one contact: the call it needs, what comes of it, and what a refusal of it means."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from accord.domain import outcome
from accord.domain.actions import (
    Active,
    Archive,
    Create,
    Erase,
    Follow,
    Look,
    Lower,
    Move,
    Reconfirm,
    Tag,
    Unsubscribe,
    Update,
)
from accord.domain.address import Address
from accord.domain.contact import Contact, ContactPatch, ContactStatus
from accord.domain.finishing import chose, stayed, went_along
from accord.domain.folding import KeyOf
from accord.domain.observation import has_gone, is_moving, left_behind, observe
from accord.domain.reasons import ReasonCode
from accord.domain.record import HeldAddress, OwnChange, Presence, Reason
from accord.domain.record import Refusal as RefusalOnRecord
from accord.domain.undoing import advanced
from accord.domain.values import normalised
from accord.errors import Refusal, Rejected, Retryable
from accord.ports import Audience
from accord.usecases.settling.find_contact import find_contact
from accord.usecases.settling.member_work import MemberWork

UNSUBSCRIBED = ContactPatch(status=ContactStatus.UNSUBSCRIBED)
PENDING = ContactPatch(status=ContactStatus.PENDING)


def perform(audience: Audience, work: MemberWork, action: Active, at: datetime, key_of: KeyOf) -> MemberWork:
    """The work after the action took effect. The addresses of `work` are the claimed ones. Raises what the port
    raises; creations and tags go out in bulk (see perform_bulk)."""
    after = _effect(audience, work, action, at, key_of).back_in_batch(at)
    contact = after.contact if isinstance(action, Look) else None
    if isinstance(action, Lower) and after.must_look is not None:
        return after  # nobody was asked
    return replace(after, contact=contact, done=(*work.done, action))


def _effect(audience: Audience, work: MemberWork, action: Active, at: datetime, key_of: KeyOf) -> MemberWork:
    address, who = work.addresses[action.key], work.record.who
    match action:
        case Look():
            return _look(audience, work, address, at, key_of)
        case Update(patch=patch) if patch == ContactPatch():
            return work.with_addresses(outcome.adopted(address, action.digest))
        case Update() | Reconfirm():
            contact = audience.change(address.reference_for(who), action.patch)
            return written(work, action, contact, at, key_of)
        case Lower():
            return _lower(audience, work, action, at)
        case Follow():
            return _follow(audience, work, action, at)
        case Move(to_key=to_key):
            contact = audience.change(address.reference_for(who), action.patch)
            return work.with_addresses(*outcome.moved(address, work.addresses[to_key], action, contact, at))
        case Archive():
            audience.archive(address.reference_for(who))
            return work.with_addresses(outcome.archived(address, at))
        case Unsubscribe():
            contact = audience.change(address.reference_for(who), UNSUBSCRIBED)
            return work.with_addresses(outcome.unsubscribed(address, contact, at))
        case Erase():
            return _erase(audience, work, address, at, key_of)
        case Create() | Tag():
            msg = f"{type(action).__name__} goes out in bulk"
            raise TypeError(msg)


def written(work: MemberWork, action: Update | Reconfirm, contact: Contact, at: datetime, key_of: KeyOf) -> MemberWork:
    """The work after the fields of a contact were written, which showed the contact as it was then, at `at`."""
    address = work.addresses[action.key]
    after = work.with_addresses(outcome.patched(address, action, contact, at))
    return _gone_along(after, address, contact, at, key_of)


def _look(audience: Audience, work: MemberWork, address: Address, at: datetime, key_of: KeyOf) -> MemberWork:
    contact = find_contact(audience, address, work.record.who)
    return looked(work, address, contact, at, key_of)


def looked(work: MemberWork, address: Address, contact: Contact | None, at: datetime, key_of: KeyOf) -> MemberWork:
    """The work after the contact of an address was read, or found not to be there: what is seen is merged, and at the
    current address the decision then sees the contact's fields as well. One that left before the member came is no
    concern of theirs."""
    if contact is not None and _has_strayed(work, address, contact):
        return replace(work.with_addresses(left_behind(address, at)), must_look=None, contact=None)
    seen = work.with_addresses(observe(address, contact, at))
    own, here = work.record.own_change, address.key == work.record.place
    if own is not None and here and contact is not None and work.record.presence is not Presence.ERASED:
        known = own.model_copy(update={"email": contact.email})
        seen = replace(seen, record=work.record.model_copy(update={"own_change": known}))
    seen = replace(seen, must_look=None, contact=contact if here else None)
    return _gone_along(seen, address, contact, at, key_of)


def _gone_along(work: MemberWork, address: Address, contact: Contact | None, at: datetime, key_of: KeyOf) -> MemberWork:
    """The work when the member's contact turned out to be at an address that its person chose in Mailchimp. Who is
    erased takes no other one."""
    if work.record.presence is Presence.ERASED:
        return work
    if contact is None or is_moving(address) or address.key != work.record.place or not has_gone(address, contact):
        return work
    own = OwnChange(
        key=key_of(contact.email),
        at=at,
        subscriber_hash=contact.subscriber_hash,
        email=normalised(contact.email),
        contact_id=contact.contact_id,
    )
    return replace(work, record=chose(work.record, own))


def _has_strayed(work: MemberWork, address: Address, contact: Contact) -> bool:
    return has_gone(address, contact) and not is_moving(address) and not address.follows(work.record.who)


def _lower(audience: Audience, work: MemberWork, action: Lower, at: datetime) -> MemberWork:
    """The contact is read first: were it unsubscribed since it was last seen, `pending` would raise it. When it is not
    as it was thought to be, it is looked at anew."""
    address = work.addresses[action.key]
    contact = audience.read(address.reference_for(work.record.who))
    if contact is None or contact.status is not ContactStatus.SUBSCRIBED or has_gone(address, contact):
        return work.unclaimed().looking_at(action.key)
    return work.with_addresses(
        outcome.lowered(address, action, audience.change(contact.contact_id or contact.subscriber_hash, PENDING), at)
    )


def _follow(audience: Audience, work: MemberWork, action: Follow, at: datetime) -> MemberWork:
    """Take along what is known of the contact; when it is not there after all, the address is looked at anew where it
    was last, and so is the old one where somebody else may have it by now."""
    old, new, own = work.addresses[action.key], work.addresses[action.to_key], work.record.own_change
    contact = audience.read(action.subscriber_hash)
    known = own.contact_id if own is not None and own.contact_id is not None else old.contact_id
    if contact is None or known not in {None, contact.contact_id}:
        if own is None:
            return work.unclaimed().looking_at(action.to_key)
        record = stayed(work.record, old.subscriber_hash, at)
        return replace(work.unclaimed(), record=record).looking_at(action.key)
    left, there = outcome.followed(old, new, contact, at)
    if own is None:
        return work.with_addresses(left, there)
    if own.taken and (other := audience.read(old.subscriber_hash)) is not None:
        left = observe(left, other, at)
    return replace(work.with_addresses(left, there), record=went_along(work.record, at))


def _erase(audience: Audience, work: MemberWork, address: Address, at: datetime, key_of: KeyOf) -> MemberWork:
    """Delete the contact under the address that it has now: only the hash of that one is taken, and a 404 on an
    earlier one does not mean gone (FACTS section 5.5). Then it is read back until Mailchimp knows neither its id nor
    any of its hashes. An address that the person chose meanwhile is erased as well."""
    own = work.record.own_change
    chosen = own.subscriber_hash if own is not None and own.key == address.key else ""
    reference = address.reference_for(work.record.who) or chosen
    contact = audience.read(reference) if reference else None
    if contact is not None:
        try:
            audience.erase(contact.subscriber_hash)
        except Rejected as refusal:
            if refusal.refusal is not Refusal.NOT_FOUND:
                raise
        known = dict.fromkeys((contact.contact_id, contact.subscriber_hash, address.subscriber_hash))
        if any(audience.read(reference) is not None for reference in known if reference):
            raise Retryable("Mailchimp still shows a contact that was erased", effect_unknown=True)
    if contact is not None and has_gone(address, contact):
        left = HeldAddress(key=key_of(contact.email), since=at, left_at=at)
        others = tuple(held for held in work.record.addresses if held.key != left.key)
        work = replace(work, record=work.record.model_copy(update={"addresses": (*others, left)}))
    return work.with_addresses(outcome.erased(address, max(at, work.record.erasure_at or at)))


def refused(work: MemberWork, action: Active, why: Rejected, mapping: Mapping[str, str], at: datetime) -> MemberWork:
    """The work after Mailchimp refused the action: what it says about the address, or about what was sent.

    Where the refusal says that the contact is not as it was thought to be, it is read before the next decision; if
    that does not explain it, the refusal stands, so that nothing goes in circles. Raises `why` where only another
    try, later, can help.
    """
    place = action.to_key if isinstance(action, Move) else action.key
    before = work.unclaimed()
    address = before.addresses[place]
    match why.refusal:
        case Refusal.COMPLIANCE:
            return before.with_addresses(address.model_copy(update={"compliance_at": at}))
        case Refusal.FORGOTTEN:
            return before.with_addresses(address.model_copy(update={"forgotten_at": at, "seen": None, "seen_at": at}))
        case Refusal.EXISTS if place not in work.looked:
            return before.looking_at(place)
        case Refusal.NOT_FOUND | Refusal.CAN_NOT_ARCHIVE if action.key not in work.looked:
            return before.looking_at(action.key)
        case _ if isinstance(action, Move) and action.key not in work.looked:
            return before.looking_at(action.key)  # an old address that bounced or opted out can not be moved (FACTS 6)
        case _:
            return _refused_as_sent(before, action, why, mapping)


def _refused_as_sent(work: MemberWork, action: Active, why: Rejected, mapping: Mapping[str, str]) -> MemberWork:
    """The record remembers what was refused, so that the same is not sent again until somebody retries.

    An opt-out, a departure or an erasure is never given up: its refusal is raised again, to be tried later.
    """
    if (given_up := advanced(work.record, action)) != work.record:
        return replace(work, record=given_up)  # a step back that Mailchimp refuses is not tried again
    if not isinstance(action, Create | Update | Reconfirm | Lower | Move) or work.digest is None:
        raise why
    match why.refusal:
        case Refusal.EMAIL_REFUSED:
            reason = Reason(code=ReasonCode.EMAIL_REFUSED)
        case Refusal.FIELD_INVALID:
            field = next((source for source, tag in mapping.items() if tag == why.detail), why.detail)
            reason = Reason(code=ReasonCode.FIELD_INVALID, detail=field)
        case _:
            reason = Reason(code=ReasonCode.REFUSED_BY_MAILCHIMP, detail=why.detail or why.refusal)
    refusal = RefusalOnRecord(digest=work.digest, reason=reason)
    return replace(work, record=work.record.model_copy(update={"refusal": refusal}))
