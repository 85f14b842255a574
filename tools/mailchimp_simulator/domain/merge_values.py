"""What a merge field takes: each type's rule, and what is kept of a value (FACTS 6)."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tools.mailchimp_simulator.domain.merge_fields import MergeField, MergeFields
from tools.mailchimp_simulator.domain.problems import invalid_merge_fields, unfit

TEXT_BYTES = 255
_DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%d-%m-%Y", "%m/%d/%Y")
_ADDRESS_PARTS = ("addr1", "addr2", "city", "state", "zip", "country")
_URL = re.compile(r"https?://[^\s/$.?#][^\s]*", re.IGNORECASE)


def merged(
    fields: MergeFields, stored: tuple[Any, ...], given: object, *, skip_required: bool = False
) -> tuple[Any, ...]:
    """The merge values of a contact after `given` (tag to value) is written over what is stored.

    Unknown tags are ignored, an empty string clears, text is cut to 255 bytes. Raises Problem 400 naming every field
    whose value does not fit, and, unless told to skip that, every required field that stays empty: also one that an
    update does not mention (uncertain; the stricter reading).
    """
    if not isinstance(given, Mapping):
        raise unfit(("merge_fields", "Schema describes object, another type found instead"))
    values = list(stored)
    errors: list[tuple[str, str]] = []
    for tag, raw in given.items():
        field = fields.tagged(tag)
        if field is None:
            continue
        if raw is None or isinstance(raw, bool | list) or (isinstance(raw, Mapping) and field.type != "address"):
            # Booleans must be sent as strings (FACTS 6).
            raise unfit((f"merge_fields.{tag}", "Data did not match any of the schemas described in anyOf."))
        try:
            value = "" if raw == "" else _kept(field, raw)
        except ValueError as error:
            errors.append((tag, str(error)))
            continue
        values += [""] * (field.merge_id - len(values))
        values[field.merge_id - 1] = value
    if not skip_required:
        refused = {tag for tag, _ in errors}
        errors += [
            (field.tag, "Please enter a value")
            for field in fields
            if field.required
            and field.tag not in refused
            and (field.merge_id > len(values) or values[field.merge_id - 1] == "")
        ]
    if errors:
        raise invalid_merge_fields(errors)
    while values and values[-1] == "":
        values.pop()
    return tuple(values)


def _kept(field: MergeField, raw: Any) -> Any:
    """What is stored of a value that is not empty. Raises ValueError with Mailchimp's message."""
    if field.type == "address":
        return _address(raw)
    if field.type == "number":
        return _number(raw)
    text = str(raw)
    match field.type:
        case "date":
            return _date(text)
        case "birthday":
            return _birthday(text)
        case "radio" | "dropdown":
            return _demand(text in field.options["choices"], text, "Please enter a value")
        case "zip":
            return _demand(re.fullmatch(r"[0-9]{5}", text), text, "Please enter a zip code (5 digits)")
        case "phone":
            return _phone(text, field.options.get("phone_format"))
        case "url" | "imageurl":
            return _demand(_URL.fullmatch(text), text, "Please enter a valid URL")
        case _:
            return text.encode()[:TEXT_BYTES].decode(errors="ignore")


def _demand(fits: object, text: str, message: str) -> str:
    if not fits:
        raise ValueError(message)
    return text


def _number(raw: Any) -> int | float:
    try:
        number = float(raw)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError("Please enter a number")
    return int(number) if number.is_integer() else number


def _date(text: str) -> str:
    for form in _DATE_FORMATS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC).date().isoformat()
        except ValueError:
            continue
    raise ValueError("Please enter a valid date")


def _birthday(text: str) -> str:
    message = "Please enter a month (01-12) and a day (01-31)"
    _demand(re.fullmatch(r"\d{2}/\d{2}", text), text, message)
    try:
        datetime.strptime(f"2000/{text}", "%Y/%m/%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise ValueError(message) from error
    return text


def _phone(text: str, phone_format: object) -> str:
    """Any text, save in the US format: ten digits, kept as `(404) 555-0142`."""
    if phone_format != "US":
        return text.encode()[:TEXT_BYTES].decode(errors="ignore")
    digits = re.sub(r"[\s().-]", "", text)
    _demand(re.fullmatch(r"[0-9]{10}", digits), text, "Please enter a valid phone number")
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"


def _address(raw: Any) -> dict[str, str]:
    message = "Please enter a complete address"
    if not isinstance(raw, Mapping) or not all(isinstance(raw.get(part, ""), str) for part in _ADDRESS_PARTS):
        raise ValueError(message)
    parts = {part: raw.get(part, "") for part in _ADDRESS_PARTS}
    if not all(parts[part].strip() for part in ("addr1", "city", "state", "zip")):
        raise ValueError(message)
    parts["country"] = parts["country"] or "US"
    return parts
