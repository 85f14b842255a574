"""From a member to what a contact should show: every value formatted and checked for the type of its field."""

import hashlib
import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple

from accord.domain.connection import AudienceSetup, FieldType, MergeField
from accord.domain.member import Member, PostalAddress
from accord.domain.values import Value, normalised

type FieldValue = str | int | float | dict[str, str]
type NationalPhone = Callable[[str], str | None]
"""Gives a US number in Mailchimp's `(NPA) NXX-LINE` form, or None for any other number."""

MAX_TEXT_BYTES = 255  # longer texts are cut by Mailchimp (FACTS section 6); cutting them here keeps both sides equal
NO_STATE = "-"  # Mailchimp wants a state in every address; most of Europe has none


class InvalidField(NamedTuple):
    """A value that can not be sent: the member's field, by its path."""

    field: str


class Payload(Value):
    """What the contact of a member should show. `empty` are the mapped fields without a value, by merge tag."""

    email: str
    merge_fields: dict[str, str | int | float | dict[str, str]] = {}
    empty: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()
    language: str = ""
    tags: tuple[str, ...] = ()
    permissions: dict[str, bool] = {}
    """What upstream states of marketing permissions, by id."""

    @property
    def digest(self) -> str:
        """Equal payloads have equal digests, tags apart; the address is compared as Mailchimp compares it. Without
        permissions it is what it was before there were any: else every contact would be written to once more."""
        apart = {"tags"} if self.permissions else {"tags", "permissions"}
        shown = self.model_dump(mode="json", exclude=apart) | {"email": normalised(self.email)}
        return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:32]


def fingerprint(value: FieldValue) -> str:
    """A short digest of one value, to tell later whether it is still the one that Accord wrote. Mailchimp gives an
    address back with its empty parts, and a number as it likes."""
    match value:
        case dict():
            value = {part: text for part, text in value.items() if text}
        case int() | float():
            value = float(value)
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def fingerprints(before: Mapping[str, str], fields: Mapping[str, FieldValue]) -> dict[str, str]:
    """By merge tag, of the values that Accord wrote: those before, and these; what is cleared has none."""
    marks = dict(before) | {tag: fingerprint(value) for tag, value in fields.items()}
    return {tag: mark for tag, mark in marks.items() if fields.get(tag, mark) != ""}


def payload_of(
    member: Member, mapping: Mapping[str, str], setup: AudienceSetup, national_phone: NationalPhone
) -> Payload | InvalidField:
    """What is sent for a member with an email address, or the first field whose value can not be sent.

    A mapping to a field that the audience does not have is passed over: Mailchimp would ignore the value.
    """
    fields = {field.tag: field for field in setup.merge_fields}
    filled: dict[str, str | int | float | dict[str, str]] = {}
    empty: list[str] = []
    for source, tag in sorted(mapping.items()):
        if (field := fields.get(tag)) is None:
            continue
        raw = _value(member, source)
        if raw is None or raw == "":
            empty.append(tag)
        elif (formatted := _formatted(raw, field, national_phone)) is None:
            return InvalidField(source)
        else:
            filled[tag] = formatted
    missing = next((tag for tag in empty if fields[tag].required), None)
    if missing is not None:
        return InvalidField(next(source for source, tag in sorted(mapping.items()) if tag == missing))
    interests: list[str] = []
    for category, names in member.groups.items():
        ids = {_folded(i.name): i.id for i in setup.interests if _folded(i.category) == _folded(category)}
        if any(_folded(name) not in ids for name in names):
            return InvalidField(f"groups.{category}")
        interests += [ids[_folded(name)] for name in names]
    return Payload(
        email=member.email or "",
        merge_fields=filled,
        empty=tuple(empty),
        interests=tuple(sorted(interests)),
        language=member.language.replace("-", "_"),
        tags=tuple({_folded(tag): tag for tag in member.tags}.values()),
    )


def _folded(name: str) -> str:
    """Names of tags and groups are compared without regard to case, as Mailchimp does (FACTS section 6)."""
    return name.strip().casefold()


def _value(member: Member, source: str) -> str | int | float | date | PostalAddress | None:
    if source.startswith("fields."):
        value = member.fields.get(source.removeprefix("fields."))
        return str(value).lower() if isinstance(value, bool) else value  # booleans are sent as text (FACTS section 6)
    given = getattr(member, source, None)
    if isinstance(given, PostalAddress):
        return given if any(given.model_dump().values()) else None
    return given if isinstance(given, str | date) else None


def _formatted(
    value: str | int | float | date | PostalAddress, field: MergeField, national_phone: NationalPhone
) -> FieldValue | None:
    if isinstance(value, PostalAddress):
        return _address(value) if field.type is FieldType.ADDRESS else None
    text = value.isoformat() if isinstance(value, date) else str(value).strip()
    match field.type:
        case FieldType.TEXT:
            return text.encode()[:MAX_TEXT_BYTES].decode(errors="ignore")
        case FieldType.NUMBER:
            return _number(value, text)
        case FieldType.RADIO | FieldType.DROPDOWN:
            return next((choice for choice in field.choices if _folded(choice) == _folded(text)), None)
        case FieldType.DATE:
            return parsed.isoformat() if (parsed := _date(text)) else None
        case FieldType.BIRTHDAY:
            return parsed.strftime("%m/%d") if (parsed := _date(text)) else None
        case FieldType.PHONE:
            return national_phone(text) if field.phone_format.upper() == "US" else text
        case FieldType.ZIP:
            return text if re.fullmatch(r"\d{5}", text) else None
        case FieldType.URL | FieldType.IMAGEURL:
            return text if re.fullmatch(r"https?://\S+", text) else None
        case FieldType.ADDRESS:
            return None


def _number(value: str | int | float | date, text: str) -> int | float | None:
    """A number that JSON has a form for: not one too large, and neither infinite nor none at all."""
    try:
        number = float(value if isinstance(value, int | float) else text)
    except (ValueError, OverflowError):
        return None
    if not math.isfinite(number):
        return None
    if isinstance(value, int | float):
        return value
    return int(number) if number.is_integer() else number


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _address(value: PostalAddress) -> dict[str, str] | None:
    """Mailchimp takes an address only whole: street, city and postal code (FACTS section 6)."""
    if not (value.line1 and value.city and value.postal_code):
        return None
    parts = {
        "addr1": value.line1,
        "addr2": value.line2,
        "city": value.city,
        "state": value.state or NO_STATE,
        "zip": value.postal_code,
        "country": value.country,
    }
    return {name: part for name, part in parts.items() if part}
