"""The webhook of an audience is registered, and set right when somebody removes, changes or doubles it."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from accord.adapters.mailchimp.account import MailchimpAccount
from accord.adapters.mailchimp.registration import MailchimpRegistration
from accord.errors import Rejected
from accord.ports.keeping import EVENTS
from tests.serving import ANYWHERE, serving
from tools.mailchimp_simulator import Simulator


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name that its base gives it
        """It talks to nobody."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Where Accord takes the webhooks of the connection `lodge`, as far as Mailchimp validates it."""
    with serving(ThreadingHTTPServer(ANYWHERE, _Answers)) as origin:
        yield f"{origin}/mailchimp/webhooks/lodge"


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(latency=0) as running:
        yield running


@pytest.fixture
def account(simulator: Simulator) -> MailchimpAccount:
    return MailchimpAccount(simulator.url, simulator.api_key, timeout=5, allow_any_host=True)


@pytest.fixture
def lodge(account: MailchimpAccount, simulator: Simulator, url: str) -> MailchimpRegistration:
    return MailchimpRegistration(account, simulator.list_id, url)


def is_known(secret: str) -> bool:
    return secret == "beaver-secret"


def webhooks(simulator: Simulator, method: str = "GET", path: str = "", **more: Any) -> list[dict[str, Any]]:
    """What somebody does with the audience's webhooks in Mailchimp's own pages."""
    address = f"{simulator.url}/lists/{simulator.list_id}/webhooks{path}"
    answer = requests.request(method, address, auth=("any", simulator.api_key), timeout=5, **more)
    answer.raise_for_status()
    found: list[dict[str, Any]] = answer.json().get("webhooks", []) if answer.content else []
    return found


def test_what_was_registered_is_in_order_and_signs(lodge: MailchimpRegistration, simulator: Simulator) -> None:
    assert lodge.look(is_known).webhook is None
    assert not lodge.look(is_known).is_in_order

    (signing_secret,) = lodge.register("beaver-secret")

    assert len(signing_secret) == 64
    assert lodge.look(is_known).is_in_order
    (webhook,) = webhooks(simulator)
    assert webhook["events"] == dict.fromkeys(EVENTS, True)
    assert webhook["sources"] == {"user": True, "admin": True, "api": False}


@pytest.mark.parametrize(
    "change",
    [
        {"events": {"unsubscribe": False}},
        {"sources": {"api": True}},
        {"sources": {"admin": False}},
    ],
)
def test_what_somebody_changed_is_set_right_under_the_same_address(
    lodge: MailchimpRegistration, simulator: Simulator, change: dict[str, Any]
) -> None:
    lodge.register("beaver-secret")
    (before,) = webhooks(simulator)
    webhooks(simulator, "PATCH", f"/{before['id']}", json=change)
    found = lodge.look(is_known)
    assert not found.is_in_order

    assert lodge.repair(found)

    assert lodge.look(is_known).is_in_order
    assert webhooks(simulator) == [before]


def test_what_somebody_removed_must_be_registered_anew(lodge: MailchimpRegistration, simulator: Simulator) -> None:
    lodge.register("beaver-secret")
    (webhook,) = webhooks(simulator)
    webhooks(simulator, "DELETE", f"/{webhook['id']}")

    assert not lodge.repair(lodge.look(is_known))

    lodge.register("beaver-secret")
    assert lodge.look(is_known).is_in_order


def test_an_address_with_a_secret_that_nobody_knows_is_astray(
    lodge: MailchimpRegistration, account: MailchimpAccount, simulator: Simulator, url: str
) -> None:
    lodge.register("beaver-secret")
    account.create_webhook(simulator.list_id, f"{url}/old-secret")
    found = lodge.look(is_known)
    assert [stray.url for stray in found.strays] == [f"{url}/old-secret"]
    assert not found.is_in_order

    assert lodge.repair(found)

    assert [webhook["url"] for webhook in webhooks(simulator)] == [f"{url}/beaver-secret"]


def test_webhooks_of_others_are_not_touched(
    lodge: MailchimpRegistration, account: MailchimpAccount, simulator: Simulator, url: str
) -> None:
    account.create_webhook(simulator.list_id, f"{url}-of-otters/their-secret")

    lodge.register("beaver-secret")
    lodge.repair(lodge.look(is_known))

    assert lodge.look(is_known).is_in_order
    assert {webhook["url"] for webhook in webhooks(simulator)} == {
        f"{url}-of-otters/their-secret",
        f"{url}/beaver-secret",
    }


def test_an_address_that_does_not_answer_is_refused(account: MailchimpAccount, simulator: Simulator) -> None:
    with pytest.raises(Rejected):
        MailchimpRegistration(account, simulator.list_id, "http://127.0.0.1:9/lodge").register("beaver-secret")
