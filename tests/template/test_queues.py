"""Queues: nothing accepted is lost, and Mailchimp never sees more connections than it allows."""

import pytest

from accord.usecases.fetch_cobot_members import LATE
from tests.template.stack import PARAMETERS, QUEUE, RESOURCES, default, events, functions, machine_states, resources

FOURTEEN_DAYS = 14 * 24 * 3600
MEBIBYTE = 1024 * 1024

QUEUES = resources(QUEUE)
DEAD_LETTERS = {
    name: properties["RedrivePolicy"]["deadLetterTargetArn"].removesuffix(".Arn")
    for name, properties in QUEUES.items()
    if "RedrivePolicy" in properties
}

CONNECTIONS_OF_AN_ACCOUNT = 10
SPARE_FOR_CALLS_THAT_TIMED_OUT = 1
TALKS_TO_MAILCHIMP = {"sync_members", "apply_audience_events"}
"""Each of their invocations holds one connection to Mailchimp. Whoever joins them is added up."""
CALLED_BY_OPERATORS = {"manage_connections"}
"""Talks to Mailchimp while an operator waits for the answer, one call at a time, and says so where the account is
busy: seldom, and then by one of the two spare connections (README, Decisions)."""


def sources() -> list[tuple[str, str]]:
    return [(verb, event) for verb, function in functions().items() for event in events(function, "SQS")]


def test_two_queues_feed_the_sync_so_that_an_import_never_stands_before_a_single_change() -> None:
    fed = {source["Queue"] for source in events(functions()["sync_members"], "SQS").values()}

    assert fed == {"MemberChangesQueue.Arn", "BulkChangesQueue.Arn"}
    assert DEAD_LETTERS == {
        "MemberChangesQueue": "MemberChangesDeadLetters",
        "BulkChangesQueue": "BulkChangesDeadLetters",
        "AudienceEventsQueue": "AudienceEventsDeadLetters",
        "UpstreamNoticesQueue": "UpstreamNoticesDeadLetters",
        "CobotEventsQueue": "CobotEventsDeadLetters",
        "ConnectionStepsQueue": "ConnectionStepsDeadLetters",
    }


@pytest.mark.parametrize("name", DEAD_LETTERS)
def test_a_message_is_dead_after_five_receives(name: str) -> None:
    assert QUEUES[name]["RedrivePolicy"]["maxReceiveCount"] == 5


@pytest.mark.parametrize("name", QUEUES)
def test_messages_are_kept_for_as_long_as_aws_keeps_them(name: str) -> None:
    # A dead letter's days count from when it was first sent, so the queue before must not keep it for less.
    assert QUEUES[name]["MessageRetentionPeriod"] == FOURTEEN_DAYS


@pytest.mark.parametrize("name", QUEUES)
def test_messages_are_encrypted_and_may_be_as_large_as_a_request(name: str) -> None:
    assert QUEUES[name]["SqsManagedSseEnabled"] is True
    assert QUEUES[name]["MaximumMessageSize"] == MEBIBYTE


@pytest.mark.parametrize(("verb", "event"), sources())
def test_a_message_stays_hidden_for_six_times_as_long_as_its_function_may_take(verb: str, event: str) -> None:
    function = functions()[verb]
    queue = QUEUES[events(function, "SQS")[event]["Queue"].removesuffix(".Arn")]

    assert default(queue["VisibilityTimeout"]) >= 6 * default(function["Timeout"])


@pytest.mark.parametrize(("verb", "event"), sources())
def test_a_batch_hands_back_only_its_failures(verb: str, event: str) -> None:
    source = events(functions()[verb], "SQS")[event]

    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["BatchSize"] == (1 if verb == "tend_connections" else 10)  # whose steps take long, each for itself


@pytest.mark.parametrize("event", ["MemberChanges", "BulkChanges"])
def test_the_sync_waits_one_second_for_more_to_do_at_once(event: str) -> None:
    assert events(functions()["sync_members"], "SQS")[event]["MaximumBatchingWindowInSeconds"] == 1


def test_the_letters_of_every_dead_letter_queue_are_recorded() -> None:
    recorded = {source["Queue"] for source in events(functions()["record_failures"], "SQS").values()}

    assert recorded == {f"{name}.Arn" for name in DEAD_LETTERS.values()}


def test_all_functions_together_leave_mailchimp_a_connection() -> None:
    at_once = [
        source["ScalingConfig"]["MaximumConcurrency"]
        for verb in TALKS_TO_MAILCHIMP
        for source in events(functions()[verb], "SQS").values()
    ]

    pages = machine_states()["Pages"]["MaxConcurrency"]  # of `reconcile`, whose other steps come one at a time
    assert (at_once, pages, machine_states()["Runs"]["MaxConcurrency"]) == ([2, 2, 2], 2, 1)
    assert default(functions()["collect_batches"]["Timeout"]) < 60  # of which there is one at a time
    assert sum(at_once) + pages + 1 <= CONNECTIONS_OF_AN_ACCOUNT - SPARE_FOR_CALLS_THAT_TIMED_OUT


def test_the_pull_of_activity_makes_one_call_at_a_time_and_gives_way_to_readings_of_audiences() -> None:
    """So that it takes a connection of those of `reconcile`; that it gives way is tested with the function."""
    states = machine_states("PullActivityStateMachine")

    assert {name: state["MaxConcurrency"] for name, state in states.items() if state["Type"] == "Map"} == {"Runs": 1}


def test_who_talks_to_mailchimp_for_operators_is_called_by_nobody_else() -> None:
    for verb in CALLED_BY_OPERATORS:
        function = functions()[verb]
        assert {event["Type"] for event in function["Events"].values()} == {"HttpApi"}
        assert function["Environment"]["OPERATOR_SECRET_ARN"] == "OperatorSecret"


@pytest.mark.parametrize(("verb", "machine"), [("reconcile_audience", "Reconcile"), ("pull_activity", "PullActivity")])
def test_who_reads_whole_audiences_and_reports_is_called_by_a_state_machine_alone(verb: str, machine: str) -> None:
    assert functions()[verb].get("Events") is None
    substitutions = resources("AWS::StepFunctions::StateMachine")[f"{machine}StateMachine"]["DefinitionSubstitutions"]
    assert RESOURCES[substitutions["Step"].removesuffix(".Arn")]["Properties"]["CodeUri"] == f"functions/{verb}"


def test_who_talks_to_mailchimp_is_called_by_queues_alone() -> None:
    assert {event["Type"] for verb in TALKS_TO_MAILCHIMP for event in functions()[verb]["Events"].values()} == {"SQS"}


def test_only_who_talks_to_mailchimp_is_told_for_how_long() -> None:
    told = {verb for verb, function in functions().items() if "MAILCHIMP_TIMEOUT_SECONDS" in function["Environment"]}

    assert told == TALKS_TO_MAILCHIMP | {"reconcile_audience", "collect_batches", "pull_activity"}


def test_cobot_is_called_six_times_a_minute_at_the_most_however_late_a_message_comes() -> None:
    assert 6 * PARAMETERS["CobotGapSeconds"]["Default"] - LATE.total_seconds() >= 60
