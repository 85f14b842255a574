"""Body -> JSON: strictly, because a change that is read in two ways is a change that is lost."""

import hashlib
import re
from collections.abc import Collection
from enum import StrEnum
from typing import Any

from accord.adapters.http.messages import Request
from accord.adapters.http.problems import ProblemError, wrong_shape
from accord.domain import strict_json
from accord.usecases.explain_refusal import FieldError

MAX_BODY = 1_048_576
MAX_CHANGES = 500
MAX_REQUEST_ID = 256


def posted_changes(request: Request) -> list[object]:
    """The changes of `{"changes": [...]}`, each still as it was sent."""
    changes = posted_object(request, allowed=("changes",)).get("changes")
    if not isinstance(changes, list) or not changes:
        raise wrong_shape(FieldError("changes", "must be a list of 1 to 500 changes"))
    if len(changes) > MAX_CHANGES:
        raise ProblemError(413, "Too large", "A request takes 500 changes at most: send them in several.")
    return changes


def posted_change(request: Request) -> dict[str, Any]:
    """The one change of a PUT or DELETE, whose id is in the path."""
    change = posted_object(request)
    if "id" in change:
        raise wrong_shape(FieldError("id", "is said by the path; remove it from the body"))
    return change


def posted_object(request: Request, *, allowed: Collection[str] | None = None) -> dict[str, Any]:
    """The JSON object in the body, with no other fields than those allowed."""
    document = _json(request.body)
    if not isinstance(document, dict):
        raise wrong_shape(FieldError("body", "must be a JSON object"))
    strangers = [name for name in document if allowed is not None and name not in allowed]
    if strangers:
        raise wrong_shape(*(FieldError(name[:100], "is not a known field; remove it") for name in strangers[:20]))
    return document


def flag(request: Request, name: str) -> bool:
    """`?name=true` or `?name=false`; absent means false."""
    match request.query.get(name, "false"):
        case "true":
            return True
        case "false":
            return False
        case _:
            raise wrong_shape(FieldError(name, "must be true or false"))


def number(request: Request, name: str, default: int, most: int) -> int:
    """A number from one to `most` in the query."""
    text = request.query.get(name)
    if text is None:
        return default
    if re.fullmatch(r"[0-9]{1,6}", text) and 1 <= int(text) <= most:
        return int(text)
    raise wrong_shape(FieldError(name, f"must be a number from 1 to {most}"))


def choice[Choice: StrEnum](value: object, name: str, choices: type[Choice]) -> Choice | None:
    """One of the choices, or none."""
    if value is None:
        return None
    if isinstance(value, str) and value in choices:
        return choices(value)
    raise wrong_shape(FieldError(name, f"must be one of {', '.join(choices)}"))


def request_id(request: Request) -> str | None:
    """The `webhook-id` under which the request is known when it comes again, signed or not, with a digest of what it
    says: a sender that gives every request the same id loses nothing."""
    name = request.headers.get("webhook-id", "").strip()
    if len(name) > MAX_REQUEST_ID:
        raise wrong_shape(FieldError("webhook-id", "is too long; 256 characters are the most"))
    asked = f"{request.route} {sorted(request.path.items())} {sorted(request.query.items())} "
    said = hashlib.sha256(asked.encode() + request.body).hexdigest()[:16]
    return f"{name}#{said}" if name else None


def _json(body: bytes) -> object:
    if len(body) > MAX_BODY:
        raise ProblemError(413, "Too large", "A body takes 1 MB at most: send the changes in several requests.")
    try:
        return strict_json.read(body.decode("utf-8"))
    except ValueError:
        detail = (
            "The body is not JSON in UTF-8: NaN and Infinity are none, and a name may stand only once in an object."
        )
        raise ProblemError(400, "Not JSON", detail) from None
