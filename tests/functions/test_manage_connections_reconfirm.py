"""`manage_connections`: people in the audience are asked to confirm, once an operator approved it (S4)."""

import json

import pytest

from accord.adapters.sqs.steps import decode_step
from accord.ports.tending import Step
from tests.functions.conftest import Stack
from tests.functions.operating import Answer, call, fields_of, kept


def test_s4_a_proposal_asks_nobody_and_its_approval_begins_a_run(stack: Stack) -> None:
    status, proposed = call(stack, "reconfirm")
    assert (status, proposed["members"], proposed["asked"], proposed["all_counted"]) == (200, 0, 0, True)
    assert stack.bodies("connection-steps") == []
    assert kept(stack, "burrow").reconfirmation is None

    status, approved = call(stack, "reconfirm", {"who": "without_proof", "approve": proposed["proposal"]})

    assert (status, approved["run"], approved["asked"]) == (202, proposed["proposal"], 0)
    (step,) = [decode_step(body) for body in stack.bodies("connection-steps")]
    assert (step.connection_id, step.step, step.run_id) == ("burrow", Step.RECONFIRM, approved["run"])
    reconfirmation = kept(stack, "burrow").reconfirmation
    assert reconfirmation is not None
    assert (reconfirmation.id, reconfirmation.who) == (approved["run"], "without_proof")
    assert "reconfirmation approved" in stack.logged.getvalue()


def test_the_steps_of_a_reconfirmation_lead_to_its_end(stack: Stack) -> None:
    _, proposed = call(stack, "reconfirm")
    call(stack, "reconfirm", {"who": "without_proof", "approve": proposed["proposal"]})
    (body,) = stack.bodies("connection-steps")
    records = [{"messageId": "m", "body": body, "eventSource": "aws:sqs"}]

    assert stack.invoke("tend_connections", {"Records": records}) == {"batchItemFailures": []}

    assert stack.bodies("connection-steps") == []
    _, again = call(stack, "reconfirm", {"who": "all"})
    assert call(stack, "reconfirm", {"who": "all", "approve": again["proposal"]})[0] == 202  # the first one is over


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["who"]),
        ({"who": "nobody"}, ["who"]),
        ({"who": ["all"]}, ["who"]),
        ({"who": "all", "approve": ""}, ["approve"]),
        ({"who": 7, "approve": 7}, ["who", "approve"]),
    ],
)
def test_what_is_wrong_is_named(stack: Stack, body: Answer, fields: list[str]) -> None:
    assert fields_of(call(stack, "reconfirm", body)) == fields


def test_what_nobody_proposed_can_not_be_approved(stack: Stack) -> None:
    status, problem = call(stack, "reconfirm", {"who": "all", "approve": "2026-03-01T12:00:00Z-mole"})
    assert (status, "no proposal" in problem["detail"]) == (409, True)
    assert "mole" not in json.dumps(problem)
