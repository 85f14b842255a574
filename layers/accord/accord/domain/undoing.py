"""An undo, step by step, as the decision carries it out: never a status without consent, never who said no. Pure.

Whatever is decided here was planned before (inverse_plan.py), and is looked at once more: much may have happened since.
"""

from datetime import datetime

from accord.domain.actions import Action, Active, Archive, Hold, Look, Move, Nothing, Tag, Update
from accord.domain.address import Address
from accord.domain.case import Case
from accord.domain.contact import MAILED, Contact, ContactPatch, ContactStatus, TagChange
from accord.domain.history import Cause
from accord.domain.inverse import Back, Order, Step
from accord.domain.payload import Payload, fingerprint
from accord.domain.permission import Permission, owner, permission
from accord.domain.reasons import ReasonCode, Status
from accord.domain.record import Presence, Reason, Record


def due(case: Case) -> Active | None:
    """The next step back that is still to be done and may be."""
    if case.record.undo is None or case.record.presence is Presence.ERASED:
        return None
    return next((action for step in case.record.undo.steps if (action := _action(case, step)) is not None), None)


def standing(case: Case) -> Action | None:
    """How a member stands of whom something was undone, until upstream says something new; None where that is decided
    as always: by their consent, or by somebody else at their address."""
    place = case.current
    if not case.record.undone or case.record.presence is Presence.ERASED or place is None or not _may(case, place):
        return None
    ours = [each for each in case.addresses if each.ours]
    if not ours:
        return None  # in this audience nothing was undone
    mailed = next((each for each in ours if each.seen in MAILED), None)
    if mailed is None:
        return Nothing(Status.ARCHIVED, ReasonCode.UNDONE)
    if mailed.seen is ContactStatus.PENDING:
        asked = ReasonCode.RECONFIRMATION_SENT if mailed.awaits_reconfirmation else ReasonCode.CONFIRMATION_SENT
        return Hold(Status.AWAITING_CONFIRMATION, asked)
    return Nothing(Status.SYNCED, ReasonCode.UNDONE)


def may_come_back(case: Case, address: Address) -> bool:
    """Whether a contact that Accord archived may be in the audience again: only where the consent table allows the
    first status at this moment, and nobody else has the address."""
    others = tuple(other for other in case.addresses if other is not address)
    free = address.seen is ContactStatus.ARCHIVED and address.archived_by_us_at is not None and address.ours
    alone = not address.held_with_others(case.record.who)
    return free and alone and permission(case.record, address, others).permission is Permission.FIRST_STATUS


def may_move_back(case: Case, address: Address, old: Address) -> bool:
    """Whether the contact may get the address back that it had: nobody is there, and nobody else has either one."""
    free = old.seen is None and not old.held_with_others(case.record.who)
    alone = not address.held_with_others(case.record.who)
    there = address.seen is ContactStatus.SUBSCRIBED and address.contact_id is not None
    others = tuple(other for other in case.addresses if other is not old)
    return free and alone and there and permission(case.record, old, others).permission is Permission.FIRST_STATUS


def confirmed(action: Active, contact: Contact) -> Active | None:
    """The step as it may be done to the contact that was read right before it: without the fields that somebody
    changed since it was planned. None where nothing of it is left: the person may have opted out, and nobody told."""
    match action:
        case Archive(puts_back=Step(mark=mark)):
            return action if contact.mark == mark else None
        case Update(puts_back=Step(back=Back.VALUES)) if contact.status not in MAILED:
            return None
        case Update(patch=patch, puts_back=Step(back=Back.VALUES, expects=expects)):
            fields = {
                tag: value
                for tag, value in patch.merge_fields.items()
                if fingerprint(contact.merge_fields.get(tag, "")) == expects.get(tag)
            }
            left = patch.model_copy(update={"merge_fields": fields})
            return Update(action.key, left, action.digest, (), action.puts_back) if left != ContactPatch() else None
        case Update(puts_back=Step()):
            return action if contact.status is ContactStatus.ARCHIVED else None
        case Move(puts_back=Step()):
            return action if contact.status is ContactStatus.SUBSCRIBED else None
    return action


def advanced(record: Record, done: Active) -> Record:
    """The record after a step was done, or turned out to be in vain. An address that the contact got back is in
    Accord's care again."""
    step = done.puts_back if isinstance(done, Update | Archive | Move) else None
    if step is None or record.undo is None:
        return record
    left = tuple(each for each in record.undo.steps if each != step)
    back = step.to_key if step.back is Back.ADDRESS else None
    held = tuple(each.model_copy(update={"until": None}) if each.key == back else each for each in record.addresses)
    order = record.undo.model_copy(update={"steps": left})
    return record.model_copy(update={"undo": order, "addresses": held})


def ordered(record: Record, order: Order, cause: Cause, due_at: datetime) -> Record:
    """The record with an order to put something back, offered again at `due_at` should no worker take it up. What
    upstream said until now does not count until it says something new; where an undo itself is undone, it counts
    again."""
    return record.model_copy(
        update={
            "undo": order,
            "undone": "" if order.again else order.run_id,
            "status": Status.PENDING,
            "reason": Reason(code=ReasonCode.QUEUED),
            "since": cause.at,
            "cause": cause,
            "attempts": 0,
            "due_at": due_at,
        }
    )


def _may(case: Case, address: Address) -> bool:
    """Whether the member's contact at an address is theirs, and nothing says that they do not want it."""
    others = tuple(other for other in case.addresses if other is not address)
    theirs = owner(address) in {None, case.record.who}
    return theirs and permission(case.record, address, others).permission is not Permission.NOTHING


def _action(case: Case, step: Step) -> Active | None:
    address = next((each for each in case.addresses if each.key == step.key), None)
    if address is None or not address.ours or not _may(case, address):
        return None
    digest = case.payload.digest if isinstance(case.payload, Payload) else address.digest or ""
    mailed = address.seen in MAILED
    match step.back:
        case Back.ARCHIVE if case.to_archive(address) and not address.held_with_others(case.record.who):
            return Archive(step.key, step)
        case Back.VALUES if mailed:
            return Update(step.key, _patch(address, step), digest, (), step)
        case Back.TAGS if mailed and (change := _tags(address, step)):
            unread = case.contact is None and step.key == case.record.place
            return Look(step.key) if unread else Tag(step.key, step.email, change)
        case Back.ADDRESS:
            old = next((each for each in case.addresses if each.key == step.to_key), None)
            if old is not None and may_move_back(case, address, old):
                return Move(step.key, step.to_key, ContactPatch(email=step.email), digest, step)
        case Back.AUDIENCE if may_come_back(case, address):
            return Update(step.key, ContactPatch(status=case.policy.first_status), digest, (), step)
    return None


def _patch(address: Address, step: Step) -> ContactPatch:
    """With the interests that Accord chose and that stay, since all of them are remembered with what is written."""
    stay = dict.fromkeys(address.interests, True) if step.interests else {}
    return ContactPatch(
        merge_fields=step.fields,
        interests=stay | step.interests,
        language=step.language,
        permissions={id_: on for id_, on in step.permissions.items() if not on},
    )


def _tags(address: Address, step: Step) -> TagChange:
    have = {tag.casefold() for tag in address.tags}
    return TagChange(
        add=tuple(tag for tag in step.add_tags if tag.casefold() not in have),
        remove=tuple(tag for tag in step.remove_tags if tag.casefold() in have),
    )
