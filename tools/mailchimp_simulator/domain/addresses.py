"""Email addresses: what Mailchimp takes for one, and the ids that it derives from it."""

import hashlib
import re

from tools.mailchimp_simulator.domain import problems

_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
# example.com is refused by the live service (FACTS 3); the others are its reserved siblings and typing errors.
_FAKE_DOMAINS = frozenset(
    {"example.com", "example.net", "example.org", "test.com", "mailinator.com", "gmial.com", "gmail.con", "hotmial.com"}
)
_FAKE_TOPS = (".example", ".invalid", ".localhost", ".local")


def digest(email: str) -> bytes:
    """The 16 bytes of which a contact's `id` (subscriber hash) is the hex form: MD5 of the lower-cased address."""
    return hashlib.md5(email.strip().lower().encode(errors="surrogatepass"), usedforsecurity=False).digest()


def unique_email_id(of: bytes) -> str:
    """Ten hex digits that follow the address over all audiences, and are not the subscriber hash (FACTS 5.4)."""
    return bytes(byte ^ 0x5A for byte in of[11:]).hex()


def forgotten_address(of: bytes) -> str:
    """What stands for an address that was permanently deleted (FACTS 5.5; what is before the @ is not known)."""
    return f"{of.hex()}@forgotten.mailchimp.com"


def checked(email: object) -> str:
    """The trimmed address. Raises Problem 400 for a malformed and for a fake-looking one; `.test` is accepted."""
    if not isinstance(email, str) or len(email) > 254 or not _ADDRESS.fullmatch(email.strip()):
        raise problems.invalid_email()
    email = email.strip()
    local, _, domain = email.lower().rpartition("@")
    if domain in _FAKE_DOMAINS or domain.endswith(_FAKE_TOPS) or len(local) > 64:
        raise problems.fake_email(email)
    return email
