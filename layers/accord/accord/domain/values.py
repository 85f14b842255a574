"""The ground all values stand on: frozen, closed, and silent about their input."""

import hashlib
import hmac
from datetime import UTC, datetime
from functools import cache
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict

BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
"""The time of an opt-in that came without one: older than everything (DESIGN section 1)."""


class Value(BaseModel):
    """A frozen value. Unknown fields are refused; errors never repeat the input, which may be an email address. What
    checks it is built when the first one is made: a cold start loads many values that its request does not make."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A point in time with a zone, kept in UTC."""


def stamp(moment: datetime) -> str:
    """A moment in UTC as text that sorts as time goes."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def newest(*moments: datetime | None) -> datetime | None:
    """The latest of the given moments; None when there is none."""
    return max((moment for moment in moments if moment is not None), default=None)


def normalised(email: str) -> str:
    """The form under which an address is compared: trimmed and lower-case, as Mailchimp does before it hashes."""
    return email.strip().lower()


def subscriber_hash(email: str) -> str:
    """Mailchimp's name of a contact: the MD5 of the lower-case address, in hex (FACTS section 2)."""
    return hashlib.md5(normalised(email).encode(), usedforsecurity=False).hexdigest()


def address_key(secret: bytes, email: str) -> str:
    """Accord's own name of an address: an HMAC, so that an opt-out is remembered without keeping the address."""
    keyed = _keyed(secret).copy()
    keyed.update(normalised(email).encode())
    return keyed.hexdigest()[:40]


@cache
def _keyed(secret: bytes) -> hmac.HMAC:
    """Copying is faster than beginning with the secret again: a night does it a million times."""
    return hmac.new(secret, digestmod=hashlib.sha256)
