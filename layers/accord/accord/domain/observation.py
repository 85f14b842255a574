"""What is seen in Mailchimp is merged into the memory of the address: by one pure function, whoever saw it."""

from datetime import datetime, timedelta
from typing import Final

from accord.domain.address import Address, Attempt, Effect, Origin
from accord.domain.contact import ENDED, MAILED, Contact, ContactStatus
from accord.domain.marketing_permissions import switched_on
from accord.domain.payload import fingerprint
from accord.domain.values import newest

CLOCKS_DIFFER = timedelta(seconds=5)
"""By how much Mailchimp's clock may be behind ours."""


def observe(address: Address, contact: Contact | None, at: datetime) -> Address:
    """The address after its contact was read at `at`; None: Mailchimp does not know it.

    An open or expired attempt on the address means that what is seen may be Accord's own doing: then a `subscribed`
    is not taken for the person's opt-in, and no digest is trusted. The attempt is resolved by this. What is known of
    one contact is never taken for another's that is there now.
    """
    if contact is not None and is_anothers(address, contact):
        address = left_behind(address, at)
    unresolved = set(address.attempt.effects) - {Effect.OBSERVE} if address.attempt is not None else set()
    if contact is None or _moved_on(address, contact, unresolved):
        return _absent(address, unresolved, at)
    changed_at = contact.last_changed or at
    known = {tag.casefold() for tag in contact.tags}
    update: dict[str, object] = {
        "seen": contact.status,
        "seen_at": at,
        "mark": "",
        "contact_id": contact.contact_id or address.contact_id,
        "subscriber_hash": address.subscriber_hash or contact.subscriber_hash,
        "attempt": None,
    }
    if contact.one_to_one is not None:
        update["one_to_one"] = contact.one_to_one
    if contact.status is not ContactStatus.ARCHIVED:
        update |= {"archived_by_us_at": None, "archived_by_staff_at": None}
    if contact.status is ContactStatus.SUBSCRIBED and address.origin is None and not unresolved:
        update["opted_in_at"] = address.opted_in_at or contact.opted_in_at
    if unresolved - {Effect.TAG}:
        update["digest"] = None
    if address.attempt is not None and unresolved:
        written = {t: m for t, m in address.attempt.writes.items() if fingerprint(contact.merge_fields.get(t, "")) == m}
        chosen = (i for i in (*address.interests, *address.attempt.interests) if contact.interests.get(i))
        update |= {"written": address.written | written, "interests": tuple(dict.fromkeys(chosen))}
        update |= {"tags": tuple(tag for tag in address.tags if tag.casefold() in known)}
        update |= {"permissions": address.permissions | switched_on(address.attempt, contact)}
        if _asked(address.attempt, contact):
            update["asked_for"] = newest(address.asked_for, address.attempt.asks_for)
        if _lowered(address.attempt, contact):
            update["reconfirmed_for"] = newest(address.reconfirmed_for, address.attempt.reconfirms)
    if address.origin is None and unresolved & {Effect.CREATE, Effect.MOVE}:
        update |= _brought(address.attempt) if _the_one_moved(address, contact) else _UNTOUCHED
    elif address.origin is None and unresolved & {Effect.WRITE, Effect.RAISE, Effect.ASK}:
        update["origin"] = Origin.ADOPTED
    if contact.status is not address.seen:
        update |= _turned(address, contact, changed_at, unresolved)
    elif not unresolved:
        update |= _again(address, contact)
    news = address.complained_at is None or contact.status is not address.seen
    if contact.complained and contact.status in ENDED and news:  # also of who had opted out before
        update["complained_at"] = newest(address.complained_at, changed_at)
    return address.model_copy(update=update)


def witness(address: Address, contact: Contact | None, at: datetime) -> Address:
    """What `observe` makes of it, and which of the values that Accord wrote somebody changed since. As long as a
    write may still take effect, nobody knows whose a value is. What is news to its holders makes it `untold`."""
    seen = observe(address, contact, at)
    if contact is not None and address.attempt is None:
        edited = edited_values(seen, contact)
        edited_at = address.edited_at if edited == address.edited else contact.last_changed or at
        seen = seen.model_copy(update={"edited": edited, "edited_at": edited_at})
    news = (seen.seen, seen.facts, seen.edited) != (address.seen, address.facts, address.edited)
    news = news or (contact is not None and is_anothers(address, contact))
    return seen.model_copy(update={"untold": address.untold or (news and bool(seen.holders))})


def edited_values(address: Address, contact: Contact) -> dict[str, str]:
    """Which of the values that Accord wrote last the contact shows otherwise: merge tag -> fingerprint of what it is
    now. The empty parts of an address count for nothing, and numbers are compared as numbers."""
    shown = {tag: fingerprint(contact.merge_fields[tag]) for tag in address.written if tag in contact.merge_fields}
    return {tag: mark for tag, mark in shown.items() if mark != address.written[tag]}


def calls_for_decision(before: Address, after: Address) -> bool:
    """Whether whoever holds the address is to be decided anew: something is seen of somebody's will, or what Accord
    wrote is not there any more."""
    lost = (before.ours and not after.ours) or (before.digest is not None and after.digest is None)
    return before.untold or lost or (before.seen, before.facts, before.tags) != (after.seen, after.facts, after.tags)


def newly_edited(before: Address, after: Address) -> tuple[str, ...]:
    """The merge tags of the values that somebody changed in Mailchimp and nobody was told of yet; all, where it is not
    known of which they were."""
    known = {} if before.untold else before.edited
    return tuple(sorted(tag for tag, mark in after.edited.items() if known.get(tag) != mark))


def has_gone(address: Address, contact: Contact | None) -> bool:
    """Whether the contact that was read for this address is at another one by now: its person, or the staff, gave it
    that one in Mailchimp."""
    return contact is not None and address.subscriber_hash not in {"", contact.subscriber_hash}


def is_moving(address: Address) -> bool:
    """Whether Accord itself may have moved the contact: an attempt to do so is open, or of unknown effect."""
    return address.attempt is not None and Effect.MOVE in address.attempt.effects


def left_behind(old: Address, at: datetime) -> Address:
    """An address whose contact is at another one now. What was learnt here of the person's will stays; that the staff
    archived it goes along, and ends where it is seen in the audience again."""
    gone = {
        "seen": None,
        "seen_at": at,
        "mark": "",
        "contact_id": None,
        "attempt": None,
        "asked_for": _may_be_asked(old),
    }
    return old.model_copy(update={**_UNTOUCHED, **gone, "archived_by_us_at": None, "archived_by_staff_at": None})


def _may_be_asked(address: Address) -> datetime | None:
    """The opt-in for which somebody was asked here, or may have been before their contact went: an answer is lost, and
    nobody can tell any more. Nobody is asked twice."""
    attempt = address.attempt
    asks = attempt is not None and Effect.ASK in attempt.effects
    return newest(address.asked_for, attempt.asks_for if attempt is not None and asks else None)


def is_anothers(address: Address, contact: Contact) -> bool:
    """Whether the contact that is seen at this address is another one than is known there by its id: that one is
    elsewhere by now, or deleted."""
    known = address.contact_id is not None and contact.contact_id is not None
    return known and contact.contact_id != address.contact_id and not has_gone(address, contact)


def tells_something(address: Address, contact: Contact) -> bool:
    """Whether a contact that a worker has in hand may say something of somebody's will: not where it is being made."""
    is_made = address.seen is None and contact.status in MAILED
    return (contact.status is not address.seen and not is_made) or is_anothers(address, contact)


def _since_ours(address: Address, contact: Contact, effect: Effect) -> bool:
    """Whether what is seen may be the effect of an attempt of Accord's own: nothing says that it happened before."""
    attempt = address.attempt
    if attempt is None or effect not in attempt.effects:
        return False
    return _changed_since(attempt, contact)


def _asked(attempt: Attempt, contact: Contact) -> bool:
    """Whether an ask of unknown effect may have reached the person: they wait or have confirmed, or something changed
    since it began. Where nothing did, nobody was asked, and asking is not over."""
    return contact.status in {ContactStatus.PENDING, ContactStatus.SUBSCRIBED} or _changed_since(attempt, contact)


def _lowered(attempt: Attempt, contact: Contact) -> bool:
    """Whether a reconfirmation of unknown effect may have asked the person: they wait, or something changed since it
    began. One who is found subscribed, as they were before, was not asked."""
    return contact.status is ContactStatus.PENDING or _changed_since(attempt, contact)


def _changed_since(attempt: Attempt, contact: Contact) -> bool:
    changed, begun = contact.last_changed, attempt.begun
    return changed is None or begun is None or changed >= begun - CLOCKS_DIFFER


_UNTOUCHED: Final[dict[str, object]] = {
    "origin": None,
    "digest": None,
    "written": {},
    "interests": (),
    "language": "",
    "tags": (),
    "permissions": {},
}


def _the_one_moved(address: Address, contact: Contact) -> bool:
    """Whether this is the contact that a move should bring here, not somebody else's that was here already."""
    moves = address.attempt.moves if address.attempt is not None else None
    return moves is None or contact.contact_id == moves


def _brought(attempt: Attempt | None) -> dict[str, object]:
    """A contact that was there before Accord stays one when Accord moves it."""
    return {"origin": (attempt.origin if attempt is not None else None) or Origin.CREATED}


def _moved_on(address: Address, contact: Contact, unresolved: set[Effect]) -> bool:
    """Whether a move of unknown effect did take this contact, found by its id, to the new address."""
    return Effect.MOVE in unresolved and contact.subscriber_hash != address.subscriber_hash


def _turned(address: Address, contact: Contact, at: datetime, unresolved: set[Effect]) -> dict[str, object]:
    """What a change of status says about the person's will, or the staff's."""
    match contact.status:
        case ContactStatus.SUBSCRIBED:
            gone_here = address.seen_at is not None and (address.forgotten_at or address.erased_at)
            otherwise_before = address.seen is not None or gone_here  # not what another audience knew (inheritance.py)
            if otherwise_before and not unresolved:
                return {"confirmed_at": newest(address.confirmed_at, at)}
        case ContactStatus.UNSUBSCRIBED if not contact.complained and _since_ours(address, contact, Effect.UNSUBSCRIBE):
            pass  # Accord carried an opt-out that it knows; one that the person made as well, Mailchimp itself keeps
        case ContactStatus.UNSUBSCRIBED:
            return {"unsubscribed_at": newest(address.unsubscribed_at, at)}
        case ContactStatus.CLEANED:
            return {"bounced_at": newest(address.bounced_at, at)}
        case ContactStatus.ARCHIVED:
            ours = Effect.ARCHIVE in unresolved
            return {"archived_by_us_at": at} if ours else {"archived_by_staff_at": at}
        case ContactStatus.PENDING | ContactStatus.TRANSACTIONAL:
            pass
    return {}


def _again(address: Address, contact: Contact) -> dict[str, object]:
    """What was told last and is seen as it was may have ended and come again meanwhile: nobody knows when, so that it
    counts from the contact's last change."""
    match contact.status:
        case ContactStatus.UNSUBSCRIBED if address.unsubscribed_at is not None:
            return {"unsubscribed_at": newest(address.unsubscribed_at, contact.last_changed)}
        case ContactStatus.CLEANED if address.bounced_at is not None:
            return {"bounced_at": newest(address.bounced_at, contact.last_changed)}
    return {}


def _absent(address: Address, unresolved: set[Effect], at: datetime) -> Address:
    """A contact that was there and is gone was permanently deleted, unless Accord moved or erased it itself."""
    update: dict[str, object] = {"seen": None, "seen_at": at, "mark": "", "attempt": None, "digest": None}
    update |= {"contact_id": None, "asked_for": _may_be_asked(address)}
    if Effect.MOVE in unresolved and address.seen is not None:
        update |= _UNTOUCHED
    elif Effect.ERASE in unresolved:
        update |= {**_UNTOUCHED, "erased_at": at, "subscriber_hash": ""}
    elif address.seen is not None:
        update["forgotten_at"] = at
    return address.model_copy(update=update)
