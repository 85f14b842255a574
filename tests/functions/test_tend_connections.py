"""`tend_connections`: what the handler makes of a batch. What tending does is tested over the fakes."""

import json

from accord.adapters.sqs.steps import decode_step, encode_step
from accord.domain.run import Run, RunKind, RunState
from accord.ports.tending import Place, QueuedStep, Step
from tests.builders import NOON
from tests.functions.conftest import Stack, event

FUNCTION = "tend_connections"


def test_a_step_of_a_run_that_nobody_knows_is_done_and_the_message_that_nobody_can_read_fails_alone(
    stack: Stack,
) -> None:
    batch = event(f"{FUNCTION}.batch")

    answer = stack.invoke(FUNCTION, batch)

    assert answer == {"batchItemFailures": [{"itemIdentifier": batch["Records"][1]["messageId"]}]}
    (line,) = [json.loads(line) for line in stack.logged.getvalue().splitlines() if '"tended"' in line]
    assert line["steps"] == {"sum_up": 1}
    assert "wombat" not in stack.logged.getvalue()


def test_a_step_goes_out_and_comes_in_as_it_was() -> None:
    queued = QueuedStep("burrow", Step.TAKE_ALONG, "run-1", Place(cursor="c", former=2))

    assert decode_step(encode_step(queued)) == queued
    assert decode_step(event(f"{FUNCTION}.batch")["Records"][0]["body"]).place == Place()


def test_a_dead_step_ends_its_run_which_says_so(stack: Stack) -> None:
    from accord import clients
    from accord.settings import TendConnectionsSettings

    runs = clients.runs(TendConnectionsSettings.from_environment())
    runs.save(Run(id="run-1", connection_id="burrow", kind=RunKind.AUDIENCE_READING, at=NOON))
    letters = event("record_failures.dead_letters")
    letters["Records"] = letters["Records"][:1]
    letters["Records"][0]["body"] = encode_step(QueuedStep("burrow", Step.SUM_UP, "run-1"))

    assert stack.invoke("record_failures", letters) == {"batchItemFailures": []}
    run = runs.run("burrow", "run-1")
    assert run is not None
    assert (run.state, run.detail) == (RunState.FAILED, "died at sum_up")
