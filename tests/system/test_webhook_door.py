"""Whatever is posted to the webhook's URL: the answer says nothing, and nobody's consent changes by it (PAINS P9)."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest

from tests.system.application import Application, another_application
from tests.system.hearing import READ_AGAIN, Door, all_heard, door_of, form, told_of, upemail
from tests.system.watching import DEAD_LETTERS, letters_recorded, messages, wait_until_idle
from tools.local_stack import LocalStack

pytestmark = pytest.mark.system

MINUTE = 60
EMAIL = "doorman@hotel.test"
NOT_FOUND, TAKEN = 404, 200


@pytest.fixture(scope="module")
def hotel(stack: LocalStack) -> Application:
    """An audience where nobody does anything, so that every call that is counted is one of these tests."""
    application = another_application(stack, "hotel")
    application.say("doorman", email=EMAIL, first_name="Dormouse")
    return application


@pytest.fixture
def door(hotel: Application, stack: LocalStack) -> Iterator[Door]:
    """Whatever comes: the member stays as they are, nobody is told anything, and nothing is dead."""
    all_heard(hotel)
    letters, door = letters_recorded(stack), door_of(hotel)
    stack.audience.forget_calls()
    yield door
    all_heard(hotel)
    wait_until_idle(stack)
    assert (hotel.api.member("doorman") or {})["status"] == "synced"
    assert hotel.seen(EMAIL) == "subscribed"
    assert told_of(hotel, "doorman") == []
    assert (messages(stack, *DEAD_LETTERS), letters_recorded(stack)) == (0, letters)


def read_again(hotel: Application) -> int:
    """How often a contact was read again, once all hints are applied. Nothing else was asked, and nothing written."""
    all_heard(hotel)
    routes: dict[str, int] = hotel.stack.audience.calls()["by_route"]
    assert routes.keys() <= {READ_AGAIN}
    return routes.get(READ_AGAIN, 0)


def test_p09_who_does_not_sign_now_and_with_the_key_finds_nothing(hotel: Application, door: Door) -> None:
    untrue = form(hotel, "unsubscribe", EMAIL, action="unsub", reason="manual")
    assert door.knock(untrue, "") == NOT_FOUND
    assert door.knock(untrue, "guessed") == NOT_FOUND
    assert door.knock(untrue, age=81 * MINUTE) == NOT_FOUND
    assert door.knock(untrue, age=-81 * MINUTE) == NOT_FOUND
    assert read_again(hotel) == 0


def test_p09_what_is_signed_and_makes_no_sense_is_taken_and_dropped(hotel: Application, door: Door) -> None:
    untrue = form(hotel, "unsubscribe", EMAIL)
    no_type = {name: text for name, text in untrue.items() if name != "type"}
    no_email = {name: text for name, text in untrue.items() if name != "data[email]"}
    senseless: tuple[dict[str, str] | bytes, ...] = (
        b"",
        b"\xff\xfe=\xff",
        b'{"type": "unsubscribe"}',
        b"&&&===%zz;;",
        no_type,
        no_email,
        untrue | {"type": "sneeze"},
        untrue | {"data[email]": "not an address"},
        untrue | {"data[email]": f"{'d' * 400}@hotel.test"},
        untrue | {"data[list_id]": "another1"},
        untrue | {"data[list_id]": ""},
        untrue | {"data[email]": "0a1b2c@forgotten.mailchimp.com"},
        upemail(hotel, EMAIL, ""),
        urlencode(untrue | {"data[merges][ESSAY]": "z" * 300_000}).encode(),
        urlencode({f"data[merges][M{number}]": "z" for number in range(2_500)} | untrue).encode(),
    )
    assert [door.knock(each) for each in senseless] == [TAKEN] * len(senseless)
    assert read_again(hotel) == 0


def test_p09_an_untrue_unsubscribe_has_the_contact_read_again_and_changes_nothing(
    hotel: Application, door: Door
) -> None:
    untrue = form(hotel, "unsubscribe", EMAIL, action="unsub", reason="abuse", campaign_id="0")
    no_id = {name: text for name, text in untrue.items() if name != "data[id]"}
    no_action = {name: text for name, text in untrue.items() if name != "data[action]"}
    groups = {"[id]": "7", "[name]": "Interests", "[groups]": "Gardening, Yodelling\\, loudly"}
    in_groups = untrue | {f"data[merges][GROUPINGS][0]{name}": text for name, text in groups.items()}
    no_time = untrue | {"fired_at": "the day before yesterday"}
    shouted = untrue | {"data[email]": f"  {EMAIL.upper()} "}
    forms = (untrue, no_id, no_action, in_groups, no_time, shouted, form(hotel, "cleaned", EMAIL, reason="hard"))
    assert [door.knock(each) for each in forms] == [TAKEN] * len(forms)
    assert door.knock(untrue, age=74 * MINUTE) == TAKEN  # Mailchimp's last repeat
    assert read_again(hotel) == len(forms) + 1


def test_p09_two_hundred_repeats_in_any_order_change_nothing(hotel: Application, door: Door) -> None:
    forms = [form(hotel, kind, EMAIL) for kind in ("unsubscribe", "profile", "subscribe", "cleaned")] * 50
    random.Random(9).shuffle(forms)
    with ThreadPoolExecutor(4) as hands:
        answers = set(hands.map(door.knock, forms))
    assert answers == {TAKEN}
    assert read_again(hotel) >= 1
    assert hotel.kinds("doorman") == ["created"]
