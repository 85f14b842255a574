"""What opens one member's badge, for a time, and nothing else: it may stand in a page that everybody reads.

`<expires>.<mac>`: the second in which it ends, and 128 bits in hex. An application can make one by itself (README):

    key = HMAC-SHA256(signing secret as text, "accord-badge")
    mac = hex(HMAC-SHA256(key, connection + "\\n" + member + "\\n" + expires))[:32]

The key is derived, so that no token says anything of what the signing secret signs: that signs with the bytes that its
text encodes, and this text is no message of Standard Webhooks. Neither id holds a line break, so no two members have
the same message.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

HOURS = 24
MOST_HOURS = 168
"""A week."""

_LABEL = b"accord-badge"
_TOKEN = re.compile(r"([1-9][0-9]{9})\.([0-9a-f]{32})")
_LONGEST = timedelta(hours=MOST_HOURS + 1, minutes=5)
"""One that ends later was made by somebody else than `expiry` says; five minutes for the clock of who made it."""


def expiry(now: datetime, hours: int) -> datetime:
    """The first full hour after so many: all tokens of an hour are one, and a browser knows the image again."""
    return datetime.fromtimestamp((int(now.timestamp()) // 3600 + hours + 1) * 3600, UTC)


def badge_token(secret: str, connection_id: str, member_id: str, expires_at: datetime) -> str:
    """For this member of this connection, until then (whole seconds)."""
    expires = str(int(expires_at.timestamp()))
    return f"{expires}.{_mac(secret, connection_id, member_id, expires)}"


def opens(token: str, secrets: Sequence[str], connection_id: str, member_id: str, now: datetime) -> bool:
    """Whether one of the secrets made the token for this member, and it is neither over nor to last too long. Compares
    in constant time, with every secret."""
    read = _TOKEN.fullmatch(token)
    if read is None:
        return False
    expires, mac = read.groups()
    matches = [hmac.compare_digest(mac, _mac(secret, connection_id, member_id, expires)) for secret in secrets]
    return any(matches) and now < datetime.fromtimestamp(int(expires), UTC) <= now + _LONGEST


def _mac(secret: str, connection_id: str, member_id: str, expires: str) -> str:
    key = hmac.digest(secret.encode(), _LABEL, hashlib.sha256)
    said = "\n".join((connection_id, member_id, expires)).encode(errors="replace")
    return hmac.digest(key, said, hashlib.sha256).hex()[:32]
