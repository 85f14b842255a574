"""The one place that says what happens to a member: total, pure, without a clock.

A decision orders one action on one contact; when it is done, the member is decided again, until nothing is left to
do. So an interruption between two actions loses nothing: the next decision sees how far things came.
"""

from accord.domain import reconfirming, undoing, writing
from accord.domain.actions import (
    Action,
    Archive,
    Erase,
    Exclude,
    Follow,
    Hold,
    Look,
    Lower,
    Nothing,
    Passive,
    Tag,
    Unsubscribe,
)
from accord.domain.address import MAX_HOLDERS, Address
from accord.domain.case import Case, departed
from accord.domain.connection import Departure, OnEmailChange
from accord.domain.contact import MAILED, ContactStatus
from accord.domain.payload import InvalidField, Payload
from accord.domain.permission import OPT_OUTS, Permission, Ruling, never_in_mailchimp, owner, permission
from accord.domain.reasons import ReasonCode, Status
from accord.domain.record import Presence


def decide(case: Case) -> Action:
    """What happens next. Never raises a status without the consent that the table asks for."""
    if case.record.status is Status.ERASED:
        return Exclude(ReasonCode.ERASURE, Status.ERASED)  # what happens there since is others' own
    if (unknown := next((a for a in case.addresses if a.attempt is not None), None)) is not None:
        return Look(unknown.key)
    if case.record.presence is Presence.ERASED:
        return _erase(case)
    own = case.record.own_change
    if own is not None and own.left is not None and not own.followed:
        return Follow(own.left, own.key, own.subscriber_hash)
    if (met := _met_again(case)) is not None:
        return met
    ruling = _ruling(case)
    if (opt_out := _opt_out_to_carry(case, ruling)) is not None:
        return Unsubscribe(opt_out.key)
    if case.reconfirmation is not None and (asked := reconfirming.due_for(case)) is not None:
        return Lower(asked.key, case.reconfirmation.approved_at)
    if (back := undoing.due(case) or undoing.standing(case)) is not None:
        return back
    if (gone := departed(case.record, case.policy)) is not None:
        return _depart(case, gone)
    return _stay(case, ruling)


def _ruling(case: Case) -> Ruling:
    """The ruling at the current address; without one, whether the person stands opted out anywhere."""
    place = case.current or Address(key="")
    return permission(case.record, place, tuple(a for a in case.addresses if a is not place))


def _erase(case: Case) -> Action:
    if (address := next(filter(case.to_erase, case.addresses), None)) is not None:
        return Erase(address.key)
    return Exclude(ReasonCode.ERASURE, Status.ERASED)


def _met_again(case: Case) -> Follow | None:
    """Upstream names the address that the person gave their contact in Mailchimp, before anybody knew of that: it is
    the same contact, and what is known of it goes along."""
    here = case.current
    if here is None or here.contact_id is None:
        return None
    others = (a for a in case.addresses if a is not here and not a.held_with_others(case.record.who))
    left = next((a for a in others if a.contact_id == here.contact_id), None)
    return Follow(left.key, here.key, here.subscriber_hash) if left is not None else None


def _opt_out_to_carry(case: Case, ruling: Ruling) -> Address | None:
    """The next contact that must hear of an opt-out, ours or not: nobody who declined is mailed.

    For an opt-out made in Mailchimp a `pending` is left alone: the person began anew there, and it is theirs to finish;
    so is an address that somebody shares with them who agreed: it is told by what happens there.
    What becomes of an address that is somebody else's by now is decided with that holder.
    """
    theirs = [address for address in case.addresses if not address.taken_over(case.record.who)]
    if ruling.permission is not Permission.NOTHING:
        return None
    match ruling.reason:
        case ReasonCode.OPTED_OUT:
            return next((a for a in theirs if a.seen in MAILED), None)
        case ReasonCode.OPTED_OUT_BY_OTHER_HOLDER:
            return next((a for a in theirs if a is case.current and a.seen in MAILED), None)
        case reason if reason in OPT_OUTS:
            alone = (a for a in theirs if not a.agreed_by_others(case.record.who))
            return next((a for a in alone if a.seen is ContactStatus.SUBSCRIBED), None)
    return None


def _depart(case: Case, why: ReasonCode) -> Action:
    """Leaving archives or changes nothing; it never unsubscribes."""
    if why is ReasonCode.LEFT and case.policy.on_leave is Departure.KEEP:
        if any(address.awaits_reconfirmation and address.ours for address in case.kept):
            return Hold(Status.AWAITING_CONFIRMATION, ReasonCode.RECONFIRMATION_SENT)
        stays = any(address.seen in MAILED and address.ours for address in case.kept)
        return Nothing(Status.SYNCED, ReasonCode.LEFT_KEPT) if stays else Nothing(Status.ARCHIVED, why)
    if (address := next(filter(case.to_archive, case.kept), None)) is not None:
        return Archive(address.key)
    if any(address.archived_by_staff_at for address in case.kept):
        return Hold(Status.ARCHIVED_IN_MAILCHIMP, ReasonCode.ARCHIVED_BY_STAFF)
    if any(address.seen is ContactStatus.UNSUBSCRIBED and address.ours for address in case.kept):
        declined = case.record.memory.stands_opted_out
        reason = ReasonCode.UNSUBSCRIBED_UPSTREAM if declined else ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP
        return Hold(Status.UNSUBSCRIBED, reason)
    return Nothing(Status.ARCHIVED, why)


def _stay(case: Case, ruling: Ruling) -> Action:
    address = case.current
    if address is None:
        return _tidy(case) or Exclude(ReasonCode.NO_EMAIL)
    if len(address.current_holders) > MAX_HOLDERS:
        return Hold(Status.FAILED, ReasonCode.ADDRESS_SHARED_BY_TOO_MANY)
    if ruling.permission is Permission.NOTHING:
        return _tidy(case) or _held_back(case, ruling.reason)
    if (shown := owner(address)) is not None and shown != case.record.who:
        return _tidy(case) or Hold(Status.SHARED, ReasonCode.SHARED_WITH, shown.member_id)
    if case.payload is None:
        return Exclude(ReasonCode.PROFILE_NEEDED)
    if (own := case.record.own_change) is not None and not own.email:
        return Look(own.key)
    if isinstance(case.payload, InvalidField):
        return Hold(Status.FAILED, ReasonCode.FIELD_INVALID, case.payload.field)
    if (refusal := case.record.refusal) is not None and refusal.digest == case.payload.digest:
        return Hold(Status.FAILED, refusal.reason.code, refusal.reason.detail)
    return _agree(case, address, case.payload, ruling)


def _agree(case: Case, address: Address, payload: Payload, ruling: Ruling) -> Action:
    """The member may be in the audience: bring the contact there, or bring it up to date."""
    if address.seen is None and ruling.permission >= Permission.ASK:
        if ruling.permission is Permission.FIRST_STATUS and (old := _movable(case)) is not None:
            return writing.move(case, old, address, payload) if old.contact_id else Look(old.key)
        return writing.create(case, address, payload, ruling)
    if address.seen in MAILED and not (address.ours and address.digest == payload.digest):
        return writing.update(case, address, payload)
    if address.seen is not None and address.seen not in MAILED and ruling.permission >= Permission.ASK:
        return writing.raise_status(case, address, payload, ruling)
    if address.seen in MAILED and writing.owns_tags(case, address) and (change := writing.tag_change(address, payload)):
        return Tag(address.key, payload.email, change)
    if address.seen in MAILED and (permits := writing.permissions(case, address, payload)) is not None:
        return permits
    return _tidy(case) or _standing(address)


def _movable(case: Case) -> Address | None:
    """The contact that an address change takes along: subscribed, Accord's, and nobody stays behind at its address."""
    if case.policy.on_email_change is OnEmailChange.KEEP_OLD:
        return None
    alone = (a for a in case.leftovers if a.ours and not a.held_with_others(case.record.who))
    return next((a for a in alone if a.seen is ContactStatus.SUBSCRIBED), None)


def _tidy(case: Case) -> Archive | None:
    """After an address change that moves, the contact left behind is archived."""
    if case.policy.on_email_change is OnEmailChange.KEEP_OLD:
        return None
    return next((Archive(a.key) for a in case.leftovers if case.to_archive(a)), None)


def _standing(address: Address) -> Passive:
    """The status of a contact to which nothing is to be written."""
    match address.seen:
        case ContactStatus.SUBSCRIBED:
            return Nothing(Status.SYNCED, ReasonCode.IN_AGREEMENT)
        case ContactStatus.PENDING if address.awaits_reconfirmation:
            return Hold(Status.AWAITING_CONFIRMATION, ReasonCode.RECONFIRMATION_SENT)
        case ContactStatus.PENDING:
            return Hold(Status.AWAITING_CONFIRMATION, ReasonCode.CONFIRMATION_SENT)
        case _:
            return Hold(Status.NEEDS_RECONFIRMATION, ReasonCode.NOT_CONFIRMED)


def _held_back(case: Case, reason: ReasonCode) -> Passive:
    """The status that goes with a reason for sending nothing."""
    match reason:
        case ReasonCode.OPTED_OUT if never_in_mailchimp(case.addresses):
            return Exclude(reason)
        case ReasonCode.OPTED_OUT:
            return Hold(Status.UNSUBSCRIBED, ReasonCode.UNSUBSCRIBED_UPSTREAM)
        case ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP | ReasonCode.COMPLAINED:
            return Hold(Status.UNSUBSCRIBED, reason)
        case ReasonCode.OPTED_OUT_BY_OTHER_HOLDER:
            return Hold(Status.SHARED, reason)
        case ReasonCode.COMPLIANCE:
            return Hold(Status.NEEDS_RECONFIRMATION, reason)
        case ReasonCode.HARD_BOUNCE:
            return Hold(Status.BOUNCED, reason)
        case ReasonCode.PERMANENTLY_DELETED:
            return Hold(Status.DELETED_IN_MAILCHIMP, reason)
        case ReasonCode.ARCHIVED_BY_STAFF:
            return Hold(Status.ARCHIVED_IN_MAILCHIMP, reason)
        case _:
            return Exclude(reason)
