"""One space of Cobot: the adapter of the port `MembershipApplication` (cobot/FACTS).

Only the space's own host is called, as it is: no redirect is followed, and an answer has a size and a time to end.
"""

import json
import math
import time
from datetime import datetime
from typing import Any

import requests

from accord.domain.cobot import REFERENCE, Cobot
from accord.domain.cobot_membership import gone_member, seen_member
from accord.domain.seen_member import SeenMember
from accord.errors import Misconfigured, Refusal, Rejected, Retryable

EVENTS = (
    "created_membership",
    "confirmed_membership",
    "connected_user",
    "updated_connected_user",
    "changed_membership_plan",
    "membership_plan_change_date_reached",
    "updated_membership_details",
    "canceled_membership",
    "uncanceled_membership",
    "membership_cancellation_date_reached",
    "reactivated_membership",
    "deleted_membership",
    "updated_custom_field",
)
"""Everything that Cobot tells about members (FACTS, Webhooks)."""

CONNECT_TIMEOUT = 3.0
ONE_SECONDS, ALL_SECONDS = 9.0, 60.0
"""How long an answer may take, to its last byte. One member's ends before the next one's turn, so that what is seen
later is newer."""
LEAST = 1.0
"""Seconds that the last call of several has in any case."""
ONE_BYTES, ALL_BYTES = 1_000_000, 32_000_000
"""A member takes about a kilobyte; what is made of all of them has room in the function's memory."""
CHUNK = 65_536


class CobotApplication:
    """`MembershipApplication` over one space. `url` has no slash at its end; `within`: seconds from now on that all
    calls together may take, where somebody waits for them."""

    def __init__(self, *, url: str, token: str, cobot: Cobot, within: float | None = None) -> None:
        self._until = time.monotonic() + within if within is not None else math.inf
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json", "User-Agent": "Accord"}
        self._cobot = cobot
        self._session = requests.Session()

    def reach(self) -> None:
        """One call, for what Accord has subscribed to."""
        status, _ = self._call("GET", "subscriptions")
        if status != 200:
            _raise(status)

    def members(self, at: datetime) -> list[SeenMember]:
        """One call, however many there are. What names no member is passed over."""
        status, body = self._call("GET", "memberships", seconds=ALL_SECONDS, limit=ALL_BYTES)
        documents = _parsed(body) if status == 200 else _raise(status)
        if not isinstance(documents, list):
            raise _unreadable()
        found = (seen_member(document, self._cobot, at) for document in documents)
        return [member for member in found if member is not None]

    def member(self, reference: str, at: datetime) -> SeenMember:
        """One call. A membership that is not found was deleted: Cobot keeps those that have ended."""
        if not REFERENCE.fullmatch(reference):
            raise Rejected(Refusal.NOT_FOUND, "no id of Cobot")
        status, body = self._call("GET", f"memberships/{reference}")
        if status == 404:
            return gone_member(reference, at)
        found = seen_member(_parsed(body) if status == 200 else _raise(status), self._cobot, at)
        if found is None or found.change["id"] != reference:
            raise _unreadable()
        return found

    def subscribe(self, callback_url: str) -> None:
        """One call for each event; Cobot answers 409 for what is subscribed already."""
        for event in EVENTS:
            status, _ = self._call("POST", "subscriptions", {"event": event, "callback_url": callback_url})
            if status not in (200, 201, 409):
                _raise(status)

    def unsubscribe(self, callback_prefix: str) -> None:
        """One call, and one for each subscription that is ended."""
        status, body = self._call("GET", "subscriptions")
        subscriptions = _parsed(body) if status == 200 else _raise(status)
        if not isinstance(subscriptions, list):
            raise _unreadable()
        for each in subscriptions:
            known = each if isinstance(each, dict) else {}
            id_, told_to = str(known.get("id", "")), str(known.get("callback_url", ""))
            if told_to.startswith(callback_prefix) and REFERENCE.fullmatch(id_):
                status, _ = self._call("DELETE", f"subscriptions/{id_}")
                if status not in (200, 204, 404):
                    _raise(status)

    def _call(
        self, method: str, path: str, body: object = None, *, seconds: float = ONE_SECONDS, limit: int = ONE_BYTES
    ) -> tuple[int, bytes]:
        reads, seconds = method == "GET", min(seconds, self._until - time.monotonic())
        if seconds <= 0:
            raise Retryable("Cobot did not answer all calls in time", effect_unknown=False)
        until = time.monotonic() + seconds
        try:
            with self._session.request(
                method,
                f"{self._url}/api/{path}",
                json=body,
                headers=self._headers,
                timeout=(min(CONNECT_TIMEOUT, seconds), max(seconds - CONNECT_TIMEOUT, LEAST)),
                allow_redirects=False,
                stream=True,
            ) as answer:
                content = bytearray()
                for chunk in answer.iter_content(CHUNK):
                    content += chunk
                    if len(content) > limit:
                        raise Misconfigured("Cobot's answer is larger than Accord reads: ask the space's support")
                    if time.monotonic() > until:
                        raise Retryable("Cobot did not end its answer in time", effect_unknown=not reads)
                return answer.status_code, bytes(content)
        except requests.RequestException as error:  # its text holds the URL
            raise Retryable(f"Cobot did not answer ({type(error).__name__})", effect_unknown=not reads) from None


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise _unreadable() from None  # its text may hold the body


def _unreadable() -> Retryable:
    return Retryable("Cobot's answer could not be read", effect_unknown=False)


def _raise(status: int) -> Any:
    """The error for a status that is no success. A redirect counts as one of Cobot's bad days: it is not followed."""
    match status:
        case 401:
            raise Misconfigured("Cobot no longer lets Accord in (401): connect the space again")
        case 403:
            raise Misconfigured("Cobot refuses Accord this (403): connect the space again, as one of its admins")
        case 404:
            raise Misconfigured("Cobot does not know the space (404): check its name")
        case 400 | 405 | 406 | 410 | 415 | 422:
            raise Rejected(Refusal.OTHER, f"Cobot answers {status}")
        case _:
            raise Retryable(f"Cobot answers {status}", effect_unknown=status >= 500, asks_for_pause=status == 429)
