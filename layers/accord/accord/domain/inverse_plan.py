"""The images of a run's writes to a member, and how things stand now -> what would be put back, and what not. Pure."""

from collections.abc import Mapping, Sequence

from accord.domain.address import Address, Origin
from accord.domain.before_image import BeforeImage, wanted_mark
from accord.domain.case import Case
from accord.domain.contact import MAILED, Contact, ContactStatus
from accord.domain.drift import drift
from accord.domain.inverse import Back, NotUndone, Order, Step, WhyNot
from accord.domain.inverse_values import Parts, as_one, put_back, untouched
from accord.domain.observation import has_gone
from accord.domain.permission import OPT_OUTS, Permission, owner, permission
from accord.domain.plan import FieldChange, PlanLine, Planned
from accord.domain.reasons import Status
from accord.domain.record import Presence
from accord.domain.undoing import may_come_back, may_move_back

CONTACT, STATUS, ADDRESS = "contact", "status", "address"
"""What a part of a member's undo is called where it is no merge tag."""
PLANNED = {
    Back.ARCHIVE: Planned.ARCHIVE,
    Back.AUDIENCE: Planned.SUBSCRIBE,
    Back.ADDRESS: Planned.MOVE,
    Back.VALUES: Planned.UPDATE,
    Back.TAGS: Planned.TAG,
}
"""How a line is called, by the first of these that is among its steps."""


def inverse_line(
    images: Sequence[BeforeImage], case: Case, contacts: Mapping[str, Contact | None], undone: str, *, again: bool
) -> PlanLine | None:
    """The line of one member; None where nothing is left of what the run did. `images` are all of this member and run,
    in the order of their ids; `contacts` what Mailchimp shows now at the addresses to which the run wrote (`places`),
    archived ones included; `undone` the run, and `again` whether it was an undo itself.

    Nobody is touched who opted out or was erased since, or of whom upstream said something new; what somebody changed
    in Mailchimp since stays; no status of a contact is changed, save that one which the run archived comes back where
    the consent table allows it now.
    """
    parts = Parts()
    if (why := closed(images, case)) is not None:
        parts.leave(CONTACT, why)
    else:
        for place, group in reversed(_by_place(images, case).items()):
            _undo(parts, place, group, case, contacts)
    backs = {step.back for step in parts.steps}
    if not backs and not parts.not_undone:
        return None
    record = case.record
    return PlanLine(
        member_id=record.member_id,
        planned=next((planned for back, planned in PLANNED.items() if back in backs), Planned.HOLD),
        status=record.status,
        changes=tuple(parts.changes),
        add_tags=tuple(tag for step in parts.steps for tag in step.add_tags),
        remove_tags=tuple(tag for step in parts.steps for tag in step.remove_tags),
        billed=sum(_billed(step, case) for step in parts.steps),
        revision=record.revision,
        order=Order(run_id=undone, steps=tuple(parts.steps), again=again) if parts.steps else None,
        not_undone=tuple(NotUndone(what=what, why=why) for what, why in parts.not_undone),
    )


def places(images: Sequence[BeforeImage], case: Case) -> set[str]:
    """The addresses whose contacts are to be read: where the run left them."""
    return {place for place in _by_place(images, case) if place}


def closed(images: Sequence[BeforeImage], case: Case) -> WhyNot | None:
    """Why nothing of this member may be put back."""
    record = case.record
    if record.presence is Presence.ERASED or any(image.deed is Planned.ERASE for image in images):
        return WhyNot.ERASED
    if any(image.deed is Planned.UNSUBSCRIBE for image in images):
        return WhyNot.UNSUBSCRIBED
    if record.memory.stands_opted_out:
        return WhyNot.OPTED_OUT
    if wanted_mark(record) != images[-1].wanted:
        return WhyNot.CHANGED_UPSTREAM
    if record.status is Status.PENDING:
        return WhyNot.BUSY
    return None


def _by_place(images: Sequence[BeforeImage], case: Case) -> dict[str, list[BeforeImage]]:
    """The images of each contact, by the address where the run left it. What Mailchimp refused was not done: a contact
    that was there after all was not created, and one that is still at its old address did not move."""
    known = {address.key: address for address in case.addresses}
    groups: dict[str, list[BeforeImage]] = {}
    for image in images:
        address, there = known.get(image.key), known.get(image.to_key)
        if image.deed is Planned.CREATE and address is not None and address.origin is Origin.ADOPTED:
            continue
        if image.to_key and there is not None and there.seen is None and address is not None and address.seen:
            continue
        if image.to_key:
            groups[image.to_key] = groups.pop(image.key, [])
        groups.setdefault(image.to_key or image.key, []).append(image)
    return groups


def _undo(
    parts: Parts, place: str, group: Sequence[BeforeImage], case: Case, contacts: Mapping[str, Contact | None]
) -> None:
    """All that was done to one contact."""
    first = group[0]
    address = next((each for each in case.addresses if each.key == place), None)
    contact = contacts.get(place)
    if address is None or contact is None:
        parts.leave(CONTACT, WhyNot.GONE)
        return
    if (why := _unreachable(case, address, contact)) is not None:
        parts.leave(CONTACT, why)
        return
    archived = next((image for image in group if image.deed is Planned.ARCHIVE), None)
    if first.deed is Planned.CREATE:
        _archive(parts, case, address, contact, unchanged=untouched(address, contact))
    elif archived is not None:
        _bring_back(parts, archived, case, address, contact)
    elif first.deed is Planned.SUBSCRIBE and first.status is ContactStatus.ARCHIVED and contact.status in MAILED:
        _archive(parts, case, address, contact, unchanged=not drift(address, contact).restorable)
    elif contact.status not in MAILED:
        parts.leave(CONTACT, WhyNot.CHANGED_SINCE)
    else:
        if any(image.deed in {Planned.SUBSCRIBE, Planned.ASK} for image in group):
            parts.leave(STATUS, WhyNot.STATUS)
        put_back(parts, as_one(group), address, contact)
        if (moved := next((image for image in group if image.deed is Planned.MOVE), None)) is not None:
            _move_back(parts, moved, case, address, contact)


def _unreachable(case: Case, address: Address, contact: Contact) -> WhyNot | None:
    """Why the contact at this address is not touched, whatever was done to it."""
    others = tuple(other for other in case.addresses if other is not address)
    ruling = permission(case.record, address, others)
    if contact.status in {ContactStatus.UNSUBSCRIBED, ContactStatus.CLEANED}:
        return WhyNot.OPTED_OUT
    if ruling.permission is Permission.NOTHING:
        return WhyNot.OPTED_OUT if ruling.reason in OPT_OUTS else WhyNot.NOT_ALLOWED
    if not address.ours:
        return WhyNot.NOT_OURS
    if owner(address) not in {None, case.record.who}:
        return WhyNot.SHARED
    if address.attempt is not None:
        return WhyNot.BUSY
    if has_gone(address, contact):
        return WhyNot.CHANGED_SINCE
    return None


def _archive(parts: Parts, case: Case, address: Address, contact: Contact, *, unchanged: bool) -> None:
    """A contact that the run brought into the audience leaves it, where nobody else has to do with it."""
    if address.held_with_others(case.record.who):
        parts.leave(CONTACT, WhyNot.SHARED)
    elif contact.status is ContactStatus.PENDING:
        parts.leave(CONTACT, WhyNot.PENDING)
    elif contact.status is not ContactStatus.SUBSCRIBED or not unchanged:
        parts.leave(CONTACT, WhyNot.CHANGED_SINCE)
    else:
        parts.steps.append(Step(back=Back.ARCHIVE, key=address.key, mark=contact.mark))


def _bring_back(parts: Parts, image: BeforeImage, case: Case, address: Address, contact: Contact) -> None:
    if contact.status is not ContactStatus.ARCHIVED:
        if contact.status is not ContactStatus.SUBSCRIBED:
            parts.leave(CONTACT, WhyNot.CHANGED_SINCE)
        return  # it is back already
    if image.status is ContactStatus.SUBSCRIBED and may_come_back(case, address):
        parts.steps.append(Step(back=Back.AUDIENCE, key=address.key))
    else:
        parts.leave(STATUS, WhyNot.NOT_ALLOWED)


def _move_back(parts: Parts, image: BeforeImage, case: Case, address: Address, contact: Contact) -> None:
    old = next((each for each in case.addresses if each.key == image.key), None)
    if not image.email:
        parts.leave(ADDRESS, WhyNot.UNKNOWN)
    elif old is None or not may_move_back(case, address, old):
        parts.leave(ADDRESS, WhyNot.ADDRESS_TAKEN)
    else:
        parts.steps.append(Step(back=Back.ADDRESS, key=address.key, to_key=old.key, email=image.email))
        parts.changes.append(FieldChange(field=ADDRESS, before=contact.email, after=image.email))


def _billed(step: Step, case: Case) -> int:
    if step.back is Back.ARCHIVE:
        return -1
    return int(step.back is Back.AUDIENCE and case.policy.first_status is ContactStatus.SUBSCRIBED)
