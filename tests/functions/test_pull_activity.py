"""`pull_activity`: the steps of the state machine, each as an invocation; what they do is tested over fakes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from accord.domain.run import Run, RunKind, RunState
from tests.builders import NOON
from tests.functions.conftest import MAILCHIMP_KEY, Stack, event
from tools.mailchimp_simulator import Simulator

FUNCTION = "pull_activity"
RUN = "2026-03-07T12:40:00.000000Z-activity"


def note(stack: Stack) -> None:
    """The run that the events name."""
    from accord import clients
    from accord.settings import PullActivitySettings

    audience_id = stack.connection.audience_id
    run = Run(id=RUN, connection_id="burrow", kind=RunKind.ACTIVITY, audience_id=audience_id, at=NOON)
    clients.runs(PullActivitySettings.from_environment()).save(run)


def step(stack: Stack, name: str, **given: Any) -> dict[str, Any]:
    answer: dict[str, Any] = stack.invoke(FUNCTION, event(f"{FUNCTION}.{name}") | given)
    return answer


def run_of(stack: Stack) -> Run:
    from accord import clients
    from accord.settings import PullActivitySettings

    run = clients.runs(PullActivitySettings.from_environment()).run("burrow", RUN)
    assert run is not None
    return run


def test_a_run_from_its_beginning_to_its_end(stack: Stack) -> None:
    with Simulator(latency=0, api_key=MAILCHIMP_KEY) as simulator:
        joined = {"audience_id": simulator.list_id, "api_base_url": simulator.url}
        stack.connection = stack.connection.model_copy(update=joined)
        stack.ledger.save_connection(stack.connection)
        note(stack)

        assert step(stack, "list_one") == {"runs": [{"connection_id": "burrow", "run_id": RUN}]}
        assert step(stack, "begin") == {"phase": "goes_on", "seconds": 0}
        assert step(stack, "pull", milliseconds_left=300_000) == {"phase": "ended", "seconds": 0}

    run = run_of(stack)
    assert (run.state, run.calls, run.least) == (RunState.DONE, 2, 2)  # the campaigns, and the surveys
    assert "@" not in stack.logged.getvalue()


def test_while_an_audience_is_read_a_pull_waits(stack: Stack) -> None:
    from accord import clients
    from accord.settings import PullActivitySettings

    note(stack)
    kind, now = RunKind.RECONCILIATION, datetime.now(UTC)
    night = Run(id="night", connection_id="burrow", kind=kind, at=now)
    clients.runs(PullActivitySettings.from_environment()).save(night)

    waited = 0
    for seconds in (1, 2, 4, 8):
        answer = step(stack, "pull", milliseconds_left=300_000, waited=waited)
        assert answer == {"phase": "waits", "seconds": seconds}
        waited = answer["seconds"]
    assert step(stack, "pull", milliseconds_left=300_000, waited=299)["seconds"] == 300


@pytest.mark.parametrize("at", ["2026-03-07T11:40:00.000Z", "2026-03-06T12:40:00.000Z"])
def test_at_another_hour_there_is_nothing_to_do(stack: Stack, at: str) -> None:
    assert step(stack, "list", at=at) == {"runs": []}


def test_on_saturday_at_noon_a_live_connection_pulls_its_activity(stack: Stack) -> None:
    assert step(stack, "list") == {"runs": [{"connection_id": "burrow", "run_id": RUN}]}
    assert run_of(stack).kind is RunKind.ACTIVITY


def test_a_run_that_the_machine_gave_up_says_so(stack: Stack) -> None:
    note(stack)

    step(stack, "fail")

    assert run_of(stack).state is RunState.FAILED
    assert "Retryable" in run_of(stack).detail
