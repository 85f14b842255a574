"""Mailchimp's webhook -> hint: its form, and its signature (FACTS sections 5.3 and 5.4)."""

import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import parse_qsl

from accord.domain.audience_hint import AudienceHint, HintKind
from accord.domain.values import normalised

MAX_BODY = 262_144
"""Bytes. A contact with eighty merge fields of 255 characters stays far below."""
MAX_FIELDS = 2_000
MAX_EMAIL = 320
TOLERANCE = timedelta(minutes=80)
"""How old a signature may be. Mailchimp repeats a delivery for 75 minutes, and nobody knows whether it signs anew
(FACTS section 5.3); a hint that is replayed costs one reading and changes nothing."""

_SIGNATURE = re.compile(r"t=(?P<t>[0-9]{1,12}),v1=(?P<v1>[0-9a-f]{64})")


class UndigestibleError(ValueError):
    """What came is no webhook that Accord can use; the message says why, and repeats nothing of it."""


class Told(NamedTuple):
    """A webhook: of which audience, and what it hints at."""

    audience_id: str
    hint: AudienceHint


def is_signed(header: str, body: bytes, secrets: Sequence[str], now: datetime) -> bool:
    """Whether `X-Mailchimp-Signature` is of one of the secrets, over the very bytes, and recent enough."""
    found = _SIGNATURE.fullmatch(header.strip())
    if found is None or abs(now - datetime.fromtimestamp(int(found["t"]), UTC)) > TOLERANCE:
        return False
    signed = found["t"].encode() + b"." + body
    right = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return any([hmac.compare_digest(found["v1"], each) for each in right])  # noqa: C419  every secret, always


def told(body: bytes, received_at: datetime) -> Told:
    """The hint in a form-encoded body, `type=profile&data[email]=...`. Raises UndigestibleError.

    `data[merges]`, groupings and all else are left: they are read again. `data[id]` is no subscriber hash, and is
    absent at times; so is `action` (FACTS section 5.4).
    """
    if len(body) > MAX_BODY:
        raise UndigestibleError("too large")
    form = _form(body)
    kind = form.get("type", "")
    if kind not in set(HintKind) - {HintKind.REPORT}:
        raise UndigestibleError("a type that Accord does not use" if kind else "no type")
    audience_id = form.get("data[list_id]", "")
    if not audience_id:
        raise UndigestibleError("no data[list_id]")
    changes_email = kind == HintKind.UPEMAIL
    email = _email(form, "data[new_email]" if changes_email else "data[email]")
    old_email = _email(form, "data[old_email]") if changes_email else ""
    if kind != HintKind.CAMPAIGN and not (email and (old_email or not changes_email)):
        raise UndigestibleError("no email address")
    hint = AudienceHint(
        kind=HintKind(kind),
        received_at=received_at,
        fired_at=_moment(form.get("fired_at", "")),
        email=email,
        old_email=old_email,
    )
    return Told(audience_id, hint)


def _form(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError:
        raise UndigestibleError("not a form in UTF-8") from None


def _email(form: dict[str, str], name: str) -> str:
    email = normalised(form.get(name, ""))
    if len(email) > MAX_EMAIL or (email and "@" not in email):
        raise UndigestibleError("not an email address")
    return email


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
