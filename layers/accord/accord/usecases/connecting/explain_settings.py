"""What pydantic found wrong with the settings of a connection -> the field and the remedy, without the value."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from accord.domain.connection_settings import MEMBER_FIELDS
from accord.usecases.explain_refusal import FieldError, first_of_each

_FIXED = {
    "missing": "is missing",
    "extra_forbidden": "is not a known setting; remove it",
    "string_type": "must be a text",
    "string_too_short": "must not be empty",
    "bool_type": "must be true or false",
    "dict_type": "must be an object of names and values",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
}
_BY_FIELD = {
    "id": "must be 1 to 63 lower-case letters, digits or dashes, and begin with a letter or digit",
    "create.country": "must be two capital letters, such as FR",
    "email": "is not a valid email address; correct it, or send null for nobody",
    "mailchimp_api_key": "does not look like an API key of Mailchimp; copy it whole",
    "cobot.space": "must be the first part of the space's address: `beehive` of beehive.cobot.me",
}
_MAPPING_KEY = f"is no field of members; take one of {', '.join(MEMBER_FIELDS)}, or fields.<name> for one of your own"
_MAPPING_VALUE = (
    "must be a merge tag of 1 to 10 capital letters, digits or _, other than EMAIL; or null to leave it out"
)
_PERMISSION_KEY = "is no consent; take `consent` for the newsletter itself, or fields.<name> for a purpose of your own"
_PERMISSION_VALUE = (
    "must be the text or the id of a marketing permission of the audience, of 255 characters at most; or null to leave "
    "it out"
)


def explain_settings(error: ValidationError) -> tuple[FieldError, ...]:
    """The errors, each field once, twenty at most."""
    return first_of_each(_explained(each) for each in error.errors(include_url=False, include_input=False))


def _explained(error: Mapping[str, Any]) -> FieldError:
    loc: Sequence[int | str] = error["loc"]
    path = [str(step)[:100] for step in loc if step != "[key]"]
    field = ".".join(path) or "body"
    kind, context = str(error["type"]), error.get("ctx", {})
    if path[:1] == ["mapping"] and len(path) > 1:
        return FieldError(field, _MAPPING_KEY if "[key]" in loc else _MAPPING_VALUE)
    if path[:1] == ["permissions"] and len(path) > 1:
        return FieldError(field, _PERMISSION_KEY if "[key]" in loc else _PERMISSION_VALUE)
    if kind in {"missing", "extra_forbidden"}:
        return FieldError(field, _FIXED[kind])
    if field in _BY_FIELD:
        return FieldError(field, _BY_FIELD[field])
    if kind in _FIXED:
        return FieldError(field, _FIXED[kind])
    if kind in {"enum", "literal_error"}:
        return FieldError(field, f"must be {context['expected']}")
    if kind == "string_too_long":
        return FieldError(field, f"is too long; {context['max_length']} characters are the most")
    return FieldError(field, "is not valid here")
