"""`manage_imports`: what operators send and read; what the use case decides is tested over fakes."""

import json
import os
from typing import Any

import boto3
import pytest

from accord.domain.connection import ConnectionState
from accord.domain.file_import import MAX_BYTES
from accord.domain.run import RunState
from tests.functions.conftest import Stack, event
from tests.functions.operating import fields_of

FUNCTION = "manage_imports"
type Answer = dict[str, Any]


def call(stack: Stack, name: str, import_id: str = "", body: Answer | None = None, **query: str) -> tuple[int, Answer]:
    sent = event(f"{FUNCTION}.{name}")
    if import_id:
        sent["pathParameters"]["import_id"] = import_id
    if body is not None:
        sent["body"] = json.dumps(body)
    if query:
        sent["queryStringParameters"] = query
    return stack.call(FUNCTION, sent)


def made(stack: Stack, **given: Any) -> Answer:
    status, answer = call(stack, "create", body={"name": "members.csv", "mode": "upsert"} | given)
    assert status == 201, answer
    return answer


def upload(import_id: str, body: bytes) -> None:
    key = f"imports/burrow/{import_id}/upload"
    boto3.client("s3").put_object(Bucket=os.environ["FILES_BUCKET_NAME"], Key=key, Body=body)


def test_q5_an_import_is_made_and_says_where_its_file_goes(stack: Stack) -> None:
    answer = made(stack, mode="snapshot", source="paper forms")

    shown, told = answer["import"], answer["upload"]
    assert (shown["name"], shown["mode"], shown["source"]) == ("members.csv", "snapshot", "paper forms")
    assert (shown["state"], shown["progress"]["phase"]) == ("awaiting_file", "counting")
    assert (told["method"], told["expires_in"], told["max_bytes"]) == ("PUT", 3600, MAX_BYTES)
    assert f"/burrow/{shown['id'].replace(':', '%3A')}/upload" in told["url"]
    assert call(stack, "get", shown["id"]) == (200, {"import": shown})


def test_it_begins_once_the_file_is_there(stack: Stack) -> None:
    import_id = made(stack)["import"]["id"]
    status, problem = call(stack, "begin", import_id)
    assert (status, "PUT it" in problem["detail"]) == (409, True)
    upload(import_id, b"id\nm-1\n")

    for _ in range(2):  # an answer may be lost
        status, answer = call(stack, "begin", import_id)
        assert (status, answer["import"]["state"]) == (202, "running")

    machine = boto3.client("stepfunctions")
    (execution,) = machine.list_executions(stateMachineArn=os.environ["IMPORT_STATE_MACHINE_ARN"])["executions"]
    told = json.loads(machine.describe_execution(executionArn=execution["executionArn"])["input"])
    assert told == {"connection_id": "burrow", "run_id": import_id}


def test_what_waits_for_nobody_can_not_be_approved(stack: Stack) -> None:
    status, problem = call(stack, "approve", made(stack)["import"]["id"])
    assert (status, problem["detail"]) == (409, "There is nothing to approve: the import is awaiting file.")


@pytest.mark.parametrize("body", [{"at_most": "many"}, {"at_most": -1}, {"at_most": True}, {"yes": 1}])
def test_an_approval_names_a_number_of_members_or_none(stack: Stack, body: Answer) -> None:
    assert call(stack, "approve", made(stack)["import"]["id"], body)[0] == 422


def test_p13_an_import_is_stopped_as_other_runs_are(stack: Stack) -> None:
    import_id = made(stack)["import"]["id"]
    sent = event("manage_connections.stop_run")
    sent["pathParameters"] = {"connection_id": "burrow", "run_id": import_id}
    status, run = stack.call("manage_connections", sent)
    assert (status, run["kind"], run["state"]) == (200, "import", "stopped")
    assert call(stack, "get", import_id)[1]["import"]["state"] == "stopped"
    assert call(stack, "begin", import_id)[0] == 409


def test_an_import_is_a_run_too(stack: Stack) -> None:
    import_id = made(stack)["import"]["id"]
    sent = event("manage_connections.get_run")
    sent["pathParameters"] = {"connection_id": "burrow", "run_id": import_id}
    status, run = stack.call("manage_connections", sent)
    assert (status, run["kind"], run["state"]) == (200, "import", "awaiting_file")


def test_imports_are_listed_newest_first_and_by_page(stack: Stack) -> None:
    ids = [made(stack)["import"]["id"] for _ in range(3)]

    first = call(stack, "list", limit="2")[1]
    rest = call(stack, "list", limit="2", after=first["next"])[1]

    assert [each["id"] for each in first["imports"] + rest["imports"]] == ids[::-1]
    assert rest["next"] is None
    assert fields_of(call(stack, "list", after="nonsense")) == ["after"]


def test_what_is_wrong_is_named(stack: Stack) -> None:
    wrong: Answer = {"name": "a\nb", "mode": "replace", "source": "x" * 201}
    assert fields_of(call(stack, "create", body=wrong)) == ["name", "mode", "source"]
    assert fields_of(call(stack, "create", body={"name": "members.csv"})) == ["mode"]
    assert fields_of(call(stack, "create", body={"name": "x", "mode": "upsert", "size": 3})) == ["size"]


@pytest.mark.parametrize("state", [ConnectionState.DRAFT, ConnectionState.AWAITING_APPROVAL, ConnectionState.PAUSED])
def test_a_connection_that_does_not_write_yet_may_import(stack: Stack, state: ConnectionState) -> None:
    stack.ledger.save_connection(stack.connection.model_copy(update={"state": state}))
    assert made(stack)["import"]["state"] == RunState.AWAITING_FILE


def test_a_connection_that_has_ended_may_not(stack: Stack) -> None:
    stack.ledger.save_connection(stack.connection.model_copy(update={"state": ConnectionState.DISCONNECTED}))
    status, problem = call(stack, "create")
    assert (status, "reconnect" in problem["detail"]) == (409, True)


@pytest.mark.parametrize("name", ["get", "begin", "approve"])
def test_an_import_that_nobody_made_is_not_found(stack: Stack, name: str) -> None:
    assert call(stack, name, "never")[0] == 404


@pytest.mark.parametrize("name", ["create", "list", "get", "begin", "approve"])
def test_only_operators_are_heard(stack: Stack, name: str) -> None:
    sent = event(f"{FUNCTION}.{name}")
    sent["headers"]["authorization"] = "Bearer upstream-token"
    assert stack.call(FUNCTION, sent)[0] == 401
    sent["headers"]["authorization"] = "Bearer operator-token"
    sent["pathParameters"]["connection_id"] = "atlantis"
    assert stack.call(FUNCTION, sent)[0] == 404
