"""Cobot's call -> which membership is to be read again (cobot/FACTS, Webhooks). Nothing else of it is believed.

Calls are not signed, so whoever learns the secret URL can make Accord read a member again, and no more: a deletion is
read again as well, and only a membership that Cobot no longer has counts as left.
"""

import json
from urllib.parse import urlsplit

from accord.domain.cobot import REFERENCE

MAX_BODY = 262_144
_PATH = "/api/memberships/"


class PassedOverError(ValueError):
    """What came points to no membership of the space; the message says why, and repeats nothing of it."""


def pointed(body: bytes, space_url: str) -> str:
    """The id of the membership, out of `{"url": ...}` or out of the whole object of a deletion. Raises
    PassedOverError. The URL itself is never called."""
    if len(body) > MAX_BODY:
        raise PassedOverError("too large")
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise PassedOverError("not JSON") from None
    if not isinstance(told, dict):
        raise PassedOverError("not an object")
    match told:
        case {"id": str(reference)}:
            pass
        case {"url": str(url)}:
            reference = _of_space(url, space_url)
        case _:
            raise PassedOverError("neither url nor id")
    if not REFERENCE.fullmatch(reference):
        raise PassedOverError("not the id of a membership")
    return reference


def _of_space(url: str, space_url: str) -> str:
    try:
        there, here = urlsplit(url), urlsplit(space_url)
        same = (there.scheme, there.hostname, there.port) == (here.scheme, here.hostname, here.port)
    except ValueError:
        raise PassedOverError("not a URL") from None
    if not same or there.username or there.password:
        raise PassedOverError("another host than the space's")
    path = there.path.removeprefix(here.path)
    if not path.startswith(_PATH):
        raise PassedOverError("no membership")
    return path.removeprefix(_PATH).partition("/")[0]
