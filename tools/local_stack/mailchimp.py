"""The Mailchimp of a local stack: the simulator in a process of its own, or, when somebody says so, the real one."""

import contextlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import requests

from tools.local_aws.paths import REPOSITORY

CHILD = Path(__file__).with_name("child.py")
STOP_TIMEOUT = 5.0  # seconds
AUDIENCE_NAME = "Friends of the Kiwi"
CLIENT_ID = "accord-local"
WEBHOOK_TIME_SCALE = 0.05
"""The 75 minutes in which Mailchimp tries a webhook again take under four here."""


class MailchimpError(Exception):
    """The simulator did not start, or refused what it was told; the message says why."""


@dataclass(frozen=True)
class Account:
    """Where Mailchimp is, and how one gets in."""

    url: str
    api_key: str
    audience_id: str


class SimulatorProcess:
    """The simulator, started on a port of its own, empty; with what it can be told (see tools/mailchimp_simulator)."""

    def __init__(
        self,
        log: Path,
        port: int | None = None,
        latency: float | None = None,
        max_audiences: int | None = None,
    ) -> None:
        self._log = log
        self._port = port or 0
        self._latency = latency
        self._max_audiences = max_audiences
        self._process: subprocess.Popen[str] | None = None
        self._session = requests.Session()
        self.account = Account("", "", "")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """Its process, to measure what it uses; None when it does not run."""
        return self._process.pid if self._process else None

    @property
    def is_running(self) -> bool:
        """Whether its process is alive."""
        return self._process is not None and self._process.poll() is None

    @property
    def login_url(self) -> str:
        """Stands for `https://login.mailchimp.com`."""
        return self.account.url.removesuffix("/3.0")

    @property
    def control_url(self) -> str:
        """`http://127.0.0.1:PORT/_simulator`."""
        return self.account.url.removesuffix("/3.0") + "/_simulator"

    def start(self) -> None:
        """Start, and wait until it answers. Raises MailchimpError."""
        command = [sys.executable, "-P", str(CHILD), "tools.mailchimp_simulator"]
        command += ["--port", str(self._port), "--audience-name", AUDIENCE_NAME]
        command += ["--webhook-time-scale", str(WEBHOOK_TIME_SCALE)]
        command += [] if self._latency is None else ["--latency", str(self._latency)]
        command += [] if self._max_audiences is None else ["--max-audiences", str(self._max_audiences)]
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                command,
                cwd=REPOSITORY,
                env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
                stdin=subprocess.PIPE,  # see child.py
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,  # Ctrl-C is for the one who started it, who then stops it
            )
        said = self._process.stdout.readline().split() if self._process.stdout else []
        if len(said) != 3:
            self.stop()
            tail = "\n".join(self._log.read_text(errors="replace").splitlines()[-5:])
            raise MailchimpError(f"the Mailchimp simulator did not start:\n{tail}")
        url, api_key, list_id = said
        self.account = Account(url, api_key.removeprefix("api_key="), list_id.removeprefix("list_id="))

    def stop(self) -> None:
        """End it; harmless when it does not run."""
        process, self._process = self._process, None
        if process is None:
            return
        self._session.close()
        process.terminate()
        try:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_TIMEOUT)
        finally:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    pipe.close()

    def calls(self) -> dict[str, Any]:
        """`{"total", "by_route", "max_concurrent"}` since the start or the last `forget_calls`."""
        return self._tell("GET", "calls")

    def forget_calls(self) -> None:
        """Count anew."""
        self._tell("DELETE", "calls")

    def add_fault(self, kind: str, **settings: Any) -> None:
        """Let calls fail: `rate`, `times`, `route` and `seed` as the simulator describes them."""
        self._tell("POST", "faults", {"kind": kind, **settings})

    def end_faults(self) -> None:
        """Mailchimp is well again."""
        self._tell("DELETE", "faults")

    def person(self, email: str, deed: str, **settings: Any) -> dict[str, Any]:
        """A person does something: subscribe, unsubscribe, confirm, change_email, complain..."""
        return self._tell("POST", f"people/{quote(email)}", {"deed": deed, **settings})

    def staff(self, email: str, deed: str, **settings: Any) -> dict[str, Any]:
        """The newsletter's owner does something: archive, delete_permanently, edit, tag..."""
        return self._tell("POST", f"staff/{quote(email)}", {"deed": deed, **settings})

    def lose_audience(self, list_id: str) -> None:
        """Somebody deletes the audience; `bring_back` undoes it."""
        self._tell("POST", f"audiences/{list_id}", {"deed": "lose"})

    def bring_back(self, list_id: str) -> None:
        """The audience is there again, with everybody in it."""
        self._tell("POST", f"audiences/{list_id}", {"deed": "bring_back"})

    def standing(self, email: str) -> dict[str, Any]:
        """`{"status", "standing", "contact_id", "confirmation_mails"}` of an address, which may be unknown."""
        return self._tell("GET", f"people/{quote(email)}")

    def contact(self, reference: str) -> dict[str, Any]:
        """The contact as Mailchimp's API shows it, by address, hash or id; this call is counted like any other."""
        url = f"{self.account.url}/lists/{self.account.audience_id}/members/{quote(reference)}"
        answer = self._session.get(url, auth=("anyone", self.account.api_key), timeout=30)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def register_application(self, redirect_uri: str) -> dict[str, Any]:
        """Accord becomes a registered application of OAuth 2: `{"client_id", "client_secret", "redirect_uri"}`."""
        return self._tell("POST", "oauth/applications", {"redirect_uri": redirect_uri, "client_id": CLIENT_ID})

    def revoke_tokens(self) -> int:
        """The account's owner takes back what was allowed by OAuth; how many tokens were valid."""
        return int(self._tell("POST", "oauth/revoke", {})["revoked"])

    def _tell(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self._session.request(method, f"{self.control_url}/{path}", json=body, timeout=30)
        said: dict[str, Any] = answer.json()
        if not answer.ok:
            raise MailchimpError(f"the Mailchimp simulator refuses {path.partition('/')[0]}: {said.get('error')}")
        return said
