"""Addresses that people change in Mailchimp, and addresses that were erased: told late, in no order, or not at all."""

import pytest

from tests.system.application import Answer, Application
from tests.system.hearing import a_second_later, door_of, form, kinds_told, silence, told_of, upemail
from tests.system.watching import DEAD_LETTERS, HINTS, eventually, letters_recorded, messages
from tools.local_stack import LocalStack

pytestmark = pytest.mark.system


def erased(zoo: Application, member_id: str) -> Answer:
    """The certificate, once the erasure is completed."""
    asked = zoo.send("DELETE", f"members/{member_id}?erase=true", token=zoo.token)
    assert asked.status_code == 202

    def certified() -> Answer | None:
        answer = zoo.send("GET", f"erasures/{asked.json()['erasure']}", token=zoo.token)
        document: Answer = answer.json()
        return document if answer.status_code == 200 and document["state"] == "completed" else None

    certificate = eventually("the erasure is certified", certified)
    assert certificate is not None
    return certificate


def test_p06_who_changed_their_address_untold_is_erased_under_the_one_they_have_now(zoo: Application) -> None:
    old, new = "curlew@mudflat.test", "curlew@moor.test"
    for plan in ("Day", "Night"):  # the second answer tells the contact's id, which survives the change
        zoo.say("curlew", email=old, first_name="Curlewis", plan=plan)
    with silence(zoo):
        zoo.person(old, "change_email", new_email=new)
    certificate = erased(zoo, "curlew")
    assert "contact_deleted" in [step["step"] for step in certificate["steps"]]
    assert (zoo.seen(new), zoo.seen(old)) == ("forgotten", "unknown")
    assert "curlew" not in str(zoo.mailchimp("GET", "members?count=1000"))
    assert (zoo.api.member("curlew") or {})["email"] is None


def test_p06_an_erased_address_waits_for_the_persons_own_sign_up(zoo: Application) -> None:
    email = "avocet@saltpan.test"
    zoo.say("avocet", email=email, first_name="Avocetta")
    erased(zoo, "avocet")
    older = zoo.say("avocet-reborn", email=email, first_name="Avocetta")
    assert (older["status"], older["reason"]["code"]) == ("excluded", "address_erased")
    assert zoo.seen(email) == "forgotten"

    a_second_later()
    zoo.person(email, "subscribe")
    zoo.api.wait_for("avocet-reborn", lambda member: member["reason"]["code"] != "address_erased")
    back = zoo.say("avocet-reborn", email=email, first_name="Avocetta", plan="Second life")
    assert (back["status"], zoo.seen(email)) == ("synced", "subscribed")
    assert zoo.fields(email)["PLAN"] == "Second life"
    assert (zoo.api.member("avocet") or {})["status"] == "erased"


def test_p11_a_profile_that_comes_before_its_change_of_address_loses_nothing(
    zoo: Application, stack: LocalStack
) -> None:
    old, new = "whimbrel@tundra.test", "whimbrel@coast.test"
    door, letters = door_of(zoo), letters_recorded(stack)
    zoo.say("whimbrel", email=old, first_name="Whimbrella", plan="Day")
    with silence(zoo):
        zoo.person(old, "change_email", new_email=new)
    early = _too_early(stack)
    assert door.knock(form(zoo, "profile", new)) == 200
    eventually("nobody knows the address yet", lambda: _too_early(stack) > early)
    zoo.say("phalarope", email="phalarope@pond.test", first_name="Phalaropina")
    zoo.person("phalarope@pond.test", "unsubscribe")
    zoo.becomes("phalarope", "unsubscribed", "unsubscribed_in_mailchimp")  # nobody waits for the one that is early

    assert door.knock(upemail(zoo, old, new)) == 200
    eventually("the change is followed", lambda: "followed" in zoo.kinds("whimbrel"))
    zoo.becomes("whimbrel", "synced", "in_agreement")
    (told,) = told_of(zoo, "whimbrel")
    assert (told["type"], told["data"]["new_email"]) == ("contact.email_changed", new)
    zoo.say("whimbrel", email=old, first_name="Whimbrella", plan="Night")
    assert (zoo.fields(new)["PLAN"], zoo.seen(old)) == ("Night", "unknown")
    assert (messages(stack, *DEAD_LETTERS), letters_recorded(stack)) == (0, letters)


def test_p11_a_change_of_address_of_somebody_unknown_is_given_up_quietly(zoo: Application, stack: LocalStack) -> None:
    door, letters = door_of(zoo), letters_recorded(stack)
    early = _too_early(stack)
    assert door.knock(upemail(zoo, "yeti@glacier.test", "yeti@spa.test")) == 200
    eventually("it is too early three times, and then enough", lambda: _too_early(stack) >= early + 3)
    eventually("no hint is left", lambda: messages(stack, HINTS) == 0)
    assert (zoo.seen("yeti@glacier.test"), zoo.seen("yeti@spa.test")) == ("unknown", "unknown")
    assert (messages(stack, *DEAD_LETTERS), letters_recorded(stack)) == (0, letters)
    assert kinds_told(zoo, "yeti") == []


def _too_early(stack: LocalStack) -> int:
    """How many hints were put back so far because nobody knew their address."""
    return stack.emulator.logs("ApplyAudienceEvents").count('"too_early"')
