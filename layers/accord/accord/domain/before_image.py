"""What a contact showed right before a run wrote to it: what will be changed, and no more. Pure."""

import hashlib

from accord.domain import writing
from accord.domain.actions import (
    Active,
    Archive,
    Create,
    Erase,
    Lower,
    Move,
    Reconfirm,
    Tag,
    Unsubscribe,
    Update,
)
from accord.domain.address import Address, Origin
from accord.domain.case import Case
from accord.domain.contact import MAILED, Contact, ContactPatch, ContactStatus, TagChange
from accord.domain.payload import FieldValue, Payload, fingerprint
from accord.domain.plan import Planned, planned_of
from accord.domain.record import Record
from accord.domain.values import Moment, Value


class BeforeImage(Value):
    """One write of a run to one contact, and what was there before. `id` is ordered by time within the run."""

    run_id: str
    member_id: str
    id: str
    at: Moment
    deed: Planned
    """What was done. Of a creation there was nothing before."""
    key: str = ""
    """The address whose contact was written to."""
    to_key: str = ""
    """Of a move: the address that the contact got."""
    contact_id: str | None = None
    status: ContactStatus | None = None
    email: str = ""
    """Of a move: the address that it had."""
    fields: dict[str, str | int | float | dict[str, str]] = {}
    own: tuple[str, ...] = ()
    """Those of them whose value was Accord's own."""
    gave_back: dict[str, str] = {}
    """Of an undo: the fingerprints of values that were written without being Accord's own."""
    interests: dict[str, bool] = {}
    language: str | None = None
    """None: it was not to be changed. Empty: it had none."""
    permissions: dict[str, bool] = {}
    unseen: tuple[str, ...] = ()
    """Marketing permissions that were written without being seen."""
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    wanted: str = ""
    """A digest of what upstream wanted then (wanted_mark)."""

    @property
    def bare(self) -> "BeforeImage":
        """What is kept of it once the member is erased: that there was something."""
        return BeforeImage(run_id=self.run_id, member_id=self.member_id, id=self.id, at=self.at, deed=Planned.ERASE)


TAGS_FOLLOW = frozenset({Planned.UPDATE, Planned.SUBSCRIBE, Planned.ASK, Planned.MOVE})
"""The deeds after which the difference in Accord's own tags is made: it is kept with them."""


def wanted_mark(record: Record) -> str:
    """Of all that upstream said of a member, their profile by its keyed digest: another one, and they are another
    member to an undo."""
    said = (record.presence.value, record.profile_mark, record.memory.model_dump_json(), str(record.returned_at))
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def must_read(action: Active) -> bool:
    """Whether only the contact itself tells what is there before the action. A bulk creation finds nothing there, and
    what is done about tags concerns Accord's own."""
    match action:
        case Update(patch=patch):
            return patch != ContactPatch()
        case Reconfirm() | Move() | Archive():
            return True
    return False


def image_of(
    case: Case, action: Active, contact: Contact | None, id_: tuple[str, str], at: Moment
) -> BeforeImage | None:
    """What is to be kept before the action; None where it changes nothing. `case` is as it was before the claim,
    `contact` as it was just read, where `must_read`; `id_` are the run and the image."""
    address = next((each for each in case.addresses if each.key == action.key), None)
    if address is None or not isinstance(
        action, Create | Update | Reconfirm | Lower | Move | Tag | Archive | Unsubscribe | Erase
    ):
        return None
    image = BeforeImage(
        run_id=id_[0],
        member_id=case.record.member_id,
        id=id_[1],
        at=at,
        deed=planned_of(action),
        key=action.key,
        contact_id=contact.contact_id if contact is not None else address.contact_id,
        status=contact.status if contact is not None else address.seen,
        wanted=wanted_mark(case.record),
    )
    match action:
        case Update(patch=patch) | Reconfirm(patch=patch):
            change = _tags_that_follow(case, address)
            shown = _shown(image, address, contact, patch, change)
            if isinstance(action, Update) and action.puts_back is not None and shown.fields:
                foreign = {tag: fingerprint(patch.merge_fields[tag]) for tag in shown.fields}
                kept = {tag: mark for tag, mark in foreign.items() if tag in action.puts_back.foreign}
                shown = shown.model_copy(update={"gave_back": kept})
            return shown if shown != image or patch.status is not None else None
        case Move(to_key=to_key, patch=patch):
            shown = _shown(image, address, contact, patch, _tags_that_follow(case, address))
            return shown.model_copy(update={"to_key": to_key, "email": contact.email if contact is not None else ""})
        case Tag(change=change):
            return image.model_copy(update={"add_tags": change.add, "remove_tags": change.remove})
    return image


def covers(image: BeforeImage, action: Active, address: Address) -> bool:
    """Whether what is there before the action is in the image already: a contact that was not there before the run, and
    that Accord did create; or the tags that follow a write."""
    if action.key != (image.to_key or image.key):
        return False
    if image.deed is Planned.CREATE:
        return isinstance(action, Tag | Update) and address.origin is Origin.CREATED
    return isinstance(action, Tag) and image.deed in TAGS_FOLLOW


def _shown(
    image: BeforeImage, address: Address, contact: Contact | None, patch: ContactPatch, tags: TagChange
) -> BeforeImage:
    """With every value that would show something else, as the contact shows it."""
    if contact is None:
        return image
    shown = {tag.casefold() for tag in contact.tags}
    fields: dict[str, FieldValue] = {}
    for tag, after in patch.merge_fields.items():
        before = contact.merge_fields.get(tag, "")
        if fingerprint(before) != fingerprint(after):
            fields[tag] = before
    own = tuple(sorted(tag for tag, value in fields.items() if address.written.get(tag) == fingerprint(value)))
    interests = {id_: contact.interests.get(id_, False) for id_, on in patch.interests.items()}
    permissions = {id_: contact.permissions[id_] for id_ in patch.permissions if id_ in contact.permissions}
    return image.model_copy(
        update={
            "fields": fields,
            "own": own,
            "interests": {id_: on for id_, on in interests.items() if on is not patch.interests[id_]},
            "language": contact.language if patch.language not in {"", contact.language} else None,
            "permissions": {id_: on for id_, on in permissions.items() if on is not patch.permissions[id_]},
            "unseen": tuple(sorted(patch.permissions.keys() - permissions.keys())),
            "add_tags": tuple(tag for tag in tags.add if tag.casefold() not in shown),
            "remove_tags": tuple(tag for tag in tags.remove if tag.casefold() in shown),
        }
    )


def _tags_that_follow(case: Case, address: Address) -> TagChange:
    """The difference in Accord's own tags that is made after a write: kept with it, so that one image is enough."""
    follows = isinstance(case.payload, Payload) and address.seen in MAILED and writing.owns_tags(case, address)
    return writing.tag_change(address, case.payload) if follows and isinstance(case.payload, Payload) else TagChange()
