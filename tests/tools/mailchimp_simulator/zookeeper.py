"""The one who keeps the zoo's newsletter: a short way to speak to the simulator in tests."""

import hashlib
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import requests

from tools.mailchimp_simulator import Simulator


class Zookeeper:
    """Paths that begin with `/` are of the API; others are of the audience (`members/...`)."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.auth = ("keeper", simulator.api_key)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        base = self.simulator.url if path.startswith("/") else f"{self.simulator.url}/lists/{self.simulator.list_id}"
        return self._session.request(method, f"{base}/{path.strip('/')}".rstrip("/"), timeout=10, **more)

    def get(self, path: str, **params: object) -> Any:
        return self._right(self.ask("GET", path, params=params))

    def post(self, path: str, body: object = None, **params: object) -> Any:
        return self._right(self.ask("POST", path, json=body, params=params))

    def put(self, path: str, body: object) -> Any:
        return self._right(self.ask("PUT", path, json=body))

    def patch(self, path: str, body: object) -> Any:
        return self._right(self.ask("PATCH", path, json=body))

    def delete(self, path: str) -> None:
        assert self.ask("DELETE", path).status_code == 204

    def refused(self, method: str, path: str, body: object = None, **params: object) -> dict[str, Any]:
        """The problem that the request is answered with."""
        answer = self.ask(method, path, json=body, params=params)
        assert answer.status_code >= 400, answer.text
        assert answer.headers["Content-Type"] == "application/problem+json; charset=utf-8"
        problem: dict[str, Any] = answer.json()
        assert problem["status"] == answer.status_code
        return problem

    def add(self, email: str, status: str = "subscribed", **more: object) -> dict[str, Any]:
        added: dict[str, Any] = self.post("members", {"email_address": email, "status": status, **more})
        return added

    def person(self, email: str, deed: str, **more: object) -> Any:
        return self.tell("POST", f"people/{quote(email)}", {"deed": deed, **more})

    def staff(self, email: str, deed: str, **more: object) -> Any:
        return self.tell("POST", f"staff/{quote(email)}", {"deed": deed, **more})

    def standing(self, email: str) -> Any:
        return self.tell("GET", f"people/{quote(email)}")

    def tell(self, method: str, path: str, body: object = None) -> Any:
        return self._right(self.control(method, path, body))

    def control(self, method: str, path: str, body: object = None) -> requests.Response:
        return self._session.request(method, f"{self.simulator.control_url}/{path}", json=body, timeout=10)

    @staticmethod
    def _right(answer: requests.Response) -> Any:
        assert answer.status_code in (200, 204), answer.text
        return answer.json() if answer.content else None


def hash_of(email: str) -> str:
    return hashlib.md5(email.lower().encode(), usedforsecurity=False).hexdigest()


def until[T](look: Callable[[], T], seconds: float = 30) -> T:
    """What `look` gives once it gives something."""
    end = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)
    return seen
