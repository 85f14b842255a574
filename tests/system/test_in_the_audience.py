"""What the newsletter's owner relies on in the audience: groups, segments, activity, and which side's values count."""

import pytest
import requests

from accord.domain.connection import Policy
from tests.system.application import Answer, Application, another_application, moment, upserted
from tests.system.hearing import feed, told_of
from tests.system.watching import eventually
from tools.local_stack import LocalStack

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def seals(stack: LocalStack) -> Application:
    """An application that wants to know what people change in Mailchimp."""
    return another_application(stack, "seals", Policy(profile_changes_upstream=True))


def operator(seals: Application, path: str, body: Answer) -> requests.Response:
    return seals.send("POST", path, body, token=seals.operator_token)


def test_q4_c10_a4_groups_and_segments_are_made_on_an_operators_order(seals: Application) -> None:
    email = "fin@icefloe.test"
    wish: Answer = {"email": email, "plan": "Ice pass", "tags": ["Divers"], "groups": {"Interests": ["Curling"]}}
    assert seals.say("fin", **wish)["reason"]["code"] == "field_invalid"

    made = operator(seals, "groups", {"category": "Interests", "names": ["Curling", "Basking"]})
    assert made.status_code == 200, made.text
    assert [each["name"] for each in made.json()["group"]["interests"]] == ["Curling", "Basking"]
    assert operator(seals, "members/fin/retry", {}).status_code == 202
    seals.becomes("fin", "synced", "in_agreement")
    assert sorted(seals.contact(email)["interests"].values()) == [False, True]

    assert operator(seals, "test", {}).status_code == 200  # reads which tags there are
    for wanted in ({"by": "plan", "values": ["Ice pass"]}, {"by": "tag", "values": ["Divers"]}):
        answer = operator(seals, "segments", wanted)
        assert answer.status_code == 200, answer.text
        assert [each["made"] for each in answer.json()["segments"]] == [True]
    saved = seals.mailchimp("GET", "segments?type=saved")["segments"]
    assert {each["name"] for each in saved} == {"Plan: Ice pass", "Tag: Divers"}


def test_a1_s8_a_value_that_somebody_changes_in_mailchimp_is_told_and_upstream_stays_the_reference(
    seals: Application,
) -> None:
    email = "flipper@icefloe.test"
    seals.say("flipper", email=email, first_name="Flipper", plan="Day")
    seals.person(email, "update_profile", merge_fields={"PLAN": "Champagne"})

    told = eventually("the change is told", lambda: told_of(seals, "flipper"))
    assert [(notice["type"], notice["data"]["fields"]) for notice in told] == [("contact.profile_changed", ["plan"])]
    assert "Champagne" not in str(told), "names of fields only"
    assert "edited" in seals.kinds("flipper")
    assert seals.say("flipper", email=email, first_name="Flipper", plan="Night")["status"] == "synced"
    assert seals.fields(email)["PLAN"] == "Night"


def test_s7_s9_unsubscribes_and_invalid_addresses_reach_the_application_and_its_activity(seals: Application) -> None:
    for name in ("pup", "cow"):
        seals.say(name, email=f"{name}@icefloe.test", first_name=name.title())
    seals.person("pup@icefloe.test", "unsubscribe")
    seals.person("cow@icefloe.test", "hard_bounce")
    seals.becomes("pup", "unsubscribed", "unsubscribed_in_mailchimp")
    seals.becomes("cow", "bounced", "hard_bounce")

    activity = {notice["data"]["id"]: notice["type"] for notice in feed(seals)}
    assert (activity["pup"], activity["cow"]) == ("contact.unsubscribed", "contact.bounced")
    events = seals.api.history("cow")["events"]
    assert events[-1]["kind"] == "created"
    assert (events[0]["before"]["status"], events[0]["status"]) == ("synced", "bounced")


def test_a7_a8_deleted_upstream_is_archived_and_archived_in_mailchimp_is_kept(seals: Application) -> None:
    for name in ("bull", "calf"):
        seals.say(name, email=f"{name}@icefloe.test", first_name=name.title())
    assert seals.leaves("bull")["status"] == "archived"
    assert seals.seen("bull@icefloe.test") == "archived"

    seals.staff("calf@icefloe.test", "archive")
    seals.becomes("calf", "archived_in_mailchimp", "archived_by_staff")
    change = upserted("calf", email="calf@icefloe.test", first_name="Calf", plan=moment())
    assert seals.tell(change)[0]["status"] == "archived_in_mailchimp"
    assert seals.seen("calf@icefloe.test") == "archived"
