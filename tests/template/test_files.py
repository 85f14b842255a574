"""Files that operators bring: closed, encrypted, and gone after three days; and the machine that reads them."""

import pytest

from accord.usecases.import_members import LONGEST_WAIT
from tests.template.stack import RESOURCES, functions, machine_states, resources

BUCKET = RESOURCES["FilesBucket"]
STATES = machine_states("ImportStateMachine")
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}
STEPS = {"Count": "counting", "Read": "reading", "Compare": "comparing", "Finish": "finishing"}
AN_HOUR = 3600

LONGEST_HISTORY = 25_000


def test_nothing_in_the_bucket_is_public_and_everything_is_encrypted() -> None:
    properties = BUCKET["Properties"]

    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(properties["PublicAccessBlockConfiguration"]) == 4
    (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert properties["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert "CorsConfiguration" not in properties


def test_nothing_reaches_the_bucket_without_tls() -> None:
    (statement,) = RESOURCES["FilesBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]

    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == ["FilesBucket.Arn", "${FilesBucket.Arn}/*"]


def test_everything_expires_after_two_weeks() -> None:
    (rule,) = BUCKET["Properties"]["LifecycleConfiguration"]["Rules"]

    assert (rule["Status"], rule["Prefix"], rule["ExpirationInDays"]) == ("Enabled", "", 3)
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    assert "VersioningConfiguration" not in BUCKET["Properties"]  # what expires is gone


def test_a_stack_that_is_deleted_does_not_fail_at_a_bucket_that_holds_files() -> None:
    assert BUCKET["DeletionPolicy"] == BUCKET["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize("name", TASKS)
def test_p14_every_step_of_an_import_is_tried_again_for_more_than_an_hour(name: str) -> None:
    (retry,) = TASKS[name]["Retry"]
    first, rate, most = retry["IntervalSeconds"], retry["BackoffRate"], retry["MaxDelaySeconds"]

    assert retry["ErrorEquals"] == ["States.ALL"]
    assert sum(min(first * rate**number, most) for number in range(retry["MaxAttempts"])) > AN_HOUR


def test_an_import_that_is_given_up_says_so_wherever_it_was() -> None:
    caught = {name for name, state in TASKS.items() if state.get("Catch", [{}])[0].get("Next") == "Fail"}

    assert caught == STEPS.keys()
    assert TASKS["Fail"]["Parameters"]["step"] == "fail"


def test_each_step_leads_to_the_one_that_it_names() -> None:
    assert {name: TASKS[name]["Parameters"]["step"] for name in STEPS} == STEPS
    assert {TASKS[name]["Next"] for name in STEPS} == {"Which"}
    choices = {choice["StringEquals"]: choice["Next"] for choice in STATES["Which"]["Choices"]}
    assert choices == {step: name for name, step in STEPS.items()} | {"waiting": "Wait"}
    assert STATES["Wait"]["Next"] == "Count"
    assert STATES["Which"]["Default"] == "Over"


def test_an_import_s_state_and_history_do_not_grow_with_its_file() -> None:
    assert {TASKS[name]["ResultPath"] for name in STEPS} == {"$.taken"}  # over what the step before said
    assert not [state for state in STATES.values() if state["Type"] == "Map"]
    fifteen_minutes_each, events_each = 1_000_000 / (60 * 900), 20
    assert fifteen_minutes_each * events_each < LONGEST_HISTORY  # at 60 lines a second
    looks = LONGEST_WAIT.total_seconds() / STATES["Wait"]["Seconds"]  # for the imports before it
    assert looks * events_each / 2 < LONGEST_HISTORY  # a look is a task, a choice and a pause


def test_the_import_machine_has_the_name_under_which_it_is_started() -> None:
    machine = resources("AWS::StepFunctions::StateMachine")["ImportStateMachine"]
    started = {f["Environment"].get("IMPORT_STATE_MACHINE_ARN") for f in functions().values()} - {None}

    assert machine["StateMachineName"] == "${AWS::StackName}-import"
    assert {arn.partition("stateMachine:")[2] for arn in started} == {machine["StateMachineName"]}
    assert machine["DefinitionSubstitutions"] == {"Step": "ImportMembersFunction.Arn"}


def test_who_reads_files_is_called_by_the_state_machine_alone_and_knows_no_mailchimp() -> None:
    function = functions()["import_members"]

    assert function.get("Events") is None
    assert function["Timeout"] == 900
    assert "MAILCHIMP_TIMEOUT_SECONDS" not in function["Environment"]
