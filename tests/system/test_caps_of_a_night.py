"""A night that would archive more than a run may stops and asks (P2); opt-outs do not wait for the answer."""

import json
from pathlib import Path

import pytest

from tests.system.application import Application, another_application, upserted
from tests.system.command import Command, command_of
from tests.system.hearing import all_heard
from tests.system.watching import eventually, wait_until_idle
from tools.local_stack import LocalStack

pytestmark = pytest.mark.system

LEMMINGS = [f"lemming-{number}" for number in range(24)]


def seen(colony: Application, of: str) -> int:
    return sum(colony.seen(f"{each}@colony.test") == of for each in LEMMINGS)


@pytest.mark.usefixtures("healthy")
def test_p2_a_night_stops_before_it_archives_too_many_and_goes_on_with_a_yes(stack: LocalStack, tmp_path: Path) -> None:
    accord: Command = command_of(stack, tmp_path)
    colony = another_application(stack, "colony")
    connection, stays = colony.api.connection_id, "vole@colony.test"
    colony.say("vole", email=stays)
    colony.tell(*(upserted(each, email=f"{each}@colony.test") for each in LEMMINGS))
    eventually("all are there", lambda: seen(colony, "subscribed") == len(LEMMINGS))
    for each in LEMMINGS:
        colony.leaves(each)
    eventually("all are archived", lambda: seen(colony, "archived") == len(LEMMINGS))
    all_heard(colony)
    wait_until_idle(stack)
    stack.audience.add_fault("lost_webhook", rate=1.0, seed=5)
    for each in LEMMINGS:
        colony.staff(f"{each}@colony.test", "unarchive")
    colony.person(stays, "unsubscribe")
    all_heard(colony)
    stack.audience.end_faults()

    said = accord("reconcile", connection, status=1).stderr

    assert "it would archive 24 contacts, and 20 are allowed unasked" in said
    (waiting, *_) = json.loads(accord("runs", "list", connection, "--json").stdout)["runs"]
    assert (waiting["state"], waiting["beyond_caps"][0]["what"]) == ("proposed", "archived")
    colony.becomes("vole", "unsubscribed", "unsubscribed_in_mailchimp")
    wait_until_idle(stack)
    assert seen(colony, "archived") == 0

    accord("runs", "approve", connection, waiting["id"], "--at-most", "24")

    eventually("all are archived again", lambda: seen(colony, "archived") == len(LEMMINGS))
    eventually(
        "the run is done",
        lambda: json.loads(accord("runs", "show", connection, waiting["id"], "--json").stdout)["state"] == "done",
    )
