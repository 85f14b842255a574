"""Operators order a reconciliation, look at it, and stop it."""

import json
import os

import boto3

from accord.domain.run import RunState
from tests.functions.conftest import Stack, event
from tests.functions.operating import call, fields_of


def ordered(stack: Stack, **body: object) -> str:
    """The id of the run."""
    status, answer = call(stack, "reconcile", {"kind": "reconciliation"} | body)
    assert status == 202, answer
    run: str = answer["run"]
    return run


def of_run(stack: Stack, name: str, run: str) -> tuple[int, dict[str, object]]:
    sent = event(f"manage_connections.{name}")
    sent["pathParameters"] = {"connection_id": "burrow", "run_id": run}
    return stack.call("manage_connections", sent)


def test_a_reconciliation_is_noted_and_the_state_machine_carries_it_out(stack: Stack) -> None:
    run = ordered(stack, full=True)

    machine = boto3.client("stepfunctions")
    arn = os.environ["RECONCILE_STATE_MACHINE_ARN"]
    (execution,) = machine.list_executions(stateMachineArn=arn)["executions"]
    told = json.loads(machine.describe_execution(executionArn=execution["executionArn"])["input"])
    assert told == {"connection_id": "burrow", "run_id": run}
    status, shown = of_run(stack, "get_run", run)
    assert (status, shown["kind"], shown["state"], shown["since"]) == (200, "reconciliation", "running", None)


def test_ordering_it_twice_is_one_run(stack: Stack) -> None:
    assert ordered(stack) == ordered(stack, full=True)


def test_a_run_is_stopped(stack: Stack) -> None:
    run = ordered(stack)

    status, shown = of_run(stack, "stop_run", run)

    assert (status, shown["state"]) == (200, RunState.STOPPED)
    assert ordered(stack) != run


def test_a6_a_pull_of_activity_is_noted_carried_out_by_its_own_machine_and_stopped(stack: Stack) -> None:
    status, answer = stack.call("manage_connections", event("manage_connections.pull_activity"))
    assert status == 202

    arn = os.environ["PULL_ACTIVITY_STATE_MACHINE_ARN"]
    (execution,) = boto3.client("stepfunctions").list_executions(stateMachineArn=arn)["executions"]
    assert str(answer["run"]).rpartition("-")[2] in execution["name"]
    assert of_run(stack, "get_run", str(answer["run"]))[1]["kind"] == "activity"
    assert of_run(stack, "stop_run", str(answer["run"]))[1]["state"] == RunState.STOPPED


def test_what_is_neither_reconciliation_nor_pull_is_refused_with_the_field(stack: Stack) -> None:
    assert fields_of(call(stack, "reconcile", {"kind": "first_import"})) == ["kind"]
    assert fields_of(call(stack, "reconcile", {"kind": "reconciliation", "full": "yes"})) == ["full"]
    assert fields_of(call(stack, "reconcile", {"kind": "activity", "full": True})) == ["full"]


def test_a_run_that_nobody_knows_is_not_found(stack: Stack) -> None:
    assert of_run(stack, "get_run", "never")[0] == 404
    assert of_run(stack, "stop_run", "never")[0] == 404
