"""One change as it was posted -> a change that can be accepted, or what is wrong with it."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from accord.domain.changes import Erased, Left, OrderBy, Upserted, member_change
from accord.usecases.explain_refusal import A_DATE, A_TIME, WHOLE, FieldError, explain, first_of_each

MAX_BYTES = 16 * 1024
"""Of one change, as UTF-8 JSON without spaces."""
AHEAD = timedelta(minutes=5)
"""How far a clock upstream may run ahead of ours."""

_TIMES = (("occurred_at",), ("member", "consent", "at"))
_DATES = (("member", "birthday"), ("member", "joined_on"))
_A_TIME = re.compile(r"(?!0|1[0-8]|9999)\d{4}-\d\d-\d\d[Tt ]")
_A_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_AHEAD = "is more than five minutes ahead of now; set the clock of your server, and send when it happened"


def validate_change(raw: object, order: OrderBy, now: datetime) -> Upserted | Left | Erased | tuple[FieldError, ...]:
    """The change, or every error found. The connection's `order` says which field must be there."""
    if not isinstance(raw, dict):
        return (FieldError(WHOLE, "must be an object"),)
    try:
        size = len(json.dumps(raw, ensure_ascii=False, separators=(",", ":")).encode())
    except UnicodeEncodeError:
        return (FieldError(WHOLE, "holds half a character (an unpaired surrogate); remove it"),)
    if size > MAX_BYTES:
        return (FieldError(WHOLE, "is larger than 16 KB; shorten its texts or send fewer fields"),)
    misspelt = _misspelt(raw)
    written = [FieldError(".".join(path), message) for path, message in misspelt.items()]
    try:
        change = member_change.validate_python(_without(raw, misspelt))
    except ValidationError as error:
        return first_of_each([*written, *explain(error)])
    return tuple(written) or _out_of_order(change, order) or _in_the_future(change, now) or change


def _misspelt(raw: Mapping[str, object]) -> dict[tuple[str, ...], str]:
    """Dates that are not written as dates: pydantic would take a number, even in a text, for seconds since 1970. And
    times so early or late that they have no equal in UTC."""
    errors: dict[tuple[str, ...], str] = {
        path: message
        for paths, form, message in ((_TIMES, _A_TIME, A_TIME), (_DATES, _A_DATE, A_DATE))
        for path in paths
        if (value := _at(raw, path)) is not None and not (isinstance(value, str) and form.match(value))
    }
    if isinstance(raw.get("version"), bool):
        errors["version",] = "must be a whole number"
    return errors


def _without(raw: Mapping[str, Any], paths: Iterable[tuple[str, ...]]) -> dict[str, Any]:
    """A copy in which these fields, which may all be missing, are null."""
    copy = dict(raw)
    for first, *rest in paths:
        copy[first] = _without(copy[first], [tuple(rest)]) if rest else None
    return copy


def _at(raw: Mapping[str, object], path: tuple[str, ...]) -> object:
    value: object = raw
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _out_of_order(change: Upserted | Left | Erased, order: OrderBy) -> tuple[FieldError, ...]:
    missing = {
        OrderBy.OCCURRED_AT: change.occurred_at is None,
        OrderBy.VERSION: change.version is None,
        OrderBy.RECEIVED: False,
    }
    if not missing[order]:
        return ()
    return (FieldError(order.value, "is missing; this connection orders the changes of a member by it"),)


def _in_the_future(change: Upserted | Left | Erased, now: datetime) -> tuple[FieldError, ...]:
    moments = {"occurred_at": change.occurred_at}
    if isinstance(change, Upserted) and change.member.consent is not None:
        moments["member.consent.at"] = change.member.consent.at
    return tuple(
        FieldError(field, _AHEAD) for field, moment in moments.items() if moment is not None and moment > now + AHEAD
    )
