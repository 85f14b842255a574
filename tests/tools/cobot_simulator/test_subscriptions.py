"""Subscriptions and their deliveries: pointers, repeated until somebody takes them or nobody wants them."""

import json
import time
from collections.abc import Iterator

import pytest

from tests.tools.cobot_simulator.conftest import Admin
from tests.tools.mailchimp_simulator.receiver import Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as listening:
        yield listening


def subscribe(admin: Admin, receiver: Receiver, *events: str) -> None:
    for event in events:
        made = admin.call("POST", "subscriptions", {"event": event, "callback_url": receiver.url})
        assert made.status_code == 201


def ended(admin: Admin) -> list[dict[str, object]]:
    """The deliveries, once none of them waits."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        deliveries: list[dict[str, object]] = admin.cobot.ask("deliveries")["deliveries"]
        if deliveries and all(delivery["state"] != "waiting" for delivery in deliveries):
            return deliveries
        time.sleep(0.01)
    raise AssertionError("a delivery still waits")


def test_a_subscription_is_made_once_listed_and_ended(admin: Admin, receiver: Receiver) -> None:
    wanted = {"event": "confirmed_membership", "callback_url": receiver.url}
    made = admin.call("POST", "subscriptions", wanted)

    assert made.status_code == 201
    assert {name: made.json()[name] for name in ("event", "callback_url", "active")} == wanted | {"active": True}
    assert admin.call("POST", "subscriptions", wanted).status_code == 409
    assert admin.call("GET", "subscriptions").json() == [made.json()]
    path = made.json()["url"].removeprefix(f"{admin.url}/api/")
    assert [admin.call("DELETE", path).status_code for _ in range(2)] == [204, 404]


@pytest.mark.parametrize("body", [{}, {"event": "full_moon", "callback_url": "https://moon.test"}, {"event": "x"}])
def test_a_subscription_that_makes_no_sense_is_refused(admin: Admin, body: dict[str, str]) -> None:
    assert admin.call("POST", "subscriptions", body).status_code == 422


def test_an_event_is_a_pointer_and_a_deletion_the_whole_object(admin: Admin, receiver: Receiver) -> None:
    subscribe(admin, receiver, "created_membership", "deleted_membership")
    moth = admin.join("Moth")
    ended(admin)
    gone = admin.do(moth, "delete")
    ended(admin)

    told = [json.loads(received.body) for received in receiver.received]
    assert told == [{"url": f"{admin.url}/api/memberships/{moth}"}, gone]


def test_what_is_not_taken_is_told_again_ten_times_and_then_never(admin: Admin, receiver: Receiver) -> None:
    subscribe(admin, receiver, "created_membership")
    receiver.answers = [500] * 11
    admin.join("Moth")

    (delivery,) = ended(admin)

    assert (delivery["state"], len(receiver.received)) == ("given_up", 11)
    assert [each["active"] for each in admin.call("GET", "subscriptions").json()] == [False]
    admin.join("Silent Moth")
    assert len(ended(admin)) == 1


def test_whoever_is_gone_is_not_told_again(admin: Admin, receiver: Receiver) -> None:
    subscribe(admin, receiver, "created_membership")
    receiver.answers = [410]
    admin.join("Moth")

    assert [delivery["state"] for delivery in ended(admin)] == ["given_up"]
    assert len(receiver.received) == 1


def test_a_redirect_is_not_followed_and_any_success_will_do(admin: Admin, receiver: Receiver) -> None:
    subscribe(admin, receiver, "created_membership")
    receiver.answers = [302, 204]
    admin.join("Moth")

    assert [delivery["state"] for delivery in ended(admin)] == ["delivered"]
    assert len(receiver.received) == 2
