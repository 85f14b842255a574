"""What became of an action that succeeded: the addresses as they are after it."""

from datetime import datetime

from accord.domain import marketing_permissions
from accord.domain.actions import Create, Lower, Move, Reconfirm, Update
from accord.domain.address import Address, Origin
from accord.domain.contact import Contact, ContactPatch, ContactStatus, TagChange
from accord.domain.drift import MOST_TAGS_SHOWN
from accord.domain.observation import left_behind, observe
from accord.domain.payload import fingerprints
from accord.domain.values import newest


def created(address: Address, action: Create, hash_: str, at: datetime) -> Address:
    """A contact that Accord created. Its `contact_id` is learnt from the next read: bulk answers have none."""
    return address.model_copy(
        update={
            "seen": action.contact.status,
            "seen_at": at,
            "mark": "",
            "subscriber_hash": hash_,
            "contact_id": None,
            "origin": Origin.CREATED,
            "digest": action.digest,
            "written": fingerprints({}, action.contact.merge_fields),
            "interests": tuple(action.contact.interests),
            "language": action.contact.language,
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
                "mark": "",
                "contact_id": contact.contact_id,
                "subscriber_hash": contact.subscriber_hash,
                "archived_by_us_at": None,
                "archived_by_staff_at": None,
                "asked_for": action.asks_for if isinstance(action, Reconfirm) else address.asked_for,
            }
        )
    written = _carrying(seen, action.patch, action.digest, address, contact, action.lets_go)
    foreign = action.puts_back.foreign if isinstance(action, Update) and action.puts_back is not None else ()
    ours = {tag: mark for tag, mark in written.written.items() if tag not in foreign}
    return written if ours == written.written else written.model_copy(update={"written": ours})


def lowered(address: Address, action: Lower, contact: Contact, at: datetime) -> Address:
    """A contact that was asked to confirm: what Accord wrote to it before is still there."""
    return address.model_copy(
        update={
            "seen": contact.status,
            "seen_at": at,
            "mark": "",
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
            "mark": "",
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
    return left_behind(learnt, at), _carrying(taken, action.patch, action.digest, old, contact)


def followed(old: Address, new: Address, contact: Contact, at: datetime) -> tuple[Address, Address]:
    """Both addresses after the contact was found at the new one, which its person chose: what is seen there counts
    as theirs, and what Accord knows of the contact goes along, once, save tags that are not on it any more. A contact
    thought to be deleted was only elsewhere, and an address where another one is known by now is that one's."""
    seen = observe(new.model_copy(update={"attempt": None}), contact, at)
    if old.contact_id not in {None, contact.contact_id}:
        return old.model_copy(update={"attempt": None}), seen
    giver = seen if not old.ours and new.contact_id == contact.contact_id else old
    known: dict[str, object] = {"origin": giver.origin, "digest": None, "written": giver.written}
    shown = {tag.casefold() for tag in contact.tags}
    tags = tuple(tag for tag in giver.tags if tag.casefold() in shown or len(shown) >= MOST_TAGS_SHOWN)
    known |= {"interests": giver.interests, "tags": tags, "permissions": giver.permissions}
    known["language"] = giver.language
    known["reconfirmed_for"] = newest(old.reconfirmed_for, new.reconfirmed_for)
    gone_since = {"forgotten_at": None} if old.seen is None else {}
    return left_behind(old, at).model_copy(update=gone_since), seen.model_copy(update=known)


def tagged(address: Address, change: TagChange) -> Address:
    """The address after Accord's tags on its contact were changed."""
    gone = {tag.casefold() for tag in change.remove}
    kept = (tag for tag in address.tags if tag.casefold() not in gone)
    tags = tuple(dict.fromkeys((*kept, *change.add)))
    return address.model_copy(update={"tags": tags, "mark": "", "attempt": None})


def archived(address: Address, at: datetime) -> Address:
    """A contact that Accord archived: a returning member's consent may bring it back."""
    return address.model_copy(
        update={"seen": ContactStatus.ARCHIVED, "seen_at": at, "mark": "", "archived_by_us_at": at, "attempt": None}
    )


def unsubscribed(address: Address, contact: Contact, at: datetime) -> Address:
    """A contact to which Accord carried an opt-out: known as upstream's, not as one made in Mailchimp."""
    return address.model_copy(
        update={
            "seen": contact.status,
            "seen_at": at,
            "mark": "",
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
        archived_by_staff_at=address.archived_by_staff_at,
        asked_for=address.asked_for,
        reconfirmed_for=address.reconfirmed_for,
        complained_at=address.complained_at,
        forgotten_at=address.forgotten_at,
    )


def _carrying(
    address: Address,
    patch: ContactPatch,
    digest: str | None,
    before: Address,
    contact: Contact,
    lets_go: tuple[str, ...] = (),
) -> Address:
    """With what was written, in the form in which the contact shows it: Mailchimp may have put a value in another one,
    and to compare with what was sent would find it changed for ever. So would what upstream states no more and
    somebody changed: a value that is not cleared, and a language, which is never."""
    language = before.language if digest in {None, before.digest} else ""
    kept = {tag: mark for tag, mark in before.written.items() if tag not in lets_go}
    chosen = tuple(interest for interest, on in patch.interests.items() if on)
    shown = {tag: contact.merge_fields.get(tag, value) for tag, value in patch.merge_fields.items() if value != ""}
    return address.model_copy(
        update={
            "origin": before.origin or Origin.ADOPTED,
            "digest": digest,
            "written": fingerprints(kept, patch.merge_fields | shown),
            "interests": chosen if patch.interests else before.interests,
            "language": contact.language if patch.language else language,
            "permissions": before.permissions | marketing_permissions.written(before, patch.permissions),
        }
    )
