"""What a reconciliation would do is seen before it does it: nothing is written until a person says so (PAINS P23)."""

import json
from pathlib import Path

import pytest

from tests.system.application import Application, another_application
from tests.system.command import Words, command_of, words_of
from tests.system.hearing import all_heard
from tests.system.watching import eventually, wait_until_idle
from tools.local_stack import LocalStack

pytestmark = pytest.mark.system

A_PAGE = "GET /3.0/lists/{list_id}/members"


@pytest.fixture
def accord(stack: LocalStack, tmp_path: Path) -> Words:
    return words_of(command_of(stack, tmp_path))


@pytest.mark.usefixtures("healthy")
def test_p23_what_would_be_done_is_seen_before_and_done_after_a_yes(stack: LocalStack, accord: Words) -> None:
    zoo = another_application(stack, "meadow")
    connection, wombat, quokka = zoo.api.connection_id, "wombat@meadow.test", "quokka@meadow.test"
    zoo.say("wombat", email=wombat, first_name="Wilma")
    zoo.say("quokka", email=quokka, first_name="Quentin")
    _untold(zoo, wombat, quokka)
    stack.audience.forget_calls()

    said = accord("plan", connection)

    calls = stack.audience.calls()["by_route"]
    assert A_PAGE in calls
    assert {route.partition(" ")[0] for route in calls} == {"GET"}, "nothing is written, also by another's night"
    assert '~ wombat update\n    FNAME: "Wally" -> "Wilma"\n' in said
    assert "= quokka held back: " in said
    assert zoo.fields(wombat)["FNAME"] == "Wally", "nothing is written"
    assert zoo.kinds("quokka") == ["created"], "nothing is remembered"
    (plan,) = json.loads(accord("plan", "list", connection, "--json"))["plans"]
    lines = [json.loads(line) for line in accord("plan", "show", connection, plan["id"], "--output", "-").splitlines()]
    assert {line["id"]: line["planned"] for line in lines} == {"wombat": "update", "quokka": "held_back"}

    assert "--yes" in accord("apply", connection, plan["id"], status=2)
    assert "applied: 2, left out: 0" in accord("apply", connection, plan["id"], "--yes")

    eventually("the name is there again", lambda: zoo.fields(wombat)["FNAME"] == "Wilma")
    zoo.becomes("quokka", "unsubscribed", "unsubscribed_in_mailchimp")
    assert "carried out already" in accord("apply", connection, plan["id"], "--yes", status=1)
    wait_until_idle(stack)
    assert "Nothing to do: all in agreement." in accord("plan", connection)


def _untold(zoo: Application, edited: str, unsubscribed: str) -> None:
    """The staff writes another name, a person unsubscribes, and no webhook tells of it."""
    all_heard(zoo)
    wait_until_idle(zoo.stack)
    zoo.stack.audience.add_fault("lost_webhook", rate=1.0, seed=5)
    zoo.staff(edited, "edit", merge_fields={"FNAME": "Wally"})
    zoo.person(unsubscribed, "unsubscribe")
    all_heard(zoo)
    zoo.stack.audience.end_faults()
