"""What people and the newsletter's owner do in Mailchimp comes back by real webhooks, without a change upstream."""

import pytest
import requests

from tests.system.application import Application
from tests.system.hearing import delivered, deliveries, door_of, received_of, told_of
from tests.system.watching import eventually

pytestmark = pytest.mark.system


def test_p07_an_unsubscribe_in_mailchimp_is_the_members_status_moments_later(zoo: Application) -> None:
    email = "heron@lagoon.test"
    zoo.say("heron", email=email, first_name="Heronimus")
    zoo.person(email, "unsubscribe")
    zoo.becomes("heron", "unsubscribed", "unsubscribed_in_mailchimp")
    assert "heard" in zoo.kinds("heron")
    newest = zoo.api.history("heron")["events"][0]
    assert (newest["before"]["status"], newest["status"], newest["cause"]["kind"], newest["cause"]["detail"]) == (
        "synced",
        "unsubscribed",
        "webhook",
        "unsubscribe",
    )
    (told,) = told_of(zoo, "heron")
    assert (told["type"], told["data"]["email"]) == ("contact.unsubscribed", email)
    assert told["data"]["reason"]["code"] == "unsubscribed_in_mailchimp"
    received = eventually("the application is told", lambda: received_of(zoo, "heron"))
    assert [(each["type"], each["data"]["email"]) for each in received] == [("contact.unsubscribed", email)]


def test_s7_a_bounce_is_the_members_status_moments_later(zoo: Application) -> None:
    email = "swift@steeple.test"
    zoo.say("swift", email=email, first_name="Swiftlet")
    zoo.person(email, "hard_bounce")
    zoo.becomes("swift", "bounced", "hard_bounce")


def test_p09_a_profile_that_a_person_changes_subscribes_nobody_again(zoo: Application) -> None:
    email = "crane@marsh.test"
    zoo.say("crane", email=email, first_name="Craniella")
    zoo.person(email, "unsubscribe")
    zoo.becomes("crane", "unsubscribed", "unsubscribed_in_mailchimp")
    zoo.person(email, "update_profile", merge_fields={"FNAME": "Cranberry"})
    delivered(zoo, email, "profile")
    assert zoo.seen(email) == "unsubscribed"
    zoo.becomes("crane", "unsubscribed", "unsubscribed_in_mailchimp")


def test_p22_who_is_archived_by_staff_says_so(zoo: Application) -> None:
    email = "grebe@reed.test"
    zoo.say("grebe", email=email, first_name="Grebecca")
    zoo.staff(email, "archive")
    zoo.becomes("grebe", "archived_in_mailchimp", "archived_by_staff")


def test_p10_an_address_that_a_person_changes_stands_and_gets_what_upstream_says_next(zoo: Application) -> None:
    old, new = "loon@lake.test", "loon@sea.test"
    zoo.say("loon", email=old, first_name="Loonette", plan="Day")
    zoo.person(old, "change_email", new_email=new)
    eventually("the change is followed", lambda: "followed" in zoo.kinds("loon"))
    zoo.say("loon", email=old, first_name="Loonette", plan="Night")
    assert zoo.fields(new)["PLAN"] == "Night"
    (told,) = told_of(zoo, "loon")
    assert (told["type"], told["data"]["email"], told["data"]["new_email"]) == ("contact.email_changed", old, new)
    assert zoo.seen(old) == "unknown"


def test_p08_our_own_writes_bring_no_webhook(zoo: Application) -> None:
    email = "ibis@delta.test"
    zoo.say("ibis", email=email, first_name="Ibisabel")
    zoo.say("ibis", email=email, first_name="Ibisabel", plan="Night")
    zoo.leaves("ibis")
    assert deliveries(zoo, email) == []


def test_a_stranger_at_the_webhooks_door_learns_nothing(zoo: Application) -> None:
    url = door_of(zoo).url
    guessed = url.rpartition("/")[0] + "/guessed"
    form = {"type": "unsubscribe", "data[email]": "heron@lagoon.test", "data[list_id]": zoo.audience_id}
    assert requests.get(url, timeout=30).status_code == 200
    for answer in (
        requests.get(guessed, timeout=30),
        requests.post(guessed, data=form, timeout=30),
        requests.post(url, data=form, timeout=30),  # not signed
        requests.post(url.replace("/demo/", "/nobody/"), data=form, timeout=30),
    ):
        assert (answer.status_code, answer.json()) == (404, {})
