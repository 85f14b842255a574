"""Who unsubscribes, is deleted, leaves or shares an address: what Mailchimp tells meets the consent table (PAINS)."""

from functools import partial

import pytest

from tests.system.application import Application, agreed_now, declined_now
from tests.system.hearing import a_second_later, all_heard, deliveries, kinds_told, received_of, silence, told_of
from tests.system.watching import eventually, wait_until_idle
from tools.local_stack import LocalStack

pytestmark = pytest.mark.system

CHANGE = "PATCH /3.0/lists/{list_id}/members/{subscriber_hash}"


def test_p03_a_newer_opt_in_asks_once_and_only_the_persons_own_word_subscribes_again(zoo: Application) -> None:
    email = "pelican@pier.test"
    zoo.say("pelican", email=email, first_name="Pelicandice")
    zoo.person(email, "unsubscribe")
    zoo.becomes("pelican", "unsubscribed", "unsubscribed_in_mailchimp")

    fresh = agreed_now()
    for plan in ("Day", "Day", "Night", "Day"):
        asked = zoo.say("pelican", email=email, first_name="Pelicandice", plan=plan, consent=fresh)
        assert (asked["status"], zoo.seen(email)) == ("awaiting_confirmation", "pending")
    assert zoo.standing(email)["confirmation_mails"] == 1
    assert kinds_told(zoo, "pelican") == ["contact.unsubscribed"]

    a_second_later()
    zoo.person(email, "confirm")
    zoo.becomes("pelican", "synced", "in_agreement")
    assert kinds_told(zoo, "pelican") == ["contact.unsubscribed", "contact.resubscribed"]
    eventually("the application is told of both", lambda: len(received_of(zoo, "pelican")) == 2)
    assert (zoo.seen(email), zoo.standing(email)["confirmation_mails"]) == ("subscribed", 1)


def test_p03_what_mailchimp_refuses_in_compliance_state_is_not_tried_again_until_a_newer_opt_in(
    zoo: Application, stack: LocalStack
) -> None:
    """Of the person's own unsubscribe nobody told: to Accord the only opt-out is upstream's, and a newer opt-in ends
    that. Mailchimp knows better."""
    email = "coot@canal.test"
    zoo.say("coot", email=email, first_name="Cootilda")
    with silence(zoo):
        zoo.say("coot", email=email, first_name="Cootilda", consent=declined_now())
        zoo.person(email, "unsubscribe")

    stack.audience.forget_calls()
    fresh = agreed_now()
    refused = zoo.say("coot", email=email, first_name="Cootilda", consent=fresh)
    assert (refused["status"], refused["reason"]["code"]) == ("needs_reconfirmation", "compliance")
    assert _changes(stack) == 1
    for plan in ("Day", "Night"):
        still = zoo.say("coot", email=email, first_name="Cootilda", plan=plan, consent=fresh)
        assert (still["status"], zoo.seen(email)) == ("needs_reconfirmation", "unsubscribed")
    wait_until_idle(stack)
    assert _changes(stack) == 1
    assert kinds_told(zoo, "coot") == ["contact.unsubscribed"]

    asked = zoo.say("coot", email=email, first_name="Cootilda", plan="Night", consent=agreed_now())
    assert (asked["status"], zoo.standing(email)["confirmation_mails"]) == ("awaiting_confirmation", 1)
    a_second_later()
    zoo.person(email, "confirm")
    zoo.becomes("coot", "synced", "in_agreement")


def _changes(stack: LocalStack) -> int:
    changes: int = stack.audience.calls()["by_route"].get(CHANGE, 0)
    return changes


def test_p04_a8_who_was_deleted_for_good_comes_back_by_the_form_alone(zoo: Application, stack: LocalStack) -> None:
    email = "rail@sedge.test"
    zoo.say("rail", email=email, first_name="Railene", plan="Day")
    zoo.staff(email, "delete_permanently")
    all_heard(zoo)
    wait_until_idle(stack)
    assert (zoo.api.member("rail") or {})["status"] == "synced", "an address at forgotten.mailchimp.com tells nothing"

    gone = zoo.say("rail", email=email, first_name="Railene", plan="Night", consent=agreed_now())
    assert (gone["status"], gone["reason"]["code"]) == ("deleted_in_mailchimp", "permanently_deleted")
    assert (kinds_told(zoo, "rail"), zoo.seen(email)) == (["contact.deleted"], "forgotten")

    a_second_later()
    zoo.person(email, "subscribe")
    zoo.becomes("rail", "synced", "in_agreement")
    assert zoo.fields(email) == {"FNAME": "Railene", "PLAN": "Night"}
    assert kinds_told(zoo, "rail") == ["contact.deleted", "contact.resubscribed"]


def test_p05_leaving_archives_and_is_no_news_to_the_application(zoo: Application, stack: LocalStack) -> None:
    email = "plover@shingle.test"
    zoo.say("plover", email=email, first_name="Ploverella")
    gone = zoo.leaves("plover")
    assert (gone["status"], gone["reason"]["code"], zoo.seen(email)) == ("archived", "left", "archived")
    all_heard(zoo)
    wait_until_idle(stack)
    assert (deliveries(zoo, email), told_of(zoo, "plover")) == ([], [])
    assert zoo.contact(email)["unsubscribe_reason"] == ""


def test_p05_who_unsubscribed_and_leaves_stays_unsubscribed_when_they_return(zoo: Application) -> None:
    email = "dunlin@estuary.test"
    zoo.say("dunlin", email=email, first_name="Dunlinda")
    zoo.person(email, "unsubscribe")
    zoo.becomes("dunlin", "unsubscribed", "unsubscribed_in_mailchimp")
    left = zoo.leaves("dunlin")
    assert (left["status"], left["reason"]["code"]) == ("unsubscribed", "unsubscribed_in_mailchimp")
    back = zoo.say("dunlin", email=email, first_name="Dunlinda")
    assert (back["status"], back["reason"]["code"]) == ("unsubscribed", "unsubscribed_in_mailchimp")
    assert (zoo.seen(email), zoo.standing(email)["confirmation_mails"]) == ("unsubscribed", 0)


def test_p05_an_unsubscribe_that_nobody_told_survives_leaving_and_returning(zoo: Application) -> None:
    email = "sanderling@surf.test"
    zoo.say("sanderling", email=email, first_name="Sanderlina")
    with silence(zoo):
        zoo.person(email, "unsubscribe")
        zoo.leaves("sanderling")
    back = zoo.say("sanderling", email=email, first_name="Sanderlina")
    assert (back["status"], back["reason"]["code"]) == ("needs_reconfirmation", "compliance")
    assert (zoo.seen(email), zoo.standing(email)["confirmation_mails"]) == ("archived", 0)
    assert kinds_told(zoo, "sanderling") == ["contact.unsubscribed"]


def test_p25_who_shares_an_address_unsubscribes_for_both_and_both_are_told_of(zoo: Application) -> None:
    email = "swans@moat.test"
    for swan in ("odette", "odile"):
        zoo.say(swan, email=email, first_name=swan.title())
    zoo.person(email, "unsubscribe")
    for swan in ("odette", "odile"):
        zoo.becomes(swan, "unsubscribed", "unsubscribed_in_mailchimp")
        assert kinds_told(zoo, swan) == ["contact.unsubscribed"]
        eventually("the application is told of each", partial(received_of, zoo, swan))

    one = zoo.say("odile", email=email, first_name="Odile", consent=agreed_now())
    assert (one["status"], zoo.seen(email), zoo.standing(email)["confirmation_mails"]) == (
        "unsubscribed",
        "unsubscribed",
        0,
    ), "the other one has not agreed anew"
