"""What people and the newsletter's owner do in Mailchimp comes back by real webhooks, without a change upstream."""

import pytest
import requests

from tests.system.application import Answer, Application
from tests.system.watching import eventually

pytestmark = pytest.mark.system


def becomes(zoo: Application, member_id: str, status: str, reason: str) -> Answer:
    """The member as soon as they stand so."""
    return zoo.api.wait_for(
        member_id, lambda member: (member["status"], member["reason"]["code"]) == (status, reason), 60
    )


def test_p07_an_unsubscribe_in_mailchimp_is_the_members_status_moments_later(zoo: Application) -> None:
    email = "heron@lagoon.test"
    zoo.say("heron", email=email, first_name="Heronimus")
    zoo.person(email, "unsubscribe")
    becomes(zoo, "heron", "unsubscribed", "unsubscribed_in_mailchimp")
    assert "heard" in zoo.kinds("heron")
    newest = zoo.api.history("heron")["events"][0]
    assert (newest["before"]["status"], newest["status"], newest["cause"]["kind"], newest["cause"]["detail"]) == (
        "synced",
        "unsubscribed",
        "webhook",
        "unsubscribe",
    )
    (told,) = [notice for notice in feed(zoo) if notice["data"]["id"] == "heron"]
    assert (told["type"], told["data"]["email"]) == ("contact.unsubscribed", email)
    assert told["data"]["reason"]["code"] == "unsubscribed_in_mailchimp"
    received = eventually("the application is told", lambda: received_about(zoo, "heron"))
    assert [(each["type"], each["data"]["email"]) for each in received] == [("contact.unsubscribed", email)]


def test_a_bounce_is_the_members_status_moments_later(zoo: Application) -> None:
    email = "swift@steeple.test"
    zoo.say("swift", email=email, first_name="Swiftlet")
    zoo.person(email, "hard_bounce")
    becomes(zoo, "swift", "bounced", "hard_bounce")


def test_p09_a_profile_that_a_person_changes_subscribes_nobody_again(zoo: Application) -> None:
    email = "crane@marsh.test"
    zoo.say("crane", email=email, first_name="Craniella")
    zoo.person(email, "unsubscribe")
    becomes(zoo, "crane", "unsubscribed", "unsubscribed_in_mailchimp")
    zoo.person(email, "update_profile", merge_fields={"FNAME": "Cranberry"})
    delivered(zoo, email, "profile")
    assert zoo.seen(email) == "unsubscribed"
    becomes(zoo, "crane", "unsubscribed", "unsubscribed_in_mailchimp")


def test_p22_who_is_archived_by_staff_says_so(zoo: Application) -> None:
    email = "grebe@reed.test"
    zoo.say("grebe", email=email, first_name="Grebecca")
    zoo.staff(email, "archive")
    becomes(zoo, "grebe", "archived_in_mailchimp", "archived_by_staff")


def test_p10_an_address_that_a_person_changes_stands_and_gets_what_upstream_says_next(zoo: Application) -> None:
    old, new = "loon@lake.test", "loon@sea.test"
    zoo.say("loon", email=old, first_name="Loonette", plan="Day")
    zoo.person(old, "change_email", new_email=new)
    eventually("the change is followed", lambda: "followed" in zoo.kinds("loon"))
    zoo.say("loon", email=old, first_name="Loonette", plan="Night")
    assert zoo.fields(new)["PLAN"] == "Night"
    (told,) = [notice for notice in feed(zoo) if notice["data"]["id"] == "loon"]
    assert (told["type"], told["data"]["email"], told["data"]["new_email"]) == ("contact.email_changed", old, new)
    assert zoo.seen(old) == "unknown"


def test_p08_our_own_writes_bring_no_webhook(zoo: Application) -> None:
    email = "ibis@delta.test"
    zoo.say("ibis", email=email, first_name="Ibisabel")
    zoo.say("ibis", email=email, first_name="Ibisabel", plan="Night")
    zoo.leaves("ibis")
    assert deliveries(zoo, email) == []


def test_a_stranger_at_the_webhooks_door_learns_nothing(zoo: Application) -> None:
    (url,) = {delivery["url"] for delivery in all_deliveries(zoo)}
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


def feed(zoo: Application) -> list[Answer]:
    """All that the application was told so far."""
    answer = zoo.send("GET", "changes?limit=500", token=zoo.token)
    assert answer.status_code == 200
    found: list[Answer] = answer.json()["notices"]
    return found


def received_about(zoo: Application, member_id: str) -> list[Answer]:
    """The notices that the sample application received, and verified."""
    found: list[Answer] = requests.get(f"{zoo.stack.upstream.url}/notices", timeout=30).json()
    return [notice for notice in found if notice["data"]["id"] == member_id]


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
