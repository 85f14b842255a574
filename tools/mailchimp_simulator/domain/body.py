"""Reading a JSON body: what is missing or of the wrong type is refused with its field's name."""

from collections.abc import Collection, Mapping
from typing import Any

from tools.mailchimp_simulator.domain.problems import unfit

Body = Mapping[str, Any]

_NAMES = {bool: "boolean", int: "integer", str: "string", list: "array", dict: "object", float: "number"}


def read[T](body: Body, name: str, kind: type[T], default: T) -> T:
    """The field's value, or the default where it is absent. Raises Problem 400 where the type is another."""
    value = body.get(name, default)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
        found = "NULL" if value is None else _NAMES.get(type(value), "value")
        raise unfit((name, f"Schema describes {_NAMES[kind]}, {found} found instead"))
    return value


def required(body: Body, name: str) -> str:
    """A text that must be there and not be empty."""
    text = read(body, name, str, "")
    if not text.strip():
        raise unfit((name, "This value should not be blank."))
    return text


def one_of(body: Body, name: str, choices: Collection[str], default: str = "") -> str:
    """A text out of a fixed set; the default (where there is one) when it is absent."""
    value = read(body, name, str, default) if default else required(body, name)
    if value not in choices:
        raise unfit((name, f"Data presented is not one of the accepted values: {', '.join(sorted(choices))}."))
    return value


def texts(body: Body, name: str, *, at_most: int) -> list[str]:
    """A list of texts; absent is empty."""
    values: list[Any] = read(body, name, list, [])
    if len(values) > at_most:
        raise unfit((name, f"You may only submit up to {at_most} values."))
    for value in values:
        if not isinstance(value, str):
            raise unfit((name, "Schema describes string, another type found instead"))
    return values
