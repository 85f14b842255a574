"""Accord's HTTP interface from outside: what applications and operators ask of a local stack."""

import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

import requests

from tools.sample_application import Receipt, post_changes

POLL = 0.25  # seconds

type Answer = dict[str, Any]


class NotSettledError(Exception):
    """What was waited for did not come in time; the message says what there was instead."""


class Api:
    """One connection's routes, with its secret and tokens."""

    def __init__(
        self, api_url: str, connection_id: str, *, signing_secret: str, upstream_token: str, operator_token: str
    ) -> None:
        self.api_url = api_url
        self.connection_id = connection_id
        self.url = f"{api_url}/v1/connections/{connection_id}"
        self._signing_secret = signing_secret
        self._upstream_token = upstream_token
        self._operator_token = operator_token

    def post(self, changes: Sequence[dict[str, Any]]) -> Receipt:
        """Signed; 500 changes to a request. Raises PostError."""
        return post_changes(self.api_url, self.connection_id, self._signing_secret, changes)

    def member(self, member_id: str, language: str = "en") -> Answer | None:
        """How the member stands; None while there is none."""
        answer = self._get(f"members/{quote(member_id)}", self._upstream_token, {"accept-language": language})
        return None if answer.status_code == 404 else _read(answer)

    def history(self, member_id: str) -> Answer:
        """What happened to the member, newest first."""
        return _read(self._get(f"members/{quote(member_id)}/history", self._upstream_token))

    def counts(self) -> dict[str, int]:
        """How many members have each status."""
        found: dict[str, int] = _read(self._get("counts", self._operator_token))["counts"]
        return found

    def failures(self) -> Answer:
        """What failed and why."""
        return _read(self._get("failures", self._operator_token))

    def wait_for(self, member_id: str, wanted: Callable[[Answer], bool], timeout: float = 150.0) -> Answer:
        """The member, as soon as it is as wanted. Raises NotSettledError."""
        deadline = time.monotonic() + timeout
        while True:
            member = self.member(member_id)
            if member is not None and wanted(member):
                return member
            if time.monotonic() > deadline:
                found = f"{member['status']} ({member['reason']['code']})" if member else "unknown"
                raise NotSettledError(f"after {timeout:.0f} s {member_id} is {found}")
            time.sleep(POLL)

    def wait_until_settled(
        self, members: int, timeout: float = 300.0, watch: Callable[[int], object] = bool
    ) -> dict[str, int]:
        """The counts, once there are so many members and none of them is pending; `watch` is told how many are
        settled so far. Raises NotSettledError."""
        deadline = time.monotonic() + timeout
        while True:
            counts = self.counts()
            settled = sum(counts.values()) - counts.get("pending", 0)
            watch(settled)
            if settled >= members and not counts.get("pending"):
                return counts
            if time.monotonic() > deadline:
                raise NotSettledError(f"after {timeout:.0f} s {settled} of {members} members are settled: {counts}")
            time.sleep(2 * POLL)

    def _get(self, path: str, token: str, headers: dict[str, str] | None = None) -> requests.Response:
        return requests.get(
            f"{self.url}/{path}", headers={"authorization": f"Bearer {token}", **(headers or {})}, timeout=30
        )


def _read(answer: requests.Response) -> Answer:
    answer.raise_for_status()
    found: Answer = answer.json()
    return found
