"""One action on one contact: the call it needs, what comes of it, and what a refusal of it means."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from accord.domain import outcome
from accord.domain.actions import Active, Archive, Create, Erase, Look, Move, Reconfirm, Tag, Unsubscribe, Update
from accord.domain.address import Address
from accord.domain.contact import ContactPatch, ContactStatus
from accord.domain.observation import observe
from accord.domain.reasons import ReasonCode
from accord.domain.record import Reason
from accord.domain.record import Refusal as RefusalOnRecord
from accord.errors import Refusal, Rejected
from accord.ports import Audience
from accord.usecases.member_work import MemberWork

UNSUBSCRIBED = ContactPatch(status=ContactStatus.UNSUBSCRIBED)


def perform(audience: Audience, work: MemberWork, action: Active, at: datetime) -> MemberWork:
    """The work after the action took effect. The addresses of `work` are the claimed ones. Raises what the port
    raises; creations and tags go out in bulk (see perform_bulk)."""
    after = _effect(audience, work, action, at)
    contact = after.contact if isinstance(action, Look) else None
    return replace(after, contact=contact, done=(*work.done, action))


def _effect(audience: Audience, work: MemberWork, action: Active, at: datetime) -> MemberWork:
    address = work.addresses[action.key]
    match action:
        case Look():
            return _look(audience, work, address, at)
        case Update(patch=patch) if patch == ContactPatch():
            return work.with_addresses(outcome.adopted(address, action.digest))
        case Update() | Reconfirm():
            contact = audience.change(address.reference, action.patch)
            return work.with_addresses(outcome.patched(address, action, contact, at))
        case Move(to_key=to_key):
            contact = audience.change(address.reference, action.patch)
            return work.with_addresses(*outcome.moved(address, work.addresses[to_key], action, contact, at))
        case Archive():
            audience.archive(address.reference)
            return work.with_addresses(outcome.archived(address, at))
        case Unsubscribe():
            contact = audience.change(address.reference, UNSUBSCRIBED)
            return work.with_addresses(outcome.unsubscribed(address, contact, at))
        case Erase():
            return _erase(audience, work, address, at)
        case Create() | Tag():
            msg = f"{type(action).__name__} goes out in bulk"
            raise TypeError(msg)


def _look(audience: Audience, work: MemberWork, address: Address, at: datetime) -> MemberWork:
    """Read the contact and merge what is seen; at the current address the decision then sees its fields as well."""
    contact = audience.read(address.reference) if address.reference else None
    seen = work.with_addresses(observe(address, contact, at))
    return replace(seen, must_look=None, contact=contact if address.key == work.record.current else None)


def _erase(audience: Audience, work: MemberWork, address: Address, at: datetime) -> MemberWork:
    if address.seen is not None:
        try:
            audience.erase(address.subscriber_hash)
        except Rejected as refusal:
            if refusal.refusal is not Refusal.NOT_FOUND:
                raise
    return work.with_addresses(outcome.erased(address, at))


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
            return before.with_addresses(address.model_copy(update={"forgotten_at": at, "seen": None}))
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
    if not isinstance(action, Create | Update | Reconfirm | Move) or work.digest is None:
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
