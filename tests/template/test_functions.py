"""Functions, the routes that reach them and what they are told."""

from typing import Any

import pytest

from tests.template.stack import GLOBALS, REPOSITORY, RESOURCES, STACK, default, events, functions, resources

FUNCTIONS = functions()
HTTP_API_WAITS = 30  # seconds, then it answers 503 itself

ROUTES = {
    ("POST", "/v1/connections/{connection_id}/members"): "receive_changes",
    ("PUT", "/v1/connections/{connection_id}/members/{member_id}"): "receive_changes",
    ("DELETE", "/v1/connections/{connection_id}/members/{member_id}"): "receive_changes",
    ("GET", "/v1/connections/{connection_id}/members/{member_id}"): "receive_changes",
    ("GET", "/v1/connections/{connection_id}/members/{member_id}/history"): "receive_changes",
    ("GET", "/v1/connections/{connection_id}/members/{member_id}/consent"): "receive_changes",
    ("GET", "/v1/connections/{connection_id}/erasures/{erasure_id}"): "receive_changes",
    ("GET", "/v1/connections/{connection_id}/changes"): "receive_changes",
    ("GET", "/v1/connections/{connection_id}/members/{member_id}/badge.svg"): "show_badges",
    ("GET", "/v1/connections/{connection_id}/badges"): "show_badges",
    ("GET", "/mailchimp/webhooks/{connection_id}/{secret}"): "receive_audience_events",
    ("POST", "/mailchimp/webhooks/{connection_id}/{secret}"): "receive_audience_events",
    ("POST", "/cobot/webhooks/{connection_id}/{secret}"): "receive_cobot_events",
    ("GET", "/mailchimp/oauth/start"): "connect_mailchimp",
    ("GET", "/mailchimp/oauth/callback"): "connect_mailchimp",
    ("GET", "/cobot/oauth/start"): "connect_cobot",
    ("GET", "/cobot/oauth/callback"): "connect_cobot",
    ("POST", "/v1/connections"): "manage_connections",
    ("GET", "/v1/connections"): "manage_connections",
    ("GET", "/v1/connections/{connection_id}"): "manage_connections",
    ("PATCH", "/v1/connections/{connection_id}"): "manage_connections",
    ("GET", "/v1/connections/{connection_id}/audiences"): "manage_connections",
    ("PUT", "/v1/connections/{connection_id}/audience"): "manage_connections",
    ("POST", "/v1/connections/{connection_id}/test"): "manage_connections",
    ("GET", "/v1/connections/{connection_id}/fields"): "manage_connections",
    ("GET", "/v1/connections/{connection_id}/summary"): "manage_connections",
    ("POST", "/v1/connections/{connection_id}/approve"): "manage_connections",
    ("GET", "/v1/connections/{connection_id}/runs"): "manage_connections",
    ("POST", "/v1/connections/{connection_id}/groups"): "manage_connections",
    ("POST", "/v1/connections/{connection_id}/segments"): "manage_connections",
    ("POST", "/v1/connections/{connection_id}/credentials"): "manage_connections",
    ("POST", "/v1/connections/{connection_id}/reconfirm"): "manage_connections",
    ("POST", "/v1/connections/{connection_id}/pause"): "manage_connections",
    ("POST", "/v1/connections/{connection_id}/resume"): "manage_connections",
    ("POST", "/v1/connections/{connection_id}/disconnect"): "manage_connections",
    ("POST", "/v1/connections/{connection_id}/reconnect"): "manage_connections",
    ("POST", "/v1/connections/{connection_id}/runs"): "manage_connections",
    ("GET", "/v1/connections/{connection_id}/runs/{run_id}"): "manage_connections",
    ("POST", "/v1/connections/{connection_id}/runs/{run_id}/stop"): "manage_connections",
    ("POST", "/v1/connections/{connection_id}/plans"): "manage_plans",
    ("GET", "/v1/connections/{connection_id}/plans"): "manage_plans",
    ("GET", "/v1/connections/{connection_id}/plans/{plan_id}"): "manage_plans",
    ("GET", "/v1/connections/{connection_id}/plans/{plan_id}/lines"): "manage_plans",
    ("POST", "/v1/connections/{connection_id}/plans/{plan_id}/apply"): "manage_plans",
    ("POST", "/v1/connections/{connection_id}/runs/{run_id}/undo"): "manage_plans",
    ("GET", "/v1/connections/{connection_id}/members/{member_id}/activity"): "show_activity",
    ("GET", "/v1/connections/{connection_id}/activity"): "show_activity",
    ("GET", "/v1/connections/{connection_id}/campaigns"): "show_activity",
    ("GET", "/v1/connections/{connection_id}/campaigns/{campaign_id}"): "show_activity",
    ("POST", "/v1/connections/{connection_id}/imports"): "manage_imports",
    ("GET", "/v1/connections/{connection_id}/imports"): "manage_imports",
    ("GET", "/v1/connections/{connection_id}/imports/{import_id}"): "manage_imports",
    ("POST", "/v1/connections/{connection_id}/imports/{import_id}/begin"): "manage_imports",
    ("POST", "/v1/connections/{connection_id}/imports/{import_id}/approve"): "manage_imports",
    ("GET", "/v1/connections/{connection_id}/members"): "manage_members",
    ("GET", "/v1/connections/{connection_id}/counts"): "manage_members",
    ("POST", "/v1/connections/{connection_id}/runs/{run_id}/approve"): "manage_plans",
    ("POST", "/v1/connections/{connection_id}/members/{member_id}/retry"): "manage_members",
    ("GET", "/v1/connections/{connection_id}/failures"): "manage_members",
    ("POST", "/v1/connections/{connection_id}/failures/retry"): "manage_members",
}


def test_every_route_is_written_out() -> None:
    routes = {
        (event["Method"], event["Path"]): verb
        for verb, function in FUNCTIONS.items()
        for event in events(function, "HttpApi").values()
    }

    assert routes == ROUTES


def test_the_access_log_has_the_route_and_never_the_path() -> None:
    api = RESOURCES["Api"]["Properties"]
    logged = set(api["AccessLogSettings"]["Format"].split("$context.")[1:])

    assert {entry.partition('"')[0] for entry in logged} == {
        "requestId",
        "requestTime",
        "routeKey",
        "status",
        "responseLatency",
        "responseLength",
        "integrationErrorMessage",
    }


def test_the_api_has_no_stage_in_its_path() -> None:
    assert RESOURCES["Api"]["Properties"].get("StageName", "$default") == "$default"


def test_all_functions_run_as_one_kind_of_python() -> None:
    assert GLOBALS["Runtime"] == "python3.13"
    assert (REPOSITORY / ".python-version").read_text().strip() == "3.13"
    for name, layer in resources("AWS::Serverless::LayerVersion").items():
        assert layer["CompatibleRuntimes"] == ["python3.13"]
        assert layer["CompatibleArchitectures"] == GLOBALS["Architectures"]
        assert RESOURCES[name]["Metadata"] == {"BuildMethod": "makefile", "BuildArchitecture": "x86_64"}
    overriding = [
        v for v, f in resources("AWS::Serverless::Function").items() if {"Runtime", "Architectures"} & f.keys()
    ]
    assert overriding == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_code_a_role_a_trace_and_both_layers(name: str) -> None:
    function = FUNCTIONS[name]

    assert function["CodeUri"] == f"functions/{name}"
    assert function["Handler"] == "app.handler"
    assert function["Tracing"] == "Active"
    assert function["Layers"] == ["DependenciesLayer", "AccordLayer"]
    assert function["LoggingConfig"] == {"LogGroup": "FunctionLogs"}
    assert "Policies" not in function


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_ends_before_whoever_waits_for_it_gives_up(name: str) -> None:
    function = FUNCTIONS[name]
    timeout = default(function["Timeout"])

    assert 0 < timeout <= 900
    if events(function, "HttpApi"):
        assert timeout < HTTP_API_WAITS
    if name in {"offer_due_changes", "collect_batches"}:
        assert timeout < 60  # when the next one comes


@pytest.mark.parametrize(
    ("name", "memory"),
    [
        ("receive_changes", 512),
        ("show_badges", 512),
        ("manage_members", 512),
        ("manage_plans", 512),
        ("connect_mailchimp", 512),
        ("connect_cobot", 512),
        ("manage_connections", 512),
        ("sync_members", 1024),
        ("offer_due_changes", 512),
        ("collect_batches", 1024),
        ("record_failures", 512),
        ("receive_audience_events", 512),
        ("apply_audience_events", 512),
        ("notify_upstream", 512),
        ("receive_cobot_events", 512),
        ("fetch_cobot_members", 1024),
        ("tend_connections", 1024),
        ("reconcile_audience", 1024),
        ("pull_activity", 1024),
        ("show_activity", 512),
        ("manage_imports", 512),
        ("import_members", 1769),
    ],
)
def test_every_function_has_the_memory_that_it_was_measured_with(name: str, memory: int) -> None:
    assert FUNCTIONS[name]["MemorySize"] == memory


@pytest.mark.parametrize(
    ("name", "function"), [("OfferDueChanges", "offer_due_changes"), ("CollectBatches", "collect_batches")]
)
def test_what_happens_every_minute_is_not_made_up_for_when_a_minute_is_missed(name: str, function: str) -> None:
    schedule = resources("AWS::Scheduler::Schedule")[f"{name}Schedule"]

    assert schedule["ScheduleExpression"] == "rate(1 minute)"
    assert schedule["Target"]["Arn"] == f"{name}Function.Arn"
    assert schedule["Target"]["RetryPolicy"]["MaximumRetryAttempts"] == 0
    assert FUNCTIONS[function]["EventInvokeConfig"]["MaximumRetryAttempts"] == 0


def test_s5_every_hour_the_connections_whose_night_it_is_are_reconciled() -> None:
    schedule = resources("AWS::Scheduler::Schedule")["ReconcileSchedule"]

    assert schedule["ScheduleExpression"] == "cron(20 * * * ? *)"
    assert schedule["Target"]["Arn"] == "ReconcileStateMachine"
    assert schedule["Target"]["RetryPolicy"]["MaximumEventAgeInSeconds"] < 3600  # then the next one comes


def test_a6_every_hour_of_a_weekend_the_connections_whose_noon_it_is_pull_their_activity() -> None:
    schedule = resources("AWS::Scheduler::Schedule")["PullActivitySchedule"]

    assert schedule["ScheduleExpression"] == "cron(40 * ? * FRI,SAT,SUN *)"  # it is Saturday somewhere for 50 hours
    assert schedule["Target"]["Arn"] == "PullActivityStateMachine"
    assert schedule["Target"]["RetryPolicy"]["MaximumEventAgeInSeconds"] < 3600  # then the next one comes


def test_logs_end() -> None:
    groups = resources("AWS::Logs::LogGroup")

    assert groups.keys() == {"FunctionLogs", "AccessLogs"}
    assert {group["RetentionInDays"] for group in groups.values()} == {"LogDays"}


ALARMS = resources("AWS::CloudWatch::Alarm")


def watched(alarm: dict[str, Any]) -> set[tuple[str, str]]:
    """The metrics that an alarm looks at, each with what it is a metric of."""
    metrics = [entry["MetricStat"]["Metric"] for entry in alarm.get("Metrics", []) if "MetricStat" in entry] or [alarm]
    return {(metric["MetricName"], metric["Dimensions"][0]["Value"]) for metric in metrics}


def test_somebody_is_told_when_work_is_dead_late_or_broken() -> None:
    wanted = {("Errors", name) for name in resources("AWS::Serverless::Function")}
    wanted |= {("Invocations", "RecordFailuresFunction")}
    for queue in (
        "MemberChanges",
        "BulkChanges",
        "AudienceEvents",
        "UpstreamNotices",
        "ConnectionSteps",
        "CobotEvents",
    ):
        wanted.add(("ApproximateNumberOfMessagesVisible", f"{queue}DeadLetters.QueueName"))
        wanted.add(("ApproximateNumberOfMessagesNotVisible", f"{queue}DeadLetters.QueueName"))
        wanted.add(("ApproximateAgeOfOldestMessage", f"{queue}Queue.QueueName"))

    assert {metric for alarm in ALARMS.values() for metric in watched(alarm)} == wanted


def test_nobody_is_told_without_an_address() -> None:
    assert RESOURCES["AlarmTopic"]["Condition"] == "HasAlarmEmail"
    assert STACK["Parameters"]["AlarmEmail"]["Default"] == ""
    for alarm in ALARMS.values():
        assert alarm["AlarmActions"] == {"If": ["HasAlarmEmail", ["AlarmTopic"], "AWS::NoValue"]}
