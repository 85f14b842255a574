"""State machines: whatever fails is tried again for longer than Mailchimp is usually away, and then said."""

import pytest

from accord.usecases.pull_activity import Phase
from tests.template.stack import functions, machine_states, resources

AN_HOUR = 3600
STATES = machine_states()
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}


PULLING = machine_states("PullActivityStateMachine")
ALL_TASKS = TASKS | {f"activity: {name}": state for name, state in PULLING.items() if state["Type"] == "Task"}


def waits(name: str) -> list[float]:
    """Seconds before each new try of a task."""
    (retry,) = ALL_TASKS[name]["Retry"]
    assert retry["ErrorEquals"] == ["States.ALL"]
    first, rate, most = retry["IntervalSeconds"], retry["BackoffRate"], retry["MaxDelaySeconds"]
    return [min(first * rate**number, most) for number in range(retry["MaxAttempts"])]


@pytest.mark.parametrize("name", ALL_TASKS)
def test_p24_an_hour_without_mailchimp_is_waited_for_at_every_step(name: str) -> None:
    assert sum(waits(name)) > AN_HOUR
    assert waits(name)[0] <= 15


def test_a_run_that_is_given_up_says_so_wherever_it_was() -> None:
    caught = {name for name, state in STATES.items() if state.get("Catch", [{}])[0].get("Next") == "Fail"}

    assert caught == {"Begin", "Pages", "Close"}
    assert TASKS["Fail"]["Parameters"]["step"] == "fail"


def test_every_step_is_one_that_the_function_knows() -> None:
    named = {state.get("Parameters", {}).get("step") for state in TASKS.values()} - {None}
    selected = {STATES["Pages"]["ItemSelector"]["step"]}

    assert named | selected == {"list", "begin", "page", "close", "fail"}


def test_what_a_map_gives_back_is_dropped_so_that_no_run_grows_too_large_for_its_state() -> None:
    maps = {name: state for name, state in STATES.items() if state["Type"] == "Map"}

    assert maps.keys() == {"Runs", "Pages"}
    assert {state["ResultPath"] for state in maps.values()} == {None}


def test_a_machine_has_the_name_under_which_it_is_started() -> None:
    machine = resources("AWS::StepFunctions::StateMachine")["ReconcileStateMachine"]
    started = {f["Environment"].get("RECONCILE_STATE_MACHINE_ARN") for f in functions().values()} - {None}

    assert {arn.partition("stateMachine:")[2] for arn in started} == {machine["StateMachineName"]}


def test_a6_a_pull_goes_on_until_it_has_ended_and_says_where_it_was_given_up() -> None:
    ways = {choice["StringEquals"]: choice["Next"] for choice in PULLING["Ended"]["Choices"]}
    assert (ways, PULLING["Ended"]["Default"], PULLING["Wait"]["Next"]) == (
        {"ended": "Over", "waits": "Wait"},
        "Pull",
        "Pull",
    )
    assert set(ways) < set(Phase)
    assert {name for name, state in PULLING.items() if state.get("Catch", [{}])[0].get("Next") == "Fail"} == {
        "Begin",
        "Pull",
    }
    steps = {state["Parameters"]["step"] for state in PULLING.values() if state["Type"] == "Task"}
    assert steps == {"list", "begin", "pull", "fail"}
    assert PULLING["Runs"]["ResultPath"] is None
    machine = resources("AWS::StepFunctions::StateMachine")["PullActivityStateMachine"]
    started = {f["Environment"].get("PULL_ACTIVITY_STATE_MACHINE_ARN") for f in functions().values()} - {None}
    assert {arn.partition("stateMachine:")[2] for arn in started} == {machine["StateMachineName"]}
