"""Updates in a batch of Mailchimp's: which may go there, what their claims remember, and what overtakes them. Pure.

A batch writes when it pleases, so no newer values are written to a contact before it is over. An opt-out or an erasure
goes first all the same: what is in a batch has no status, and can neither undo the one nor, being a PATCH, the other.
"""

from collections.abc import Iterable
from datetime import datetime

from accord.domain.actions import Action, Active, Erase, Exclude, Hold, Look, Nothing, Unsubscribe, Update
from accord.domain.address import Address, Effect, InBatch
from accord.domain.contact import Contact, ContactPatch
from accord.domain.record import Record


def may_go(action: Active) -> bool:
    """Whether an action may go out in a batch: fields of a contact that stays where it is, and as it stands. Without
    fields its call would need a query, which a batch may not pass on (FACTS section 1.6)."""
    if not isinstance(action, Update):
        return False
    return action.patch.status is None and action.patch.email is None and bool(action.patch.merge_fields)


def remembered(action: Update, until: datetime) -> InBatch:
    """What a claim has to remember of an update: only the contact comes back, perhaps to another process."""
    patch = action.patch
    return InBatch(
        until=until,
        digest=action.digest,
        clears=tuple(tag for tag, value in patch.merge_fields.items() if value == ""),
        lets_go=action.lets_go,
        interests=patch.interests,
        language=bool(patch.language),
        permissions=patch.permissions,
    )


def update_of(address: Address, contact: Contact | None) -> Update | None:
    """The update that a claim remembers, with the values that the contact shows after it; None without such a claim."""
    attempt = address.attempt
    if attempt is None or attempt.batch is None:
        return None
    sent = attempt.batch
    fields = contact.merge_fields if contact is not None else {}
    shown = {tag: fields[tag] for tag in attempt.writes if tag in fields}
    patch = ContactPatch(
        merge_fields=shown | dict.fromkeys(sent.clears, ""),
        interests=sent.interests,
        language=contact.language if contact is not None and sent.language else "",
        permissions=sent.permissions,
    )
    return Update(address.key, patch, sent.digest, sent.lets_go)


def seen_then(address: Address, contact: Contact, now: datetime) -> datetime:
    """When a contact was as the result of its update shows it: the update is older than its result is read, and what
    was seen meanwhile is newer."""
    begun = address.attempt.begun if address.attempt is not None else None
    return min(max(contact.last_changed or now, begun or now), now)


def rests(address: Address, at: datetime) -> bool:
    """Whether an address is claimed for a batch alone, which may still write."""
    attempt = address.attempt
    return attempt is not None and attempt.batch is not None and attempt.until == attempt.batch.until > at


def as_overtaken(address: Address, at: datetime) -> Address:
    """The address as who overtakes a batch sees it: free. Where an erasure did, it is as good as erased."""
    if address.attempt is None or not rests(address, at):
        return address
    erased: dict[str, object] = {"erased_at": at} if Effect.ERASE in address.attempt.effects else {}
    return address.model_copy(update={"attempt": None, **erased})


def may_overtake(action: Action, record: Record, resting: Iterable[Address]) -> bool:
    """Whether an action need not wait until the batch is over in which some of the member's addresses are. An erasure
    is only certified then: it has to be seen once more that nothing is left."""
    match action:
        case Unsubscribe() | Erase():
            return True
        case Look(key=key):
            return all(address.key != key for address in resting)
        case Exclude() | Hold() | Nothing():
            return record.urgent and not any(awaits_erasure(address) for address in resting)
    return False


def awaits_erasure(address: Address) -> bool:
    """Whether an erasure was carried out here that is to be verified."""
    return address.attempt is not None and Effect.ERASE in address.attempt.effects


def back_in_batch(before: Address, after: Address, token: str, at: datetime) -> Address:
    """An address after an action at `at` that overtook a batch: the claim of the batch goes on, under the token of who
    overtook it, so that what the batch answers for it, which is older, is dropped. What was erased is looked at again
    in the end, under the names that it had."""
    attempt = before.attempt
    if attempt is None or attempt.batch is None or attempt.batch.until <= at or after.attempt is not None:
        return after
    erased = after.erased_at is not None and after.erased_at != before.erased_at
    effects = (Effect.WRITE, Effect.ERASE) if erased else (Effect.WRITE,)
    resting = attempt.model_copy(update={"token": token, "until": attempt.batch.until, "effects": effects})
    if erased:
        return before.model_copy(update={"revision": after.revision, "attempt": resting})
    return after.model_copy(update={"attempt": resting})


def named(address: Address, batch_id: str) -> Address:
    """The address once Mailchimp told the name of the batch."""
    attempt = address.attempt
    if attempt is None or attempt.batch is None:
        return address
    batch = attempt.batch.model_copy(update={"id": batch_id})
    return address.model_copy(update={"attempt": attempt.model_copy(update={"batch": batch})})


def done(address: Address) -> Address:
    """The address once the batch has dealt with it: it writes there no more."""
    if address.attempt is None:
        return address
    return address.model_copy(update={"attempt": address.attempt.model_copy(update={"batch": None})})


def over(address: Address, at: datetime) -> Address:
    """The address once the batch is over whose answer for it does not count: the contact is read next."""
    ended = done(address)
    if ended.attempt is None:
        return ended
    return ended.model_copy(
        update={"attempt": ended.attempt.model_copy(update={"until": min(ended.attempt.until, at)})}
    )
