"""A fresh Cobot for each test, with one space in it, and the space's admin."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from tools.cobot_simulator import CobotSimulator


@dataclass(frozen=True)
class Admin:
    """Calls the API of the space `beehive` with its token, and plays its members."""

    cobot: CobotSimulator
    url: str
    token: str

    def call(self, method: str, path: str, body: object = None, *, token: str | None = None) -> requests.Response:
        headers = {"authorization": f"Bearer {token or self.token}"}
        return requests.request(method, f"{self.url}/api/{path}", json=body, headers=headers, timeout=10)

    def join(self, name: str, **given: Any) -> str:
        """The id of a new member."""
        member_id: str = self.cobot.tell("spaces/beehive/members", name=name, **given)["id"]
        return member_id

    def do(self, member_id: str, deed: str, **given: Any) -> dict[str, Any]:
        return self.cobot.tell(f"spaces/beehive/members/{member_id}", deed=deed, **given)


@pytest.fixture
def cobot() -> Iterator[CobotSimulator]:
    with CobotSimulator(retry_time_scale=0.000001) as running:
        yield running


@pytest.fixture
def admin(cobot: CobotSimulator) -> Admin:
    opened = cobot.tell("spaces", space="beehive")
    return Admin(cobot, opened["url"], opened["token"])
