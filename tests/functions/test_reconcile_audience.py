"""`reconcile_audience`: the steps of the state machine, each as an invocation; what they do is tested over fakes."""

from collections.abc import Iterator
from typing import Any

import pytest

from accord.domain.run import Run, RunKind, RunState
from accord.domain.values import address_key
from tests.builders import NOON
from tests.functions.conftest import ADDRESS_KEY, MAILCHIMP_KEY, Stack, event
from tools.mailchimp_simulator import Simulator

FUNCTION = "reconcile_audience"
RUN = "2026-03-01T12:00:00.000000Z-night"


@pytest.fixture
def mailchimp(stack: Stack) -> Iterator[Simulator]:
    """An audience of 1,200 that the connection is joined to, whose reconciliation is noted."""
    from accord import clients
    from accord.settings import ReconcileAudienceSettings

    with Simulator(latency=0, api_key=MAILCHIMP_KEY) as simulator:
        simulator.fill(1200)
        joined = {"audience_id": simulator.list_id, "api_base_url": simulator.url}
        stack.ledger.save_connection(stack.connection.model_copy(update=joined))
        kind = RunKind.RECONCILIATION
        run = Run(id=RUN, connection_id="burrow", kind=kind, audience_id=simulator.list_id, at=NOON)
        clients.runs(ReconcileAudienceSettings.from_environment()).save(run)
        yield simulator


def step(stack: Stack, name: str, **given: Any) -> dict[str, Any]:
    answer: dict[str, Any] = stack.invoke(FUNCTION, event(f"{FUNCTION}.{name}") | given)
    return answer


def run_of(stack: Stack) -> Run:
    from accord import clients
    from accord.settings import ReconcileAudienceSettings

    run = clients.runs(ReconcileAudienceSettings.from_environment()).run("burrow", RUN)
    assert run is not None
    return run


def test_a_run_from_its_beginning_to_its_end(stack: Stack, mailchimp: Simulator) -> None:
    assert step(stack, "list_one") == {"runs": [{"connection_id": "burrow", "run_id": RUN}]}
    assert step(stack, "begin") == {"pages": [{"offset": 1000}]}
    assert (run_of(stack).done, run_of(stack).total) == (1000, 1200)
    assert step(stack, "page") == {}
    assert step(stack, "page") == {}
    assert run_of(stack).done == 1200
    assert step(stack, "close") == {"ended": True, "cursor": None}

    run = run_of(stack)
    assert (run.state, run.done, run.calls, run.least) == (RunState.DONE, 1200, 3, 3)
    assert (run.counts["contacts"], run.counts["not_ours"]) == (1200, 1200)
    assert "@" not in stack.logged.getvalue()
    key = address_key(ADDRESS_KEY.encode(), "nobody@burrow.test")
    assert stack.ledger.addresses(mailchimp.list_id, [key])[key].seen is None


def test_in_the_night_of_no_connection_there_is_nothing_to_do(stack: Stack) -> None:
    assert step(stack, "list", at="2026-03-01T12:20:00.000Z") == {"runs": []}


def test_in_its_night_a_connection_is_checked_and_reconciled(stack: Stack) -> None:
    names = [run["run_id"].rpartition("-")[2] for run in step(stack, "list")["runs"]]

    assert names == ["check", "night"]


@pytest.mark.usefixtures("mailchimp")
def test_a_run_that_the_machine_gave_up_says_so(stack: Stack) -> None:
    step(stack, "fail")

    assert run_of(stack).state is RunState.FAILED
    assert "Retryable" in run_of(stack).detail
