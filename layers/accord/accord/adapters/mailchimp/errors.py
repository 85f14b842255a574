"""What an answer of Mailchimp that is not a success means: a table, matched by status and title (FACTS section 3).

| answer | error | effect |
|---|---|---|
| 429; a bare 403 or 503, which have no JSON body | Retryable: throttled | none |
| 500, 502, 504, a 503 with a body, any other 5xx | Retryable | unknown, unless the call only reads |
| 401, a JSON 403, a redirect, a 404 of the audience | Misconfigured | none |
| a 404 of a contact, a tag, a report or a batch; 405 when archiving | Rejected: NOT_FOUND; CAN_NOT_ARCHIVE | none |
| 400 and the rest | Rejected, by title; by text only where the title says nothing | none |

Mailchimp's `detail` is looked at and never repeated: it quotes the address. Its texts drift over the years, so parts
of them are looked for, regardless of case.
"""

import json
import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple

from accord.errors import AccordError, Fault, Misconfigured, Refusal, Rejected, Retryable


class Subject(Enum):
    """What a call is about, hence what a 404 means."""

    CONTACT = "contact"
    TAG = "tag"
    BATCH = "batch"
    REPORT = "report"
    AUDIENCE = "audience"
    ACCOUNT = "account"


class Problem(NamedTuple):
    """The body of an error: `title`, and of `detail` and `errors` what they are matched by. Holds personal data."""

    title: str
    detail: str = ""
    fields: tuple[str, ...] = ()


def problem_of(content: bytes) -> Problem | None:
    """The problem document in a body; None when there is none: an empty body, HTML from a CDN, other JSON."""
    try:
        body = json.loads(content)
    except ValueError:
        return None
    if not isinstance(body, dict) or not isinstance(body.get("title"), str):
        return None
    errors = body.get("errors")
    fields = [entry.get("field") for entry in errors if isinstance(entry, dict)] if isinstance(errors, list) else []
    return Problem(
        body["title"], str(body.get("detail", "")), tuple(field for field in fields if isinstance(field, str))
    )


def error_of(status: int, problem: Problem | None, *, subject: Subject, reads: bool) -> AccordError:
    """The error that an answer with this status is. `reads`: the call changes nothing, its effect is never unknown."""
    title = harmless(problem.title) if problem else ""
    named = f"{status} {title}".strip()
    match status:
        case 429:
            return Retryable(f"Mailchimp is busy with ten other calls of this account ({named})", effect_unknown=False)
        case 403 | 503 if problem is None:
            return Retryable(f"Mailchimp slows this account down ({named})", effect_unknown=False)
        case _ if status >= 500:
            return Retryable(f"Mailchimp failed ({named})", effect_unknown=not reads)
        case 401:
            return Misconfigured(
                f"Mailchimp does not accept the API key, or the authorisation was revoked ({named}): store a valid key "
                "in the secret of the connection, or authorise Accord again; then resume the connection",
                fault=Fault.ACCOUNT_REFUSED,
            )
        case 403:
            return Misconfigured(
                f"Mailchimp forbids this ({named}): look whether the account is active, "
                "its plan allows this, and the owner of the API key may manage the audience; then resume the connection"
            )
        case _ if 300 <= status < 400:
            return Misconfigured(
                f"Mailchimp redirects elsewhere ({named}): set the base URL to the data centre named at the end of the "
                "API key, then resume the connection"
            )
        case 404 if subject in (Subject.CONTACT, Subject.TAG, Subject.BATCH, Subject.REPORT):
            return Rejected(Refusal.NOT_FOUND, "" if subject is Subject.CONTACT else subject.value)
        case 404:
            return Misconfigured(
                f"Mailchimp does not know the {subject.value} ({named}): look whether it exists and "
                "belongs to the account of the API key, then resume the connection",
                fault=Fault.AUDIENCE_GONE if subject is Subject.AUDIENCE else None,
            )
        case 405 if subject is Subject.CONTACT:
            return Rejected(Refusal.CAN_NOT_ARCHIVE)
    return refusal_of(problem) if problem else Rejected(Refusal.OTHER, str(status))


_TITLES = {
    "member exists": Refusal.EXISTS,
    "member in compliance state": Refusal.COMPLIANCE,
    "forgotten email not subscribed": Refusal.FORGOTTEN,
}

_TEXTS = (
    # The order matters: the earlier text is the more telling one.
    ("permanently deleted", Refusal.FORGOTTEN),
    ("previously removed from this audience", Refusal.FORGOTTEN),
    ("compliance state", Refusal.COMPLIANCE),
    ("previously unsubscribed", Refusal.COMPLIANCE),
    ("must opt in again", Refusal.COMPLIANCE),
    ("already a list member", Refusal.EXISTS),
    ("already in this list", Refusal.EXISTS),  # with whatever status: reading the contact tells
    ("signed up to a lot of lists", Refusal.SIGNUP_THROTTLED),
    ("fake or invalid", Refusal.EMAIL_REFUSED),
    ("valid email", Refusal.EMAIL_REFUSED),
    ("real email", Refusal.EMAIL_REFUSED),
    ("invalid email", Refusal.EMAIL_REFUSED),
    ("merge fields were invalid", Refusal.FIELD_INVALID),
)


def refusal_of(problem: Problem) -> Rejected:
    """Why one contact was refused, by the body of a 400. `detail` is the field, or the title, never a text."""
    if (refusal := _TITLES.get(problem.title.strip().casefold())) is not None:
        return Rejected(refusal)
    return _refused_field(problem.fields[0]) if problem.fields else _by_text(problem.detail, harmless(problem.title))


def refusal_in_bulk(entry: Mapping[str, Any]) -> Rejected:
    """Why one contact of a bulk creation was refused, by its entry in `errors`."""
    code = str(entry.get("error_code") or "")
    if code == "ERROR_CONTACT_EXISTS":
        return Rejected(Refusal.EXISTS)
    if field := str(entry.get("field") or ""):
        return _refused_field(field)
    return _by_text(str(entry.get("error") or ""), harmless(code))


def _refused_field(field: str) -> Rejected:
    if field.rpartition(".")[2].casefold() in ("email_address", "email"):
        return Rejected(Refusal.EMAIL_REFUSED)
    return Rejected(Refusal.FIELD_INVALID, harmless(field.rpartition("merge_fields.")[2]))


def _by_text(text: str, otherwise: str) -> Rejected:
    folded = text.casefold()
    for part, refusal in _TEXTS:
        if part in folded:
            return Rejected(refusal)
    return Rejected(Refusal.OTHER, otherwise)


def harmless(name: str) -> str:
    """A title, code or field as it may be logged; empty when it does not look like one, for then it may quote."""
    return name if re.fullmatch(r"[\w .:'-]{1,80}", name) else ""
