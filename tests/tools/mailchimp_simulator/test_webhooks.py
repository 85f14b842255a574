"""Webhooks: made, filtered, signed, delivered, tried again."""

import hashlib
import hmac
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.tools.mailchimp_simulator.receiver import Receiver
from tests.tools.mailchimp_simulator.zookeeper import Zookeeper, hash_of, until

EVENTS = ("subscribe", "unsubscribe", "profile", "cleaned", "upemail", "campaign")
SOURCES = ("user", "admin", "api")
LYNX = "lynx@forest.test"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as listening:
        yield listening


def hook(keeper: Zookeeper, receiver: Receiver, **more: Any) -> Any:
    body = {"url": receiver.url, "events": dict.fromkeys(EVENTS, True), "sources": dict.fromkeys(SOURCES, True)}
    return keeper.post("webhooks", body | more)


def told(keeper: Zookeeper) -> list[str]:
    """The types of what was or will be delivered."""
    return [delivery["type"] for delivery in keeper.tell("GET", "webhooks")["deliveries"]]


def test_its_url_must_answer_a_get_and_be_new(keeper: Zookeeper, receiver: Receiver) -> None:
    made = hook(keeper, receiver)
    assert receiver.validated == ["MailChimp.com WebHook Validator"]
    problem = keeper.refused("POST", "webhooks", {"url": receiver.url})
    assert problem["detail"] == "Sorry, you can't set up multiple WebHooks for one URL"
    receiver.get_status = 404
    for url in (f"{receiver.url}&other", "http://127.0.0.1:1/closed", "lynx"):
        assert keeper.refused("POST", "webhooks", {"url": url})["status"] == 400
        assert keeper.refused("PATCH", f"webhooks/{made['id']}", {"url": url})["status"] == 400
    keeper.delete(f"webhooks/{made['id']}")
    assert keeper.get("webhooks")["total_items"] == 0


def test_its_secret_is_told_once(keeper: Zookeeper, receiver: Receiver) -> None:
    made = hook(keeper, receiver)
    assert made["signing_enabled"] is True
    assert made["signing_secret"]
    shown = keeper.get(f"webhooks/{made['id']}")
    assert not {"signing_enabled", "signing_secret"} & shown.keys()


def test_a_delivery_is_signed_over_its_raw_body(keeper: Zookeeper, receiver: Receiver) -> None:
    key = hook(keeper, receiver)["signing_secret"]
    keeper.tell("POST", "clock", {"advance": 86400})
    keeper.add(LYNX)
    until(lambda: receiver.received)
    received = receiver.received[0]
    moment, seal = (part.partition("=")[2] for part in received.headers["X-Mailchimp-Signature"].split(","))
    assert abs(time.time() - int(moment)) < 60
    assert seal == hmac.new(key.encode(), moment.encode() + b"." + received.body, hashlib.sha256).hexdigest()
    assert received.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert received.headers["User-Agent"] == "MailChimp.com"


def test_one_that_does_not_sign_sends_no_signature(keeper: Zookeeper, receiver: Receiver) -> None:
    assert "signing_secret" not in hook(keeper, receiver, signing_enabled=False)
    keeper.add(LYNX)
    until(lambda: receiver.received)
    assert "X-Mailchimp-Signature" not in receiver.received[0].headers


def test_a_subscription_is_told_with_all_its_fields(keeper: Zookeeper, receiver: Receiver) -> None:
    hook(keeper, receiver)
    group = keeper.post("interest-categories", {"title": "Prey", "type": "checkboxes"})["id"]
    hare = keeper.post(f"interest-categories/{group}/interests", {"name": "Hare"})["id"]
    address = {"addr1": "1 Den", "city": "Forest", "state": "FR", "zip": "25000", "country": "FR"}
    fields = {"FNAME": "Lynx", "ADDRESS": address, "BIRTHDAY": "03/12"}
    added = keeper.add(LYNX, merge_fields=fields, interests={hare: True})
    until(lambda: receiver.received)
    form = receiver.received[0].form
    assert form["data[id]"] == added["unique_email_id"] != hash_of(LYNX)
    assert list(form)[:2] == ["type", "fired_at"]
    assert (
        form
        | {
            "type": "subscribe",
            "data[email]": LYNX,
            "data[email_type]": "html",
            "data[web_id]": str(added["web_id"]),
            "data[list_id]": keeper.simulator.list_id,
            "data[merges][EMAIL]": LYNX,
            "data[merges][FNAME]": "Lynx",
            "data[merges][LNAME]": "",
            "data[merges][ADDRESS]": "1 Den  Forest  FR  25000  FR",
            "data[merges][BIRTHDAY]": "03/12",
            "data[merges][INTERESTS]": "Hare",
            "data[merges][GROUPINGS][0][name]": "Prey",
            "data[merges][GROUPINGS][0][groups]": "Hare",
        }
        == form
    )


def test_each_deed_has_its_event(keeper: Zookeeper, receiver: Receiver) -> None:
    hook(keeper, receiver)
    keeper.add(LYNX, "pending")
    assert told(keeper) == []
    keeper.person(LYNX, "confirm")
    keeper.person(LYNX, "update_profile", merge_fields={"FNAME": "Lynx"})
    keeper.person(LYNX, "change_email", new_email="bobcat@forest.test")
    assert told(keeper) == ["subscribe", "profile", "upemail", "profile"]
    keeper.staff("bobcat@forest.test", "tag", name="Fierce")
    keeper.person("bobcat@forest.test", "unsubscribe")
    keeper.staff("bobcat@forest.test", "archive")
    keeper.staff("bobcat@forest.test", "delete_permanently")
    keeper.add("wolf@forest.test")
    keeper.person("wolf@forest.test", "hard_bounce")
    keeper.add("bear@forest.test")
    keeper.person("bear@forest.test", "complain")
    assert told(keeper)[4:] == [*["unsubscribe"] * 3, "subscribe", "cleaned", "subscribe", "unsubscribe"]
    forms = [delivery["form"] for delivery in keeper.tell("GET", "webhooks")["deliveries"]]
    moved = forms[2]
    assert (moved["data[old_email]"], moved["data[new_email]"]) == (LYNX, "bobcat@forest.test")
    assert [form.get("data[action]") for form in forms[4:7]] == ["unsub", "delete", "delete"]
    assert forms[6]["data[email]"].endswith("@forgotten.mailchimp.com")
    assert forms[8].keys() == {
        "type",
        "fired_at",
        *(f"data[{n}]" for n in ("list_id", "campaign_id", "reason", "email")),
    }
    assert forms[-1]["data[reason]"] == "abuse"


@pytest.mark.parametrize("source", SOURCES)
def test_only_the_wanted_sources_are_told(keeper: Zookeeper, receiver: Receiver, source: str) -> None:
    hook(keeper, receiver, sources={source: True})
    keeper.person("user@forest.test", "subscribe")
    keeper.staff("admin@forest.test", "add_contact")
    keeper.post("", {"members": [{"email_address": "api@forest.test", "status": "subscribed"}]})
    deliveries = keeper.tell("GET", "webhooks")["deliveries"]
    assert [delivery["form"]["data[email]"] for delivery in deliveries] == [f"{source}@forest.test"]


def test_only_the_wanted_events_are_told(keeper: Zookeeper, receiver: Receiver) -> None:
    made = hook(keeper, receiver, events={"unsubscribe": True})
    keeper.add(LYNX)
    assert told(keeper) == []
    keeper.patch(f"webhooks/{made['id']}", {"events": {"profile": True, "unsubscribe": False}})
    keeper.patch(f"members/{LYNX}", {"language": "fr"})
    keeper.patch(f"members/{LYNX}", {"status": "unsubscribed"})
    assert told(keeper) == ["profile"]


def test_a_delivery_is_tried_again_until_it_is_answered_with_200(keeper: Zookeeper, receiver: Receiver) -> None:
    hook(keeper, receiver)
    receiver.answers = [500, 302, 200]
    keeper.add(LYNX)
    until(lambda: keeper.tell("GET", "webhooks")["deliveries"][0]["state"] == "delivered")
    attempts = keeper.tell("GET", "webhooks")["deliveries"][0]["attempts"]
    assert [attempt["status"] for attempt in attempts] == [500, 302, 200]
    assert len({received.headers["X-Mailchimp-Signature"] for received in receiver.received}) == 1


def test_it_is_given_up_after_75_minutes(keeper: Zookeeper, receiver: Receiver) -> None:
    hook(keeper, receiver)
    receiver.answers = [503] * 10
    keeper.add(LYNX)
    until(lambda: keeper.tell("GET", "webhooks")["deliveries"][0]["state"] == "failed")
    assert len(receiver.received) == 6


def test_a_delivery_can_be_lost_at_a_rate_and_no_call_is(keeper: Zookeeper, receiver: Receiver) -> None:
    hook(keeper, receiver)

    def states() -> list[str]:
        return [delivery["state"] for delivery in keeper.tell("GET", "webhooks")["deliveries"]]

    def lost() -> list[bool]:
        keeper.tell("POST", "reset")
        keeper.tell("POST", "faults", {"kind": "lost_webhook", "rate": 0.3, "seed": 4})
        for number in range(30):
            keeper.add(f"lynx-{number}@forest.test")
        keeper.tell("DELETE", "faults")
        until(lambda: set(states()) <= {"lost", "delivered"})
        return [state == "lost" for state in states()]

    first = lost()
    assert 0 < sum(first) < 20
    assert len(receiver.received) == 30 - sum(first)
    assert lost() == first


def test_gone_ends_it_for_good(keeper: Zookeeper, receiver: Receiver) -> None:
    hook(keeper, receiver)
    receiver.answers = [410]
    keeper.add(LYNX)
    until(lambda: keeper.tell("GET", "webhooks")["deliveries"][0]["state"] == "disabled")
    keeper.patch(f"members/{LYNX}", {"language": "fr"})
    assert told(keeper) == ["subscribe"]


def test_a_reset_forgets_what_was_told_and_keeps_the_webhook(keeper: Zookeeper, receiver: Receiver) -> None:
    hook(keeper, receiver)
    keeper.add(LYNX)
    keeper.tell("POST", "reset")
    assert told(keeper) == []
    keeper.add(LYNX)
    assert told(keeper) == ["subscribe"]
