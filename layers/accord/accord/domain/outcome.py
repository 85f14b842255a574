"""What became of an action: the address as it is claimed, as it is after success, and as a refusal leaves it."""

from datetime import datetime

from accord.domain import marketing_permissions
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
from accord.domain.address import Address, Attempt, Effect, Origin
from accord.domain.contact import Contact, ContactPatch, ContactStatus, TagChange
from accord.domain.observation import observe
from accord.domain.payload import FieldValue, fingerprint
from accord.domain.values import newest, subscriber_hash


def keys_of(action: Active) -> tuple[str, ...]:
    """The addresses that an action must claim, in the order of their keys."""
    return tuple(sorted((action.key, action.to_key))) if isinstance(action, Move | Follow) else (action.key,)


def effect_of(action: Active) -> Effect:
    """What an action may do to a contact, should its answer be lost."""
    match action:
        case Look() | Follow():
            return Effect.OBSERVE
        case Create():
            return Effect.CREATE
        case Update(patch=patch):
            return Effect.WRITE if patch.status is None else Effect.RAISE
        case Reconfirm() | Lower():
            return Effect.ASK
        case Move():
            return Effect.MOVE
        case Tag():
            return Effect.TAG
        case Archive():
            return Effect.ARCHIVE
        case Unsubscribe():
            return Effect.UNSUBSCRIBE
        case Erase():
            return Effect.ERASE


def claimed(address: Address, action: Active, token: str, span: tuple[datetime, datetime], old: Address) -> Address:
    """The address while the action is under way, from the first moment of `span` to the second at most; `old` is the
    one at `action.key`.

    What a lost answer would leave open is noted beforehand: that the person was asked, what of Accord's the contact
    may carry then, and what attempts before this one may have done.
    """
    begun, until = span
    before = address.attempt or Attempt(token=token, effects=(), until=until, begun=begun)
    attempt = before.model_copy(
        update={
            "token": token,
            "until": until,
            "effects": tuple(dict.fromkeys((*before.effects, effect_of(action)))),
            "writes": before.writes | _written({}, _fields(action)),
            "interests": (*before.interests, *_chosen(action)),
            "permissions": marketing_permissions.attempted(before, address, _permissions(action)),
        }
    )
    update: dict[str, object] = {"attempt": attempt}
    match action:
        case Create(contact=contact, asks_for=opt_in):
            update["subscriber_hash"] = subscriber_hash(contact.email)
            update["attempt"] = attempt.model_copy(update={"asks_for": opt_in})
        case Reconfirm(asks_for=opt_in):
            update["attempt"] = attempt.model_copy(update={"asks_for": opt_in})
        case Lower(approved_at=approved_at):
            update["attempt"] = attempt.model_copy(update={"reconfirms": approved_at})
        case Tag(change=change):
            update["tags"] = (*address.tags, *(tag for tag in change.add if tag not in address.tags))
        case Move(to_key=to_key, patch=patch) if to_key == address.key and patch.email is not None:
            update |= {
                "subscriber_hash": subscriber_hash(patch.email),
                "attempt": attempt.model_copy(update={"moves": old.contact_id, "origin": old.origin}),
                "written": old.written,
                "interests": old.interests,
                "tags": old.tags,
                "permissions": old.permissions,
            }
    return address.model_copy(update=update)


def released(address: Address, before: Address) -> Address:
    """The claimed address after a call that certainly had no effect: as it was before the claim."""
    return before.model_copy(update={"revision": address.revision, "subscriber_hash": address.subscriber_hash})


def unresolved(address: Address, until: datetime) -> Address:
    """The claimed address after a call whose effect is unknown: the attempt stays, until `until`."""
    if address.attempt is None:
        return address
    return address.model_copy(update={"attempt": address.attempt.model_copy(update={"until": until})})


def created(address: Address, action: Create, hash_: str, at: datetime) -> Address:
    """A contact that Accord created. Its `contact_id` is learnt from the next read: bulk answers have none."""
    return address.model_copy(
        update={
            "seen": action.contact.status,
            "seen_at": at,
            "subscriber_hash": hash_,
            "contact_id": None,
            "origin": Origin.CREATED,
            "digest": action.digest,
            "written": _written({}, action.contact.merge_fields),
            "interests": tuple(action.contact.interests),
            "tags": (),
            "permissions": marketing_permissions.written(address, dict.fromkeys(action.declines, False)),
            "asked_for": action.asks_for or address.asked_for,
            "attempt": None,
        }
    )


def patched(address: Address, action: Update | Reconfirm, contact: Contact, at: datetime) -> Address:
    """A contact that Accord wrote to. Without a `status` in the patch, a status that turned meanwhile is the
    person's or the staff's own doing; with one, it is Accord's."""
    answered = address.model_copy(update={"attempt": None})
    seen = observe(answered, contact, at)
    if action.patch.status is not None:
        seen = answered.model_copy(
            update={
                "seen": contact.status,
                "seen_at": at,
                "contact_id": contact.contact_id,
                "subscriber_hash": contact.subscriber_hash,
                "archived_by_us_at": None,
                "archived_by_staff_at": None,
                "asked_for": action.asks_for if isinstance(action, Reconfirm) else address.asked_for,
            }
        )
    return _carrying(seen, action.patch, action.digest, address)


def lowered(address: Address, action: Lower, contact: Contact, at: datetime) -> Address:
    """A contact that was asked to confirm: what Accord wrote to it before is still there."""
    return address.model_copy(
        update={
            "seen": contact.status,
            "seen_at": at,
            "contact_id": contact.contact_id or address.contact_id,
            "reconfirmed_for": newest(address.reconfirmed_for, action.approved_at),
            "attempt": None,
        }
    )


def adopted(address: Address, digest: str) -> Address:
    """A contact that was there before, taken under Accord's care without writing to it."""
    origin = address.origin or Origin.ADOPTED
    return address.model_copy(update={"origin": origin, "digest": digest, "attempt": None})


def moved(old: Address, new: Address, action: Move, contact: Contact, at: datetime) -> tuple[Address, Address]:
    """Both addresses after a contact took the new one: it keeps its id, its history and its tags, and what was not
    known of it until this answer showed it."""
    learnt = observe(old.model_copy(update={"attempt": None}), contact, at)
    taken = new.model_copy(
        update={
            "seen": contact.status,
            "seen_at": at,
            "contact_id": contact.contact_id or old.contact_id,
            "subscriber_hash": contact.subscriber_hash,
            "origin": old.origin,
            "tags": old.tags,
            "archived_by_us_at": None,
            "archived_by_staff_at": learnt.archived_by_staff_at,
            "reconfirmed_for": newest(old.reconfirmed_for, new.reconfirmed_for),
            "attempt": None,
        }
    )
    return _left_behind(learnt, at), _carrying(taken, action.patch, action.digest, old)


def followed(old: Address, new: Address, contact: Contact, at: datetime) -> tuple[Address, Address]:
    """Both addresses after the contact was found at the new one, which its person chose: what is seen there counts
    as theirs, and what Accord knows of the contact goes along, once. A contact thought to be deleted was only
    elsewhere."""
    seen = observe(new.model_copy(update={"attempt": None}), contact, at)
    giver = new if not old.ours and new.contact_id == contact.contact_id else old
    known: dict[str, object] = {"origin": giver.origin, "digest": None, "written": giver.written}
    known |= {"interests": giver.interests, "tags": giver.tags, "permissions": giver.permissions}
    known["reconfirmed_for"] = newest(old.reconfirmed_for, new.reconfirmed_for)
    gone_since = {"forgotten_at": None} if old.seen is None else {}
    return _left_behind(old, at).model_copy(update=gone_since), seen.model_copy(update=known)


def _left_behind(old: Address, at: datetime) -> Address:
    """An address whose contact is at another one now. What was learnt here of the person's will stays; that the staff
    archived it goes along, and ends where it is seen in the audience again."""
    return old.model_copy(
        update={
            "seen": None,
            "seen_at": at,
            "contact_id": None,
            "origin": None,
            "digest": None,
            "written": {},
            "interests": (),
            "tags": (),
            "permissions": {},
            "archived_by_us_at": None,
            "archived_by_staff_at": None,
            "attempt": None,
        }
    )


def tagged(address: Address, change: TagChange) -> Address:
    """The address after Accord's tags on its contact were changed."""
    gone = {tag.casefold() for tag in change.remove}
    kept = (tag for tag in address.tags if tag.casefold() not in gone)
    return address.model_copy(update={"tags": tuple(dict.fromkeys((*kept, *change.add))), "attempt": None})


def archived(address: Address, at: datetime) -> Address:
    """A contact that Accord archived: a returning member's consent may bring it back."""
    return address.model_copy(
        update={"seen": ContactStatus.ARCHIVED, "seen_at": at, "archived_by_us_at": at, "attempt": None}
    )


def unsubscribed(address: Address, contact: Contact, at: datetime) -> Address:
    """A contact to which Accord carried an opt-out: known as upstream's, not as one made in Mailchimp."""
    return address.model_copy(
        update={
            "seen": contact.status,
            "seen_at": at,
            "contact_id": contact.contact_id or address.contact_id,
            "attempt": None,
        }
    )


def erased(address: Address, at: datetime) -> Address:
    """The tombstone: of the contact nothing is kept, of the address what blocks an older consent."""
    return Address(
        key=address.key,
        revision=address.revision,
        holders=address.holders,
        seen_at=at,
        erased_at=at,
        unsubscribed_at=address.unsubscribed_at,
        compliance_at=address.compliance_at,
        bounced_at=address.bounced_at,
        asked_for=address.asked_for,
        reconfirmed_for=address.reconfirmed_for,
        complained_at=address.complained_at,
        forgotten_at=address.forgotten_at,
    )


def _fields(action: Active) -> dict[str, FieldValue]:
    match action:
        case Create(contact=sent) | Update(patch=sent) | Reconfirm(patch=sent) | Move(patch=sent):
            return sent.merge_fields
    return {}


def _chosen(action: Active) -> tuple[str, ...]:
    match action:
        case Create(contact=sent) | Update(patch=sent) | Reconfirm(patch=sent) | Move(patch=sent):
            return tuple(interest for interest, on in sent.interests.items() if on)
    return ()


def _permissions(action: Active) -> dict[str, bool]:
    return action.patch.permissions if isinstance(action, Update | Reconfirm) else {}


def _carrying(address: Address, patch: ContactPatch, digest: str | None, before: Address) -> Address:
    chosen = tuple(interest for interest, on in patch.interests.items() if on)
    return address.model_copy(
        update={
            "origin": before.origin or Origin.ADOPTED,
            "digest": digest,
            "written": _written(before.written, patch.merge_fields),
            "interests": chosen if patch.interests else before.interests,
            "permissions": before.permissions | marketing_permissions.written(before, patch.permissions),
        }
    )


def _written(before: dict[str, str], fields: dict[str, FieldValue]) -> dict[str, str]:
    marks = before | {tag: fingerprint(value) for tag, value in fields.items()}
    return {tag: mark for tag, mark in marks.items() if fields.get(tag, mark) != ""}
