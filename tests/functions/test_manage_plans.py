"""Operators have a plan made, look at it line by line, and have it carried out."""

import json
import os
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from accord import clients
from accord.adapters.dynamodb.plans import DynamoDBPlans
from accord.domain.address import Address
from accord.domain.caps import Beyond
from accord.domain.changes import Upserted
from accord.domain.plan import FieldChange, PlanLine, Planned, line_of_adopted, summed
from accord.domain.reasons import ReasonCode, Status
from accord.domain.run import Run, RunKind, RunState
from accord.settings import ManagePlansSettings
from tests.builders import a_member
from tests.functions.conftest import Stack, event

FUNCTION = "manage_plans"


def call(stack: Stack, name: str, plan: str = "", body: object = None, **query: str) -> tuple[int, dict[str, Any]]:
    sent = event(f"{FUNCTION}.{name}")
    if plan:
        sent["pathParameters"]["plan_id"] = plan
    if body is not None:
        sent["body"] = json.dumps(body)
    return stack.call(FUNCTION, sent | {"queryStringParameters": query or None})


@pytest.fixture
def plan(stack: Stack) -> Run:
    """A plan that is made: one contact is updated, twenty-five are archived."""
    settings = ManagePlansSettings.from_environment()
    at = datetime.now(UTC) - timedelta(hours=1)
    change = FieldChange(field="FNAME", before="Wally", after="Wilma")
    held = PlanLine(
        member_id="m-0", planned=Planned.HOLD, status=Status.SYNCED, reason=ReasonCode.HARD_BOUNCE, revision=1
    )
    lines = [
        held,
        PlanLine(member_id="m-1", planned=Planned.UPDATE, status=Status.SYNCED, changes=(change,), revision=1),
        *(
            PlanLine(member_id=f"m-{n}", planned=Planned.ARCHIVE, status=Status.SYNCED, billed=-1, revision=1)
            for n in range(10, 35)
        ),
    ]
    made = Run(
        id=at.isoformat(),
        connection_id="burrow",
        kind=RunKind.PLAN,
        audience_id=stack.connection.audience_id,
        state=RunState.DONE,
        at=at,
        plan=summed(lines),
    )
    clients.runs(settings).save(made)
    DynamoDBPlans(clients.table(settings)).save(made, lines)
    return made


def test_a_plan_is_made_by_the_state_machine_and_asked_for_twice_it_is_one(stack: Stack) -> None:
    status, answer = call(stack, "make")
    assert (status, call(stack, "make")) == (202, (202, answer))

    status, shown = call(stack, "show", answer["plan"])
    assert (status, shown["state"], shown["would"]) == (200, "running", None)
    (listed,) = call(stack, "list")[1]["plans"]
    assert listed["id"] == answer["plan"]


def test_a_plan_shows_what_it_comes_to_and_for_what_somebody_is_asked(stack: Stack, plan: Run) -> None:
    status, shown = call(stack, "show", plan.id)

    assert (status, shown["lines"], shown["billed_contacts_change"]) == (200, 27, -25)
    assert {deed: n for deed, n in shown["would"].items() if n} == {"update": 1, "archive": 25, "held_back": 1}
    assert shown["calls_needed"] == 26
    assert shown["beyond_caps"] == [{"what": "archived", "count": 25, "allowed": 20}]


def test_lines_are_shown_field_by_field_by_page_and_by_kind_in_words(stack: Stack, plan: Run) -> None:
    status, first = call(stack, "lines", plan.id, limit="2")
    rest = call(stack, "lines", plan.id, after=first["next"])[1]["lines"]
    updates = call(stack, "lines", plan.id, planned="update")[1]["lines"]

    assert (status, len(first["lines"]), len(rest)) == (200, 2, 25)
    assert first["lines"][0]["reason"]["code"] == "hard_bounce"
    (update,) = updates
    assert update["changes"] == [{"field": "FNAME", "before": "Wally", "after": "Wilma"}]


def test_p2_beyond_a_cap_it_is_refused_until_somebody_says_yes(stack: Stack, plan: Run) -> None:
    status, problem = call(stack, "apply", plan.id)
    assert (status, problem["errors"][0]["field"]) == (409, "archived")
    assert "25" in problem["errors"][0]["message"]

    status, answer = call(stack, "apply", plan.id, {"beyond_caps": True})
    assert status == 202
    (queued,) = stack.bodies("connection-steps")
    assert json.loads(queued) == {"v": 1, "connection": "burrow", "step": "apply", "run": answer["run"]}

    status, problem = call(stack, "apply", plan.id, {"beyond_caps": True})
    assert (status, "already" in problem["detail"]) == (409, True)


@pytest.mark.parametrize(
    ("name", "body", "query", "field"),
    [
        ("apply", {"beyond_caps": "yes"}, {}, "beyond_caps"),
        ("apply", {"force": True}, {}, "force"),
        ("apply", {"members": {"m-1": None}}, {}, "members"),
        ("make", {"adopts": 1}, {}, "adopts"),
        ("lines", None, {"planned": "destroy"}, "planned"),
        ("lines", None, {"limit": "0"}, "limit"),
        ("lines", None, {"after": "here"}, "after"),
    ],
)
def test_what_is_asked_wrongly_is_refused_with_the_field(
    stack: Stack, plan: Run, name: str, body: object, query: dict[str, str], field: str
) -> None:
    status, problem = call(stack, name, plan.id, body, **query)

    assert (status, problem["errors"][0]["field"]) == (422, field)


def test_a_plan_of_contacts_to_take_over_is_another_one_than_that_of_a_reconciliation(stack: Stack) -> None:
    adopting, ordinary = call(stack, "make", body={"adopts": True}), call(stack, "make")

    assert (adopting[0], ordinary[0]) == (202, 202)
    assert adopting[1] != ordinary[1]
    assert call(stack, "make", body={"adopts": True}) == adopting


def test_of_contacts_to_take_over_only_the_chosen_ones_are(stack: Stack) -> None:
    plan = a_plan_of_adoptions()
    (shown,) = call(stack, "lines", plan.id)[1]["lines"]
    assert shown["contact"] == {"contact_id": "c-1", "email": "snowy-owl@belfry.test"}

    status, answer = call(stack, "apply", plan.id, {"members": {shown["id"]: "m-77"}})

    assert status == 202
    run = clients.runs(ManagePlansSettings.from_environment()).run("burrow", answer["run"])
    assert run is not None
    assert (run.chosen, run.total) == ({shown["id"]: "m-77"}, 1)


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ([], "members"),
        ({}, "members"),
        ({f"by-address-{n}": None for n in range(501)}, "members"),
        ({"by-address-1": 7}, "members.by-address-1"),
        ({"by-address-1": "owl@belfry.test"}, "members.by-address-1"),
        ({"by-address-1": "m-1", "by-address-2": "m-1"}, "members.by-address-1"),
    ],
)
def test_what_is_chosen_wrongly_is_refused_with_the_field(stack: Stack, members: object, field: str) -> None:
    status, problem = call(stack, "apply", a_plan_of_adoptions().id, {"members": members})

    assert (status, problem["errors"][0]["field"]) == (422, field)


def a_plan_of_adoptions() -> Run:
    settings, at = ManagePlansSettings.from_environment(), datetime.now(UTC)
    change = Upserted(type="member.upserted", id="by-address-1", member=a_member("snowy-owl@belfry.test"))
    line = line_of_adopted(Address(key="key-1", contact_id="c-1"), None, change)
    assert line is not None
    made = Run(
        id=at.isoformat(),
        connection_id="burrow",
        kind=RunKind.PLAN,
        state=RunState.DONE,
        at=at,
        adopts=True,
        plan=summed([line]),
    )
    clients.runs(settings).save(made)
    DynamoDBPlans(clients.table(settings)).save(made, [line])
    return made


@pytest.mark.parametrize("name", ["show", "lines", "apply"])
def test_a_plan_that_nobody_knows_is_not_found(stack: Stack, name: str) -> None:
    assert call(stack, name)[0] == 404


@pytest.mark.parametrize("name", ["make", "list", "show", "lines", "apply", "undo"])
def test_without_the_operators_token_there_is_nothing(stack: Stack, name: str) -> None:
    sent = event(f"{FUNCTION}.{name}")
    sent["headers"]["authorization"] = "Bearer upstream-token"

    assert stack.call(FUNCTION, sent)[0] == 401


def _waiting(stack: Stack, **given: Any) -> Run:
    """A night that would archive too many."""
    at = datetime.now(UTC) - timedelta(hours=1)
    told = {"id": at.isoformat(), "connection_id": "burrow", "kind": RunKind.RECONCILIATION, "at": at}
    asks = (Beyond(what="archived", count=1400, allowed=100), Beyond(what="billed", count=30, allowed=20))
    told |= {"state": RunState.PROPOSED, "asks": asks, "audience_id": stack.connection.audience_id}
    run = Run.model_validate(told | given)
    clients.runs(ManagePlansSettings.from_environment()).save(run)
    return run


def _of_run(stack: Stack, function: str, name: str, run_id: str, language: str = "en") -> tuple[int, dict[str, Any]]:
    sent = event(f"{function}.{name}")
    sent["pathParameters"]["run_id"] = run_id
    sent["headers"]["accept-language"] = language
    return stack.call(function, sent)


def test_p2_a_night_that_waits_says_which_cap_and_how_much_in_english_and_in_french(stack: Stack) -> None:
    run = _waiting(stack)

    status, shown = _of_run(stack, "manage_connections", "get_run", run.id)

    assert (status, shown["state"]) == (200, "proposed")
    assert shown["beyond_caps"] == [
        {"what": "archived", "count": 1400, "allowed": 100},
        {"what": "billed", "count": 30, "allowed": 20},
    ]
    assert "it would archive 1400 contacts, and 100 are allowed unasked" in shown["detail"]
    french = _of_run(stack, "manage_connections", "get_run", run.id, "fr")[1]["detail"]
    assert "il archiverait 1400 contacts" in french
    assert "augmenterait de 30" in french


def test_p2_it_goes_on_once_it_is_approved_and_twice_is_once(stack: Stack) -> None:
    run = _waiting(stack)

    answers = [_of_run(stack, FUNCTION, "approve", run.id) for _ in range(2)]

    assert [(status, shown["state"], shown["beyond_caps"]) for status, shown in answers] == [(202, "running", [])] * 2
    machine = boto3.client("stepfunctions")
    arn = os.environ["RECONCILE_STATE_MACHINE_ARN"]
    (execution,) = machine.list_executions(stateMachineArn=arn)["executions"]
    assert execution["name"].endswith("-approved")


def test_what_does_not_wait_or_is_not_there_is_not_approved(stack: Stack, plan: Run) -> None:
    done = _waiting(stack, state=RunState.DONE)
    assert _of_run(stack, FUNCTION, "approve", done.id)[0] == 409
    assert _of_run(stack, FUNCTION, "approve", plan.id)[0] == 409
    assert _of_run(stack, FUNCTION, "approve", "never")[0] == 404
