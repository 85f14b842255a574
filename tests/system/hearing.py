"""The way back, seen by a test: webhooks that Mailchimp sends, forged ones, none at all; what the application hears."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

import requests

from accord.ports.keeping import EVENTS
from tests.system.application import Answer, Application
from tests.system.watching import HINTS, PATIENCE, eventually, messages
from tools.local_stack import STACK_NAME
from tools.mailchimp_simulator.edge.delivery import sign

READ_AGAIN = "GET /3.0/lists/{list_id}/members/{subscriber_hash}"


# --- what the application hears -------------------------------------------------------------------------------------


def feed(zoo: Application) -> list[Answer]:
    """All that the application was told so far, oldest first."""
    found: list[Answer] = []
    after = ""
    while True:
        answer = zoo.send("GET", f"changes?limit=500{after}", token=zoo.token)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["notices"]
        if not page["notices"]:
            return found
        after = f"&after={page['next']}"


def told_of(zoo: Application, member_id: str) -> list[Answer]:
    """What the feed tells of the member so far."""
    return [notice for notice in feed(zoo) if notice["data"]["id"] == member_id]


def kinds_told(zoo: Application, member_id: str) -> list[str]:
    """The types of what the feed tells of the member, oldest first."""
    return [notice["type"] for notice in told_of(zoo, member_id)]


def received_of(zoo: Application, member_id: str) -> list[Answer]:
    """The notices that the sample application received, and verified."""
    found: list[Answer] = requests.get(f"{zoo.stack.upstream.url}/notices", timeout=30).json()
    return [notice for notice in found if notice["data"]["id"] == member_id]


# --- the webhooks that Mailchimp sends ------------------------------------------------------------------------------


def all_deliveries(zoo: Application) -> list[Answer]:
    found: list[Answer] = requests.get(f"{zoo.stack.audience.control_url}/webhooks", timeout=30).json()["deliveries"]
    return [delivery for delivery in found if delivery["form"]["data[list_id]"] == zoo.audience_id]


def deliveries(zoo: Application, email: str) -> list[Answer]:
    return [each for each in all_deliveries(zoo) if email in each["form"].values()]


def delivered(zoo: Application, email: str, kind: str) -> None:
    """Mailchimp told this of the contact, and Accord took it."""

    def taken() -> bool:
        return any((each["type"], each["state"]) == (kind, "delivered") for each in deliveries(zoo, email))

    eventually(f"a {kind} was delivered", taken)


def all_heard(zoo: Application) -> None:
    """Every webhook was delivered, and no hint waits any more."""
    told = {"delivered", "lost"}
    eventually("all is delivered", lambda: {each["state"] for each in all_deliveries(zoo)} <= told, 1.6 * PATIENCE)
    eventually("no hint waits", lambda: messages(zoo.stack, HINTS) == 0)


def a_second_later() -> None:
    """Mailchimp tells the time in whole seconds: what happens within one can not be told apart."""
    time.sleep(1 - time.time() % 1)


@contextmanager
def silence(zoo: Application) -> Iterator[None]:
    """Mailchimp's webhook tells nothing meanwhile."""
    path = f"webhooks/{_webhook(zoo)['id']}"
    zoo.mailchimp("PATCH", path, {"events": dict.fromkeys(EVENTS, False)})
    try:
        yield
    finally:
        zoo.mailchimp("PATCH", path, {"events": dict.fromkeys(EVENTS, True)})


# --- webhooks by hand -----------------------------------------------------------------------------------------------


def form(zoo: Application, kind: str, email: str, **more: str) -> dict[str, str]:
    """A webhook's form, as Mailchimp fills it in; `more` are further parts of `data`."""
    data = {"id": "a1b2c3d4e5", "email": email, "email_type": "html", "web_id": "17", "list_id": zoo.audience_id} | more
    fired_at = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
    return {"type": kind, "fired_at": fired_at, **{f"data[{name}]": text for name, text in data.items()}}


def upemail(zoo: Application, old: str, new: str) -> dict[str, str]:
    """The form of a changed address."""
    told = {"list_id": zoo.audience_id, "new_id": "f6a7b8c9d0", "new_email": new, "old_email": old}
    return {"type": "upemail", **{f"data[{name}]": text for name, text in told.items()}}


@dataclass(frozen=True)
class Door:
    """Where this connection's webhooks come to, and the key that Mailchimp signs them with."""

    url: str
    key: str

    def knock(self, body: dict[str, str] | bytes, key: str | None = None, *, age: int = 0) -> int:
        """Post a webhook by hand, signed so many seconds ago, with another `key` where one is given, and not at all
        where that is empty; the status of the answer."""
        data = urlencode(body).encode() if isinstance(body, dict) else body
        headers = {"content-type": "application/x-www-form-urlencoded"}
        if signs := self.key if key is None else key:
            headers["x-mailchimp-signature"] = sign(signs, data, int(time.time()) - age)
        return requests.post(self.url, data=data, headers=headers, timeout=30).status_code


def door_of(zoo: Application) -> Door:
    name = f"accord/{STACK_NAME}/connections/{zoo.api.connection_id}"
    kept = zoo.stack.emulator.client("secretsmanager").get_secret_value(SecretId=name)
    (key,) = json.loads(kept["SecretString"])["webhook_signing_secrets"]
    return Door(str(_webhook(zoo)["url"]), str(key))


def _webhook(zoo: Application) -> Answer:
    """The connection's own: others may share its audience."""
    found: list[Answer] = zoo.mailchimp("GET", "webhooks")["webhooks"]
    (own,) = [each for each in found if f"/{zoo.api.connection_id}/" in each["url"]]
    return own
