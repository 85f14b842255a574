"""Operators have a run undone: a plan of what is put back, and why the rest is not."""

from datetime import UTC, datetime, timedelta
from typing import Any

from accord import clients
from accord.adapters.dynamodb.plans import DynamoDBPlans
from accord.adapters.dynamodb.runs import DynamoDBRuns
from accord.domain.inverse import Back, NotUndone, Order, Step, WhyNot
from accord.domain.plan import FieldChange, PlanLine, Planned, summed
from accord.domain.reasons import Status
from accord.domain.run import Run, RunKind, RunState
from accord.settings import ManagePlansSettings
from tests.functions.conftest import Stack, event
from tests.functions.test_manage_plans import FUNCTION, call


def test_a_run_is_undone_by_a_plan_that_says_what_is_put_back_and_why_the_rest_is_not(stack: Stack) -> None:
    run = an_import(stack)
    sent = event(f"{FUNCTION}.undo")
    sent["pathParameters"]["run_id"] = run.id
    status, answer = stack.call(FUNCTION, sent)
    assert status == 202
    runs, plans = kept()
    made = runs.run("burrow", answer["plan"])
    assert made is not None
    order = Order(run_id=run.id, steps=(Step(back=Back.VALUES, key="cafe", fields={"FNAME": "Wally"}),))
    stays = NotUndone(what="LNAME", why=WhyNot.CHANGED_SINCE)
    change = FieldChange(field="FNAME", before="Wilma", after="Wally")
    both: dict[str, Any] = {"status": Status.SYNCED, "revision": 1}
    lines = [PlanLine(member_id="m-1", planned=Planned.UPDATE, changes=(change,), order=order, **both)]
    lines += [PlanLine(member_id="m-2", planned=Planned.HOLD, not_undone=(stays,), **both)]
    plans.save(made, lines)
    runs.save(made.model_copy(update={"state": RunState.DONE, "plan": summed(lines)}))

    shown = call(stack, "show", made.id)[1]
    first, second = call(stack, "lines", made.id)[1]["lines"]

    assert (shown["kind"], shown["undoes"], shown["lines"]) == ("undo", run.id, 2)
    assert first["changes"] == [{"field": "FNAME", "before": "Wilma", "after": "Wally"}]
    (part,) = second["not_undone"]
    assert (part["what"], part["code"]) == ("LNAME", "changed_since")
    assert "after the run" in part["message"]
    status, answer = call(stack, "apply", made.id, {})
    assert status == 202
    undone = runs.run("burrow", run.id)
    assert undone is not None
    assert undone.undone_by == answer["run"]
    status, problem = stack.call(FUNCTION, sent)
    assert (status, "undone already" in problem["detail"]) == (409, True)


def test_a_run_that_nobody_knows_is_not_undone(stack: Stack) -> None:
    assert stack.call(FUNCTION, event(f"{FUNCTION}.undo"))[0] == 404


def an_import(stack: Stack) -> Run:
    at = datetime.now(UTC) - timedelta(hours=2)
    audience = stack.connection.audience_id
    run = Run(
        id=at.isoformat(),
        connection_id="burrow",
        kind=RunKind.IMPORT,
        audience_id=audience,
        state=RunState.DONE,
        at=at,
    )
    kept()[0].save(run)
    return run


def kept() -> tuple[DynamoDBRuns, DynamoDBPlans]:
    settings = ManagePlansSettings.from_environment()
    return clients.runs(settings), DynamoDBPlans(clients.table(settings))
