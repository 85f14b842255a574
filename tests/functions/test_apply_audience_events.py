"""`apply_audience_events`: what the handler makes of a batch. What applying does is tested over the fakes."""

import json

from accord.adapters.sqs.hints import decode_hint
from tests.functions.conftest import Stack, event

FUNCTION = "apply_audience_events"


def test_an_early_hint_is_put_back_and_the_message_that_nobody_can_read_fails_alone(stack: Stack) -> None:
    batch = event(f"{FUNCTION}.batch")

    answer = stack.invoke(FUNCTION, batch)

    assert answer == {"batchItemFailures": [{"itemIdentifier": batch["Records"][1]["messageId"]}]}
    (line,) = [json.loads(line) for line in stack.logged.getvalue().splitlines() if '"applied"' in line]
    assert line["outcomes"] == {"too_early": 1}
    assert "wombat" not in stack.logged.getvalue()


def test_a_hint_goes_out_and_comes_in_as_it_was() -> None:
    queued = decode_hint(event(f"{FUNCTION}.batch")["Records"][0]["body"])

    assert queued.hint.email == "wombat@burrow.test"
