"""A wrong file is imported, seen, and undone: the values of before are back, and stand through the night (P23)."""

import json
from pathlib import Path

import pytest

from tests.system.application import Application, another_application
from tests.system.command import Words, command_of, words_of
from tests.system.hearing import all_heard
from tests.system.watching import eventually, wait_until_idle
from tools.local_stack import LocalStack

pytestmark = pytest.mark.system

HEAD = "id,email,first_name,last_name,consent,consent date\n"
DHOLE, JACKAL, CULPEO = "dhole@outback.test", "jackal@outback.test", "culpeo@outback.test"


@pytest.fixture
def accord(stack: LocalStack, tmp_path: Path) -> Words:
    return words_of(command_of(stack, tmp_path))


@pytest.mark.usefixtures("healthy")
def test_p23_a_wrong_import_is_undone_and_what_somebody_changed_since_stays(
    stack: LocalStack, accord: Words, tmp_path: Path
) -> None:
    zoo = another_application(stack, "outback")
    connection = zoo.api.connection_id
    zoo.say("dhole", email=DHOLE, first_name="Dora", last_name="Dhole")
    zoo.say("jackal", email=JACKAL, first_name="Jules", last_name="Jackal")
    file = tmp_path / "wrong.csv"
    rows = [f"dhole,{DHOLE},Wrong,Worse", f"jackal,{JACKAL},Wrong,Worse", f"culpeo,{CULPEO},Carla,Culpeo"]
    file.write_text(HEAD + "".join(f"{row},yes,2024-05-01T09:00:00Z\n" for row in rows))
    accord("import", str(file), "--connection", connection)
    eventually("the file is in the audience", lambda: zoo.seen(CULPEO) == "subscribed")
    eventually("and all of it", lambda: {zoo.fields(each)["FNAME"] for each in (DHOLE, JACKAL)} == {"Wrong"})
    (run,) = [each for each in _runs(accord, connection) if each["kind"] == "import"]
    zoo.staff(JACKAL, "edit", merge_fields={"FNAME": "By hand"})
    all_heard(zoo)
    wait_until_idle(stack)
    stack.audience.forget_calls()

    said = accord("undo", connection, run["id"], "--yes")

    assert '~ dhole update\n    FNAME: "Wrong" -> "Dora"\n    LNAME: "Worse" -> "Dhole"\n' in said
    assert '~ jackal update\n    LNAME: "Worse" -> "Jackal"\n    FNAME stays: It was changed' in said
    assert "- culpeo archive" in said
    assert "applied: 3, left out: 0" in said
    eventually("the values are back", lambda: zoo.fields(DHOLE) == {"FNAME": "Dora", "LNAME": "Dhole"})
    eventually("of the other as well", lambda: zoo.fields(JACKAL) == {"FNAME": "By hand", "LNAME": "Jackal"})
    zoo.becomes("culpeo", "archived", "undone")
    zoo.becomes("dhole", "synced", "undone")
    assert zoo.seen(CULPEO) == "archived"
    undone = json.loads(accord("runs", "show", connection, run["id"], "--json"))
    assert undone["undone_by"]
    (newest, *_) = zoo.api.history("dhole")["events"]
    assert (newest["reason"]["code"], newest["cause"]["kind"], newest["cause"]["detail"]) == (
        "undone",
        "undo",
        run["id"],
    )
    assert "undone already" in accord("undo", connection, run["id"], "--yes", status=1)

    _a_night_finds_nothing(zoo, accord)
    accord("import", str(file), "--connection", connection)  # the same again is nothing new
    wait_until_idle(stack)
    assert zoo.fields(DHOLE) == {"FNAME": "Dora", "LNAME": "Dhole"}
    assert zoo.seen(CULPEO) == "archived"

    zoo.say("culpeo", email=CULPEO, first_name="Carlotta")
    assert zoo.seen(CULPEO) == "subscribed"


def _a_night_finds_nothing(zoo: Application, accord: Words) -> None:
    all_heard(zoo)
    wait_until_idle(zoo.stack)
    zoo.stack.audience.forget_calls()
    accord("reconcile", zoo.api.connection_id, "--full")
    wait_until_idle(zoo.stack)
    routes = zoo.stack.audience.calls()["by_route"]
    assert all(route.startswith("GET ") for route in routes), routes
    assert zoo.fields(DHOLE) == {"FNAME": "Dora", "LNAME": "Dhole"}
    assert zoo.fields(JACKAL) == {"FNAME": "By hand", "LNAME": "Jackal"}
    assert zoo.seen(CULPEO) == "archived"


def _runs(accord: Words, connection: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(accord("runs", "list", connection, "--json"))["runs"]
    return found
