"""What pydantic found wrong with a change -> the field and the remedy, in plain words and without the value."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError

MAX_ERRORS = 20
"""As many as one answer names for one change."""
WHOLE = "change"
"""The `field` of an error that is not of one field."""

A_TIME = 'must be a date and time with its offset, such as "2026-11-22T10:00:00Z"'
A_DATE = 'must be a date, such as "1990-03-12"'

_VARIANTS = frozenset({"member.upserted", "member.left", "member.erased"})
_FIXED = {
    "missing": "is missing; every change of this kind needs it",
    "extra_forbidden": "is not a known field; remove it, or send it under member.fields",
    "union_tag_not_found": "is missing; say member.upserted, member.left or member.erased",
    "union_tag_invalid": "must be member.upserted, member.left or member.erased",
    "timezone_aware": "has no time zone; end it with Z or with an offset such as +01:00",
    "string_type": "must be a text",
    "string_too_short": "must not be empty",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "greater_than_equal": "must not be negative",
    "less_than": "is too large",
    "tuple_type": "must be a list",
    "dict_type": "must be an object of names and values",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "finite_number": "must be a finite number",
}
_ID = "must be 1 to 128 letters, digits or . _ : | ~ + = - and never an email address: send your application's own id"
_EMAIL = "is not a valid email address; correct it, or send null for a member without one"
_RESERVED = "is at a reserved domain, to which no mail can be sent; correct it, or send null for a member without one"
_CUSTOM = "must be a text, a number, true, false or null"


class FieldError(NamedTuple):
    """One thing that is wrong: the dotted path of the field, and what is wrong with it and how to mend it."""

    field: str
    message: str


def explain(error: ValidationError, *, within: str | None = None) -> tuple[FieldError, ...]:
    """The errors, each field once, in the order of the fields. `within`: the field that was validated alone."""
    found = error.errors(include_url=False, include_input=False)
    prefix = () if within is None else (within,)
    return first_of_each(_explained({**one, "loc": (*prefix, *one["loc"])}) for one in found)


def first_of_each(errors: Iterable[FieldError]) -> tuple[FieldError, ...]:
    """The first error of each field, twenty fields at most."""
    by_field: dict[str, FieldError] = {}
    for error in errors:
        by_field.setdefault(error.field, error)
    return tuple(by_field.values())[:MAX_ERRORS]


def _explained(error: Mapping[str, Any]) -> FieldError:
    kind = str(error["type"])
    path = _path(error["loc"])
    if path[:2] == ["member", "fields"] and len(path) > 2 and kind != "string_too_short":
        return FieldError(_dotted(path[:3]), _CUSTOM)
    if kind.startswith("union_tag"):
        path = ["type"]
    return FieldError(_dotted(path), _message(kind, path, error))


def _path(loc: Sequence[int | str]) -> list[str]:
    """The path without what pydantic adds: the variant of the change, and the mark of a dictionary's key."""
    steps = [str(step) for step in loc if step != "[key]"]
    return steps[1:] if steps and steps[0] in _VARIANTS else steps


def _dotted(path: Sequence[str]) -> str:
    return ".".join(step[:100] for step in path) or WHOLE


def _message(kind: str, path: Sequence[str], error: Mapping[str, Any]) -> str:
    context = error.get("ctx", {})
    if path == ["id"] and kind != "missing":
        return _ID
    if kind in _FIXED:
        return _FIXED[kind]
    if kind == "value_error" and path[-1:] == ["email"]:
        return _RESERVED if "special-use or reserved" in error["msg"] else _EMAIL
    if kind.startswith("datetime"):
        return A_TIME
    if kind.startswith("date"):
        return A_DATE
    if kind in ("enum", "literal_error"):
        return f"must be {context['expected']}"
    if kind in ("too_long", "string_too_long"):
        return f"is too long; {context['max_length']} {'entries' if path[-1] == 'tags' else 'characters'} are the most"
    return "is not valid here"
