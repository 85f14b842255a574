"""What a contact showed before a run against what it shows now: which values are put back, and which stay. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from accord.domain.address import Address
from accord.domain.before_image import BeforeImage
from accord.domain.contact import Contact
from accord.domain.inverse import Back, Step, WhyNot
from accord.domain.payload import FieldValue, fingerprint
from accord.domain.plan import FieldChange

TAGS, LANGUAGE = "tags", "language"
"""What is called so where it is no merge tag."""


@dataclass(slots=True)
class Parts:
    """What becomes of the parts of one member, as they are found."""

    steps: list[Step] = field(default_factory=list)
    changes: list[FieldChange] = field(default_factory=list)
    not_undone: dict[tuple[str, WhyNot], None] = field(default_factory=dict)

    def leave(self, what: str, why: WhyNot) -> None:
        """This stays as it is."""
        self.not_undone[what, why] = None


def as_one(group: Sequence[BeforeImage]) -> BeforeImage:
    """Several images of one contact: of whatever is in more than one, what was there at first."""
    one, *later = group
    for image in later:
        tags = {tag.casefold() for tag in (*one.add_tags, *one.remove_tags)}
        new = {tag for tag in image.fields if tag not in one.fields}
        one = one.model_copy(
            update={
                "fields": image.fields | one.fields,
                "own": (*one.own, *(tag for tag in image.own if tag in new)),
                "interests": image.interests | one.interests,
                "language": one.language if one.language is not None else image.language,
                "permissions": image.permissions | one.permissions,
                "unseen": tuple({*one.unseen, *image.unseen}),
                "add_tags": (*one.add_tags, *(tag for tag in image.add_tags if tag.casefold() not in tags)),
                "remove_tags": (*one.remove_tags, *(tag for tag in image.remove_tags if tag.casefold() not in tags)),
            }
        )
    return one


def put_back(parts: Parts, image: BeforeImage, address: Address, contact: Contact) -> None:
    """The values of a contact, save what somebody changed since; then its tags."""
    fields: dict[str, FieldValue] = {}
    for tag, value in sorted(image.fields.items()):
        shown = contact.merge_fields.get(tag, "")
        if fingerprint(shown) == fingerprint(value):
            continue
        if not _is_as_written(address, image, tag, shown):
            parts.leave(tag, WhyNot.CHANGED_SINCE)
            continue
        fields[tag] = "" if is_empty(value) else value
        parts.changes.append(FieldChange(field=tag, before=shown, after=fields[tag]))
    interests = {id_: on for id_, on in sorted(image.interests.items()) if contact.interests.get(id_, False) is not on}
    step = Step(
        back=Back.VALUES,
        key=address.key,
        fields=fields,
        expects={tag: fingerprint(contact.merge_fields.get(tag, "")) for tag in fields},
        foreign=tuple(tag for tag in fields if tag not in image.own),
        interests=interests,
        language=_language(parts, image, address, contact),
        permissions=_permissions(parts, image, contact),
    )
    switched = interests | step.permissions
    parts.changes += [FieldChange(field=id_, before=_on(not on), after=_on(on)) for id_, on in switched.items()]
    if fields or switched or step.language:
        parts.steps.append(step)
    _tags(parts, image, address, contact)


def untouched(address: Address, contact: Contact) -> bool:
    """Whether the contact shows nothing but what Accord wrote to it."""
    values = {tag: fingerprint(value) for tag, value in contact.merge_fields.items() if not is_empty(value)}
    chosen = {interest for interest, on in contact.interests.items() if on}
    tags, ours = ({tag.casefold() for tag in tags} for tags in (contact.tags, address.tags))
    as_written = values == address.written and chosen == set(address.interests) and tags == ours
    return as_written and address.language in {"", contact.language}


def is_empty(value: FieldValue) -> bool:
    """Whether a field shows nothing. Mailchimp gives an address back with its empty parts."""
    return not any(value.values()) if isinstance(value, dict) else value == ""


def _is_as_written(address: Address, image: BeforeImage, tag: str, shown: FieldValue) -> bool:
    """Whether a field shows what Accord wrote, or gave back; or nothing where it wrote nothing."""
    last = address.written.get(tag) or image.gave_back.get(tag)
    return is_empty(shown) if last is None else last == fingerprint(shown)


def _language(parts: Parts, image: BeforeImage, address: Address, contact: Contact) -> str:
    if image.language is None or image.language == contact.language:
        return ""
    if contact.language != address.language:
        parts.leave(LANGUAGE, WhyNot.CHANGED_SINCE)
        return ""
    if not image.language:
        parts.leave(LANGUAGE, WhyNot.NEVER_EMPTY)
        return ""
    parts.changes.append(FieldChange(field=LANGUAGE, before=contact.language, after=image.language))
    return image.language


def _permissions(parts: Parts, image: BeforeImage, contact: Contact) -> dict[str, bool]:
    """Those that the run switched on are switched off; nothing but the person's own word switches one on."""
    for id_ in image.unseen:
        parts.leave(id_, WhyNot.UNKNOWN)
    changed = {id_: on for id_, on in image.permissions.items() if contact.permissions.get(id_, on) is not on}
    for id_, on in changed.items():
        if on:
            parts.leave(id_, WhyNot.PERMISSION)
    return {id_: on for id_, on in changed.items() if not on}


def _tags(parts: Parts, image: BeforeImage, address: Address, contact: Contact) -> None:
    """The difference within Accord's own. One that somebody took off, or gave, since is left to them."""
    shown, ours = ({tag.casefold() for tag in tags} for tags in (contact.tags, address.tags))
    remove = tuple(tag for tag in image.add_tags if tag.casefold() in ours & shown)
    add = tuple(tag for tag in image.remove_tags if tag.casefold() not in ours | shown)
    if add or remove:
        tagged = Step(back=Back.TAGS, key=address.key, email=contact.email, add_tags=add, remove_tags=remove)
        parts.steps.append(tagged)
    if any(tag.casefold() in shown ^ ours for tag in (*image.add_tags, *image.remove_tags)):
        parts.leave(TAGS, WhyNot.CHANGED_SINCE)


def _on(value: bool) -> str:
    return "true" if value else "false"
