"""The contract of the port `AudienceWebhook`, on the fake and on the simulator."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from accord.adapters.mailchimp.account import MailchimpAccount
from accord.adapters.mailchimp.registration import MailchimpRegistration
from accord.ports.keeping import AudienceWebhook
from tests.fake_keeping import FakeWebhook
from tools.mailchimp_simulator import Simulator
from tools.sample_application import SampleApplication


@dataclass
class World:
    """The port, and what somebody does to the webhooks in Mailchimp's own pages."""

    webhook: AudienceWebhook
    add: Callable[[str], object]
    remove: Callable[[], None]
    mute: Callable[[], None]


def _fake() -> World:
    webhook = FakeWebhook()

    def mute() -> None:
        webhook.kept = [each._replace(events=frozenset()) for each in webhook.kept]

    def remove() -> None:
        webhook.kept = []

    return World(webhook, lambda secret: webhook.add(webhook.url + secret), remove, mute)


@contextmanager
def _simulated() -> Iterator[World]:
    with Simulator(latency=0) as mailchimp, SampleApplication() as listener:
        account = MailchimpAccount(mailchimp.url, mailchimp.api_key, timeout=5, allow_any_host=True)
        url = f"{listener.url}/notices?lodge="  # whatever stands behind it, the same page answers

        def each(method: str, body: dict[str, Any] | None = None) -> None:
            for known in account.webhooks(mailchimp.list_id):
                address = f"{mailchimp.url}/lists/{mailchimp.list_id}/webhooks/{known.id}"
                requests.request(method, address, auth=("any", mailchimp.api_key), json=body, timeout=5)

        yield World(
            MailchimpRegistration(account, mailchimp.list_id, url),
            lambda secret: account.create_webhook(mailchimp.list_id, f"{url}/{secret}"),
            lambda: each("DELETE"),
            lambda: each("PATCH", {"events": {"unsubscribe": False}}),
        )


@pytest.fixture(params=["fake", "simulator"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "fake":
        yield _fake()
        return
    with _simulated() as made:
        yield made


def is_known(secret: str) -> bool:
    return secret in {"stoat", "old-stoat"}


def test_a_registration_is_in_order_and_takes_the_place_of_all_before(world: World) -> None:
    assert world.webhook.look(is_known) == (None, ())
    world.add("weasel")

    assert len(world.webhook.register("stoat")) == 1

    found = world.webhook.look(is_known)
    assert found.is_in_order
    assert found.webhook is not None
    assert found.webhook.secret == "stoat"


def test_what_was_muted_is_set_right(world: World) -> None:
    world.webhook.register("stoat")
    world.mute()
    found = world.webhook.look(is_known)
    assert found.webhook is not None
    assert not found.webhook.tells_all

    assert world.webhook.repair(found)

    assert world.webhook.look(is_known).is_in_order


def test_what_was_removed_is_to_be_registered_anew(world: World) -> None:
    world.webhook.register("stoat")
    world.remove()

    assert not world.webhook.repair(world.webhook.look(is_known))


def test_of_two_that_are_known_one_stays_and_what_nobody_knows_goes(world: World) -> None:
    world.webhook.register("stoat")
    world.add("old-stoat")
    world.add("weasel")
    found = world.webhook.look(is_known)
    assert {stray.secret for stray in found.strays} == {"old-stoat", "weasel"}

    assert world.webhook.repair(found)

    assert world.webhook.look(is_known).is_in_order
