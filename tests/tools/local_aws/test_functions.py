"""Lambda: functions run as on AWS, with the declared Python, their layers, their role and nothing of the emulator's."""

import json
from collections.abc import Callable
from typing import Any

from .conftest import Stack


def invoke(stack: Stack, **event: Any) -> Any:
    answer = stack.client("lambda").invoke(FunctionName=stack["Answer"], Payload=json.dumps(event))
    return json.loads(answer["Payload"].read())


def environment(stack: Stack) -> Any:
    return invoke(stack, deed="environment")


def test_a_function_sees_the_variables_that_aws_gives(stack: Stack) -> None:
    variables = environment(stack)["variables"]
    assert variables["AWS_LAMBDA_FUNCTION_NAME"] == stack["Answer"]
    assert variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert variables["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.13"
    assert variables["AWS_ENDPOINT_URL"] == stack.emulator.url
    assert variables["TABLE"] == stack["Table"]
    assert variables["TZ"] == ":UTC"


def test_a_function_sees_nothing_of_the_emulator(stack: Stack) -> None:
    seen = environment(stack)
    assert "GATEWAY_PORT" not in seen["variables"]
    assert not [path for path in seen["path"] if "/emulator/" in path]


def test_a_function_runs_on_the_python_that_the_template_declares(stack: Stack) -> None:
    assert environment(stack)["python"].startswith("3.13.")


def test_layers_lie_in_one_tree_in_the_search_path(stack: Stack) -> None:
    seen = environment(stack)
    assert seen["six"] == "1.17.0"
    assert invoke(stack, deed="greet", name="Anna") == "Bonjour Anna"


def test_a_function_may_do_what_its_role_allows_and_a_ref_of_a_secret_is_its_arn(stack: Stack) -> None:
    secret = invoke(stack, deed="read_secret")
    assert stack["Secret"].startswith("arn:aws:secretsmanager:")
    assert len(secret) == 64
    assert secret.isalnum()


def test_a_function_may_do_nothing_that_its_role_does_not_allow(stack: Stack) -> None:
    assert invoke(stack, deed="write_table")["errorType"] == "ClientError"


def test_an_error_keeps_its_name(stack: Stack) -> None:
    failed = invoke(stack, deed="fail")
    assert (failed["errorType"], failed["errorMessage"]) == ("UnwellError", "Anna is unwell")


def test_what_a_function_prints_can_be_read(stack: Stack, eventually: Callable[..., Any]) -> None:
    invoke(stack, deed="greet", name="Zoé")
    eventually(lambda: "greeted Zoé" in stack.emulator.logs("AnswerFunction"))  # it may be printed after the answer
    assert "greeted" not in stack.emulator.logs("WorkFunction")


def test_reserved_concurrency_and_dead_letters_of_the_template_are_kept(stack: Stack) -> None:
    function = stack.client("lambda").get_function(FunctionName=stack["Answer"])
    dead_letters = stack.client("sqs").get_queue_attributes(QueueUrl=stack["DeadLetters"], AttributeNames=["QueueArn"])
    assert function["Concurrency"]["ReservedConcurrentExecutions"] == 40
    assert function["Configuration"]["DeadLetterConfig"]["TargetArn"] == dead_letters["Attributes"]["QueueArn"]
