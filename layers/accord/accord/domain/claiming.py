"""An address while an action is under way: claimed, with what a lost answer would leave open, and given back."""

from datetime import datetime

from accord.domain import batching, marketing_permissions
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
from accord.domain.address import Address, Attempt, Effect
from accord.domain.payload import FieldValue, fingerprints
from accord.domain.values import subscriber_hash


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


def claimed(
    address: Address,
    action: Active,
    token: str,
    span: tuple[datetime, datetime],
    old: Address,
    *,
    in_batch: bool = False,
) -> Address:
    """The address while the action is under way, from the first moment of `span` to the second at most, `in_batch` or
    by a call of its own; `old` is the one at `action.key`.

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
            "writes": before.writes | fingerprints({}, _fields(action)),
            "interests": (*before.interests, *_chosen(action)),
            "permissions": marketing_permissions.attempted(before, address, _permissions(action)),
        }
    )
    update: dict[str, object] = {"attempt": attempt}
    match action:
        case Update() if in_batch:
            update["attempt"] = attempt.model_copy(update={"batch": batching.remembered(action, until)})
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
