"""Mailchimp's JSON to contacts and audience setups, and back: pure, and lenient towards what may be missing."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from accord.domain.connection import FieldType, Interest, MergeField
from accord.domain.contact import ENDED, Contact, ContactPatch, ContactStatus, NewContact, TagChange, mark_of
from accord.domain.payload import FieldValue
from accord.ports.reconciling import ListedContact

CONTACT_FIELDS = (
    "id",
    "contact_id",
    "email_address",
    "status",
    "unsubscribe_reason",
    "merge_fields",
    "interests",
    "language",
    "last_changed",
    "timestamp_opt",
    "tags",
    "consents_to_one_to_one_messaging",
)
"""What `Contact` needs of a member."""
PERMISSION_FIELD = "marketing_permissions"
"""And where these are compared: their texts are long, and the same for everybody."""

_FIELD_TYPES = frozenset(FieldType)
_STATUSES = frozenset(status.value for status in ContactStatus)
_ALL_TEXTS = {str}


def contact_of(member: Mapping[str, Any]) -> Contact:
    """Raises ValueError when a member has no address, no id, or a status that Accord does not know."""
    email, subscriber_hash, status = _necessary(member)
    return Contact(
        email=email,
        status=ContactStatus(status),
        subscriber_hash=subscriber_hash,
        contact_id=_text(member.get("contact_id")) or None,
        merge_fields=_merge_fields(member),
        interests={name: bool(chosen) for name, chosen in _mapping(member.get("interests")).items()},
        tags=tuple(_tags(member)),
        language=_text(member.get("language")),
        last_changed=moment_of(member.get("last_changed")),
        opted_in_at=moment_of(member.get("timestamp_opt")),
        one_to_one=member.get("consents_to_one_to_one_messaging"),
        complained=_is_complaint(_text(member.get("unsubscribe_reason"))),
        permissions=_permissions(member),
    )


def listed_of(member: Mapping[str, Any], whole: Callable[[], Contact]) -> ListedContact:
    """The address and the mark of a member, which is the mark of its `contact_of`; raises ValueError where that
    would for want of a part. What most members do not have is passed over here: a night looks at a million."""
    email, _, status = _necessary(member)
    interests, reason = member.get("interests"), member.get("unsubscribe_reason")
    mark = mark_of(
        status,
        _text(member.get("contact_id")) or None,
        _merge_fields(member),
        [name for name, chosen in _mapping(interests).items() if chosen] if interests else (),
        _tags(member) if member.get("tags") else (),
        _text(member.get("language")),
        _permissions(member) if member.get(PERMISSION_FIELD) else {},
        moment_of(member.get("last_changed")) if status in ENDED else None,
        complained=bool(reason) and _is_complaint(_text(reason)),
        one_to_one=member.get("consents_to_one_to_one_messaging"),
    )
    return ListedContact(email, mark, whole)


def moment_of(value: object) -> datetime | None:
    """A time as Mailchimp writes it; None for an empty or malformed one. Without a zone it is UTC (FACTS 5.4)."""
    try:
        moment = datetime.fromisoformat(_text(value))
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def merge_fields_of(entries: Iterable[Mapping[str, Any]]) -> tuple[MergeField, ...]:
    """Fields of a type that came after the specification are left out: Accord could not format a value for them."""
    return tuple(merge_field_of(entry) for entry in entries if entry.get("type") in _FIELD_TYPES)


def merge_field_of(entry: Mapping[str, Any]) -> MergeField:
    """Raises ValueError for an unknown type."""
    options = _mapping(entry.get("options"))
    return MergeField(
        tag=_text(entry.get("tag")),
        type=FieldType(_text(entry.get("type"))),
        name=_text(entry.get("name")),
        required=bool(entry.get("required")),
        choices=tuple(_text(choice) for choice in options.get("choices") or ()),
        phone_format=_text(options.get("phone_format")),
    )


def interests_of(category: str, entries: Iterable[Mapping[str, Any]]) -> tuple[Interest, ...]:
    """The interests of one category, given its title."""
    return tuple(
        Interest(category=category, name=_text(entry.get("name")), id=_text(entry.get("id"))) for entry in entries
    )


def tags_of(entries: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Ids by name, of the entries of `tag-search`."""
    return {_text(entry.get("name")): int(entry["id"]) for entry in entries if entry.get("name")}


def created_json(contacts: Sequence[NewContact]) -> dict[str, Any]:
    """The body of a bulk creation, which changes nobody who is there already."""
    members = [
        {"email_address": contact.email, "status": contact.status.value, **_profile(contact)} for contact in contacts
    ]
    return {"members": members, "update_existing": False}


def patch_json(patch: ContactPatch) -> dict[str, Any]:
    """Only what is set is sent. An empty merge value is sent too: it clears the field (FACTS section 6)."""
    body: dict[str, Any] = {} if patch.status is None else {"status": patch.status.value}
    body |= {} if patch.email is None else {"email_address": patch.email}
    permissions = [{"marketing_permission_id": id_, "enabled": on} for id_, on in patch.permissions.items()]
    return body | _profile(patch) | ({"marketing_permissions": permissions} if permissions else {})


def tags_json(change: TagChange) -> dict[str, Any]:
    """The body of `POST tags`.

    `is_syncing` would keep automations from starting. It stays false: a tag that upstream gives to a member is what
    such an automation waits for, and tagging in bulk, which has no such switch, starts them as well.
    """
    tags = [{"name": name, "status": "active"} for name in change.add]
    return {"tags": tags + [{"name": name, "status": "inactive"} for name in change.remove], "is_syncing": False}


def objects(value: object) -> list[dict[str, Any]]:
    """The objects of a JSON array; none where there is no array."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _necessary(member: Mapping[str, Any]) -> tuple[str, str, str]:
    """Address, id and status."""
    email, subscriber_hash = _text(member.get("email_address")), _text(member.get("id"))
    if not email or not subscriber_hash:
        raise ValueError("a member without an address or an id")
    status = _text(member.get("status"))
    if status not in _STATUSES:
        raise ValueError("a status that Accord does not know")
    return email, subscriber_hash, status


def _merge_fields(member: Mapping[str, Any]) -> dict[str, FieldValue]:
    fields = _mapping(member.get("merge_fields"))
    if set(map(type, fields.values())) == _ALL_TEXTS:
        return fields
    return {tag: _field_value(value) for tag, value in fields.items()}


def _tags(member: Mapping[str, Any]) -> list[str]:
    return [_text(tag.get("name")) for tag in objects(member.get("tags")) if tag.get("name")]


def _permissions(member: Mapping[str, Any]) -> dict[str, bool]:
    permissions = objects(member.get(PERMISSION_FIELD))
    return {_text(each.get("marketing_permission_id")): bool(each.get("enabled")) for each in permissions}


def _profile(contact: NewContact | ContactPatch) -> dict[str, Any]:
    parts = {"merge_fields": contact.merge_fields, "interests": contact.interests, "language": contact.language}
    return {name: part for name, part in parts.items() if part}


def _field_value(value: object) -> FieldValue:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case str() | int() | float():
            return value
        case dict():
            return {str(name): _text(part) for name, part in value.items()}
    return json.dumps(value)


def _is_complaint(reason: str) -> bool:
    """The reason of a person who reported the newsletter as spam names the abuse or the complaint."""
    folded = reason.casefold()
    return "abuse" in folded or "complain" in folded


def _text(value: object) -> str:
    if type(value) is str:
        return value
    return "" if value is None else str(value)


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
