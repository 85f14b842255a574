"""Least privilege: what each function may do, written down once more; who needs more says so here."""

from typing import Any

import pytest

from tests.template.stack import FUNCTION, RESOURCES, functions, resources, verb

CONNECTION_SECRETS = (
    "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}"
    ":secret:accord/${AWS::StackName}/connections/*"
)

RECONCILE = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:${AWS::StackName}-reconcile"

PULL = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:${AWS::StackName}-pull-activity"

IMPORT = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:${AWS::StackName}-import"

READ = {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"}
CHANGE = {"dynamodb:PutItem", "dynamodb:UpdateItem"}
RECEIVE = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
SECRET = {"secretsmanager:GetSecretValue"}

MAY: dict[str, dict[str, set[str]]] = {
    "receive_changes": {
        "Ledger.Arn": READ | {"dynamodb:PutItem"},
        "MemberChangesQueue.Arn": {"sqs:SendMessage"},
        "OperatorSecret": SECRET,
        CONNECTION_SECRETS: SECRET,
    },
    "show_badges": {
        "Ledger.Arn": {"dynamodb:GetItem", "dynamodb:BatchGetItem"},
        "OperatorSecret": SECRET,
        CONNECTION_SECRETS: SECRET,
    },
    "receive_audience_events": {
        "Ledger.Arn": {"dynamodb:GetItem"},
        "AudienceEventsQueue.Arn": {"sqs:SendMessage"},
        CONNECTION_SECRETS: SECRET,
    },
    "apply_audience_events": {
        "Ledger.Arn": READ | CHANGE | {"dynamodb:BatchWriteItem"},
        "AudienceEventsQueue.Arn": RECEIVE | {"sqs:SendMessage"},
        "MemberChangesQueue.Arn": {"sqs:SendMessage"},
        "AddressKeySecret": SECRET,
        CONNECTION_SECRETS: SECRET,
    },
    "receive_cobot_events": {
        "Ledger.Arn": {"dynamodb:GetItem"},
        "CobotEventsQueue.Arn": {"sqs:SendMessage"},
    },
    "fetch_cobot_members": {
        "Ledger.Arn": {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem"} | CHANGE,
        "CobotEventsQueue.Arn": RECEIVE | {"sqs:SendMessage"},
        "MemberChangesQueue.Arn": {"sqs:SendMessage"},
        "BulkChangesQueue.Arn": {"sqs:SendMessage"},
        CONNECTION_SECRETS: SECRET,
    },
    "manage_members": {
        "Ledger.Arn": READ | CHANGE,
        "${Ledger.Arn}/index/by_status": {"dynamodb:Query"},
        "MemberChangesQueue.Arn": {"sqs:SendMessage"},
        "BulkChangesQueue.Arn": {"sqs:SendMessage"},
        "OperatorSecret": SECRET,
    },
    "manage_imports": {
        "Ledger.Arn": {"dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"},
        "${FilesBucket.Arn}/imports/*": {"s3:PutObject", "s3:GetObject"},
        "FilesBucket.Arn": {"s3:ListBucket"},
        IMPORT: {"states:StartExecution"},
        "OperatorSecret": SECRET,
    },
    "import_members": {
        "Ledger.Arn": READ | {"dynamodb:PutItem"},
        "${Ledger.Arn}/index/by_status": {"dynamodb:Query"},
        "${FilesBucket.Arn}/imports/*": {"s3:GetObject", "s3:PutObject", "s3:DeleteObject"},
        "FilesBucket.Arn": {"s3:ListBucket"},
        "MemberChangesQueue.Arn": {"sqs:SendMessage"},
        "BulkChangesQueue.Arn": {"sqs:SendMessage"},
        "AddressKeySecret": SECRET,
    },
    "connect_mailchimp": {
        "Ledger.Arn": {"dynamodb:GetItem", "dynamodb:DeleteItem"} | CHANGE,
        "OperatorSecret": SECRET,
        "MailchimpOAuthSecret": SECRET,
        CONNECTION_SECRETS: SECRET | {"secretsmanager:PutSecretValue"},
    },
    "connect_cobot": {
        "Ledger.Arn": {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"},
        "CobotEventsQueue.Arn": {"sqs:SendMessage"},
        "OperatorSecret": SECRET,
        "CobotOAuthSecret": SECRET,
        CONNECTION_SECRETS: SECRET | {"secretsmanager:PutSecretValue"},
    },
    "manage_connections": {
        "Ledger.Arn": READ | {"dynamodb:PutItem"},
        "${Ledger.Arn}/index/by_status": {"dynamodb:Query"},
        "ConnectionStepsQueue.Arn": {"sqs:SendMessage"},
        RECONCILE: {"states:StartExecution"},
        PULL: {"states:StartExecution"},
        "OperatorSecret": SECRET,
        CONNECTION_SECRETS: SECRET | {"secretsmanager:CreateSecret", "secretsmanager:PutSecretValue"},
    },
    "sync_members": {
        "Ledger.Arn": READ | CHANGE | {"dynamodb:BatchWriteItem"},
        "MemberChangesQueue.Arn": RECEIVE,
        "BulkChangesQueue.Arn": RECEIVE,
        "AddressKeySecret": SECRET,
        CONNECTION_SECRETS: SECRET,
    },
    "collect_batches": {
        "Ledger.Arn": READ | CHANGE | {"dynamodb:BatchWriteItem"},
        "AddressKeySecret": SECRET,
        CONNECTION_SECRETS: SECRET,
    },
    "notify_upstream": {
        "Ledger.Arn": READ | {"dynamodb:UpdateItem"},
        "UpstreamNoticesQueue.Arn": RECEIVE,
        CONNECTION_SECRETS: SECRET,
    },
    "tend_connections": {
        "Ledger.Arn": READ | CHANGE | {"dynamodb:BatchWriteItem"},
        "${Ledger.Arn}/index/by_status": {"dynamodb:Query"},
        "${Ledger.Arn}/index/by_audience": {"dynamodb:Query"},
        "ConnectionStepsQueue.Arn": RECEIVE | {"sqs:SendMessage"},
        "MemberChangesQueue.Arn": {"sqs:SendMessage"},
        "BulkChangesQueue.Arn": {"sqs:SendMessage"},
        RECONCILE: {"states:StartExecution"},
        "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${SenderIdentity}": {"ses:SendEmail"},
    },
    "manage_plans": {
        "Ledger.Arn": READ | {"dynamodb:PutItem"},
        "ConnectionStepsQueue.Arn": {"sqs:SendMessage"},
        RECONCILE: {"states:StartExecution"},
        "OperatorSecret": SECRET,
    },
    "reconcile_audience": {
        "Ledger.Arn": READ | CHANGE | {"dynamodb:BatchWriteItem", "dynamodb:DeleteItem"},
        "${Ledger.Arn}/index/by_status": {"dynamodb:Query"},
        "${Ledger.Arn}/index/by_audience": {"dynamodb:Query"},
        "BulkChangesQueue.Arn": {"sqs:SendMessage"},
        "ConnectionStepsQueue.Arn": {"sqs:SendMessage"},
        "AddressKeySecret": SECRET,
        CONNECTION_SECRETS: SECRET | {"secretsmanager:PutSecretValue"},
    },
    "pull_activity": {
        "Ledger.Arn": READ | CHANGE | {"dynamodb:BatchWriteItem"},
        "${Ledger.Arn}/index/by_audience": {"dynamodb:Query"},
        "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${SenderIdentity}": {"ses:SendEmail"},
        "AudienceEventsQueue.Arn": {"sqs:SendMessage"},
        "AddressKeySecret": SECRET,
        CONNECTION_SECRETS: SECRET,
    },
    "show_activity": {
        "Ledger.Arn": READ,
        "${Ledger.Arn}/index/by_activity": {"dynamodb:Query"},
        "OperatorSecret": SECRET,
        CONNECTION_SECRETS: SECRET,
    },
    "offer_due_changes": {
        "Ledger.Arn": {"dynamodb:UpdateItem"},
        "${Ledger.Arn}/index/by_due": {"dynamodb:Query"},
        "MemberChangesQueue.Arn": {"sqs:SendMessage"},
        "BulkChangesQueue.Arn": {"sqs:SendMessage"},
        "UpstreamNoticesQueue.Arn": {"sqs:SendMessage"},
    },
    "record_failures": {
        "Ledger.Arn": READ | CHANGE | {"dynamodb:BatchWriteItem"},
        "MemberChangesDeadLetters.Arn": RECEIVE,
        "BulkChangesDeadLetters.Arn": RECEIVE,
        "AudienceEventsDeadLetters.Arn": RECEIVE,
        "ConnectionStepsDeadLetters.Arn": RECEIVE,
        "UpstreamNoticesDeadLetters.Arn": RECEIVE,
        "CobotEventsDeadLetters.Arn": RECEIVE,
        "AddressKeySecret": SECRET,
    },
}
LOGS_AND_TRACES = {
    "FunctionLogs.Arn": {"logs:CreateLogStream", "logs:PutLogEvents"},
    "*": {"xray:PutTraceSegments", "xray:PutTelemetryRecords"},  # X-Ray knows no resources for these
}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def allowed(documents: list[dict[str, Any]]) -> dict[str, set[str]]:
    """Resource -> the actions that all the statements allow on it."""
    found: dict[str, set[str]] = {}
    for document in documents:
        for statement in document["Statement"]:
            assert statement["Effect"] == "Allow"
            for resource in as_list(statement["Resource"]):
                found.setdefault(resource, set()).update(as_list(statement["Action"]))
    return found


def policies(role: str) -> list[dict[str, Any]]:
    return [policy["PolicyDocument"] for policy in RESOURCES[role]["Properties"]["Policies"]]


def role_of(function: dict[str, Any]) -> str:
    role: str = function["Role"]
    return role.removesuffix(".Arn")


def test_only_who_connects_and_registers_webhooks_writes_secrets_and_only_those_of_connections() -> None:
    writers = {
        (name, resource)
        for name, allows in MAY.items()
        for resource, actions in allows.items()
        if any(action.startswith("secretsmanager:") for action in actions - SECRET)
    }

    assert writers == {
        ("manage_connections", CONNECTION_SECRETS),
        ("connect_mailchimp", CONNECTION_SECRETS),
        ("connect_cobot", CONNECTION_SECRETS),
        ("reconcile_audience", CONNECTION_SECRETS),
    }


def test_every_function_is_in_the_table() -> None:
    assert functions().keys() == MAY.keys()


@pytest.mark.parametrize("name", MAY)
def test_a_function_may_do_what_the_table_says_and_no_more(name: str) -> None:
    assert allowed(policies(role_of(functions()[name]))) == MAY[name]


def test_every_function_has_a_role_of_its_own_that_only_lambda_may_take() -> None:
    for logical_id, function in resources(FUNCTION).items():
        role = role_of(function)
        assert role == logical_id.removesuffix("Function") + "Role"
        properties = RESOURCES[role]["Properties"]
        assert properties["ManagedPolicyArns"] == ["WriteLogsAndTraces"]
        assert [policy["PolicyName"] for policy in properties["Policies"]] == [verb(logical_id)]
        (trust,) = properties["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}


def test_what_all_functions_share_writes_logs_and_traces() -> None:
    document = RESOURCES["WriteLogsAndTraces"]["Properties"]["PolicyDocument"]

    assert allowed([document]) == LOGS_AND_TRACES


@pytest.mark.parametrize(
    ("secret", "reader"), [("MailchimpOAuthSecret", "connect_mailchimp"), ("CobotOAuthSecret", "connect_cobot")]
)
def test_only_who_connects_to_a_service_may_read_the_secret_of_its_oauth_client(secret: str, reader: str) -> None:
    readers = {name for name in MAY if secret in allowed(policies(role_of(functions()[name])))}

    assert readers == {reader}


def test_no_role_allows_every_action_of_a_service_or_everything_of_a_kind() -> None:
    for role in resources("AWS::IAM::Role"):
        for resource, actions in allowed(policies(role)).items():
            assert not {action for action in actions if "*" in action}
            assert "*" not in resource.removesuffix("/connections/*").removesuffix("/imports/*")


def test_a_schedule_may_do_what_it_is_for_and_nothing_else() -> None:
    assert allowed(policies("ReconcileScheduleRole")) == {"ReconcileStateMachine": {"states:StartExecution"}}
    assert allowed(policies("ReconcileStateMachineRole")) == {
        "ReconcileAudienceFunction.Arn": {"lambda:InvokeFunction"},
    }
    assert allowed(policies("PullActivityScheduleRole")) == {"PullActivityStateMachine": {"states:StartExecution"}}
    assert allowed(policies("PullActivityStateMachineRole")) == {
        "PullActivityFunction.Arn": {"lambda:InvokeFunction"},
    }
    assert allowed(policies("ImportStateMachineRole")) == {"ImportMembersFunction.Arn": {"lambda:InvokeFunction"}}
    for name in ("OfferDueChanges", "CollectBatches"):
        assert allowed(policies(f"{name}ScheduleRole")) == {f"{name}Function.Arn": {"lambda:InvokeFunction"}}
