"""What a reconciliation would do is seen before it does it: nothing is written until a person says so (PAINS P23)."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.system.application import Application, another_application
from tests.system.hearing import all_heard
from tests.system.watching import eventually, wait_until_idle
from tools.local_stack import LocalStack, StackFile

pytestmark = pytest.mark.system

A_PAGE = "GET /3.0/lists/{list_id}/members"

type Command = Callable[..., str]


@pytest.fixture
def accord(stack: LocalStack, tmp_path: Path) -> Command:
    """What the command says, results and all else; it has to be done, or refused where that is expected."""
    StackFile(tmp_path).write(stack.info)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ACCORD_")}
    environment = inherited | {"ACCORD_STACK_FILE": str(tmp_path / "stack.json")}

    def command(*arguments: str, status: int = 0) -> str:
        said = subprocess.run(
            [sys.executable, "-m", "tools.accord", *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        assert said.returncode == status, said.stdout
        print(f"$ accord {' '.join(arguments)}\n{said.stdout}")
        return said.stdout

    return command


@pytest.mark.usefixtures("healthy")
def test_p23_what_would_be_done_is_seen_before_and_done_after_a_yes(stack: LocalStack, accord: Command) -> None:
    zoo = another_application(stack, "warren")
    connection, wombat, quokka = zoo.api.connection_id, "wombat@warren.test", "quokka@warren.test"
    zoo.say("wombat", email=wombat, first_name="Wilma")
    zoo.say("quokka", email=quokka, first_name="Quentin")
    _untold(zoo, wombat, quokka)
    stack.audience.forget_calls()

    said = accord("plan", connection)

    calls = stack.audience.calls()["by_route"]
    assert set(calls) == {A_PAGE}, calls
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
