"""`import_members`: the steps of the state machine, each as an invocation; what they do is tested over fakes."""

import os
from typing import Any

import boto3
import requests

from tests.functions.conftest import Stack, event
from tests.functions.test_manage_imports import call, made, upload

FUNCTION = "import_members"
FILE = """id;E-mail;Prénom;Consentement
m-1;margot@scree.test;Margot;oui
m-2;pas une adresse;Pierre;oui
m-3;ursule@scree.test;=Ursule;non
"""


def begun(stack: Stack, body: str = FILE, **given: Any) -> str:
    import_id: str = made(stack, **given)["import"]["id"]
    upload(import_id, body.encode("cp1252"))
    assert call(stack, "begin", import_id)[0] == 202
    return import_id


def step(stack: Stack, name: str, import_id: str) -> str:
    answer = stack.invoke(FUNCTION, event(f"{FUNCTION}.{name}") | {"run_id": import_id})
    following: str = answer["next"]
    return following


def carried_out(stack: Stack, import_id: str) -> list[str]:
    """The steps, as the state machine takes them."""
    taken = ["counting"]
    while (following := step(stack, taken[-1], import_id)) != "over":
        taken.append(following)
    return taken


def shown(stack: Stack, import_id: str) -> dict[str, Any]:
    found: dict[str, Any] = call(stack, "get", import_id)[1]["import"]
    return found


def test_q5_an_import_from_its_beginning_to_its_end(stack: Stack) -> None:
    import_id = begun(stack)

    assert carried_out(stack, import_id) == ["counting", "reading", "finishing"]

    found = shown(stack, import_id)
    assert (found["state"], found["written_as"]) == ("done", "CSV, Windows-1252")
    assert found["columns"]["understood"]["Prénom"] == "first_name"
    assert found["progress"] == {"phase": "finishing", "done": 3, "total": 3, "seconds_left": None}
    assert found["counts"] == {"taken": 2, "bad": 1, "duplicates": 0, "shared_addresses": 0, "left": 0}
    (urgent,) = stack.queued("member-changes")
    (bulk,) = stack.queued("bulk-changes")
    assert [arrived.change.id for arrived in urgent.changes + bulk.changes] == ["m-3", "m-1"]
    assert "@" not in stack.logged.getvalue()
    assert "members.csv" not in stack.logged.getvalue()


def test_p13_the_bad_lines_can_be_downloaded_and_open_safely(stack: Stack) -> None:
    import_id = begun(stack)
    assert shown(stack, import_id)["errors_url"] is None
    carried_out(stack, import_id)

    answer = requests.get(shown(stack, import_id)["errors_url"], timeout=5)

    assert answer.status_code == 200
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "line,column,what is wrong"
    assert lines[1].startswith("3,E-mail,")
    assert len(lines) == 2


def test_p14_a_file_longer_than_an_invocation_is_read_in_several(stack: Stack) -> None:
    rows = "".join(f"m-{n};pika{n}@scree.test;Pika;oui\n" for n in range(6_000))
    import_id = begun(stack, FILE.partition("\n")[0] + "\n" + rows)
    step(stack, "counting", import_id)

    told = event(f"{FUNCTION}.reading") | {"run_id": import_id}
    first = stack.invoke(FUNCTION, told, milliseconds_left=0)
    assert (first["next"], shown(stack, import_id)["progress"]["done"]) == ("reading", 5_000)
    assert step(stack, "reading", import_id) == "finishing"
    assert sum(len(message.changes) for message in stack.queued("bulk-changes")) == 6_000


def test_an_import_that_the_machine_gave_up_says_so(stack: Stack) -> None:
    import_id = begun(stack)

    step(stack, "fail", import_id)

    found = shown(stack, import_id)
    assert (found["state"], "Retryable" in found["detail"]) == ("failed", True)
    assert step(stack, "reading", import_id) == "over"


def test_the_upload_is_deleted_at_the_end(stack: Stack) -> None:
    import_id = begun(stack)
    carried_out(stack, import_id)
    kept = boto3.client("s3").list_objects_v2(Bucket=os.environ["FILES_BUCKET_NAME"])["Contents"]
    assert {each["Key"].partition(import_id)[2] for each in kept} == {"/errors.csv", "/errors/000000.csv"}
