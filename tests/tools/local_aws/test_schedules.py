"""EventBridge Scheduler: times are those of the schedule's own zone, and reach the target within seconds."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from .conftest import Stack


def schedules(stack: Stack) -> list[dict[str, Any]]:
    client = stack.client("scheduler")
    return [client.get_schedule(Name=found["Name"]) for found in client.list_schedules()["Schedules"]]


def test_a_schedule_of_the_template_keeps_its_time_zone(stack: Stack) -> None:
    [nightly] = [found for found in schedules(stack) if found["ScheduleExpression"].startswith("cron")]
    assert nightly["ScheduleExpressionTimezone"] == "Europe/Paris"


def test_a_schedule_of_the_template_runs_its_function_every_minute(stack: Stack) -> None:
    [every_minute] = [found for found in schedules(stack) if found["ScheduleExpression"] == "rate(1 minute)"]
    function = stack.client("lambda").get_function(FunctionName=stack["Answer"])
    assert every_minute["State"] == "ENABLED"
    assert every_minute["Target"]["Arn"] == function["Configuration"]["FunctionArn"]


@pytest.fixture
def inbox(stack: Stack) -> str:
    url: str = stack.client("sqs").create_queue(QueueName="scheduled")["QueueUrl"]
    return url


def test_what_is_due_by_the_clock_of_its_zone_is_delivered_with_its_time(
    stack: Stack, inbox: str, eventually: Callable[..., Any]
) -> None:
    sqs = stack.client("sqs")
    due = datetime.now(ZoneInfo("Asia/Kolkata")).replace(microsecond=0) + timedelta(seconds=2)
    stack.client("scheduler").create_schedule(
        Name="once",
        ScheduleExpression=f"at({due:%Y-%m-%dT%H:%M:%S})",
        ScheduleExpressionTimezone="Asia/Kolkata",
        FlexibleTimeWindow={"Mode": "OFF"},
        ActionAfterCompletion="DELETE",
        Target={
            "Arn": sqs.get_queue_attributes(QueueUrl=inbox, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"],
            "RoleArn": "arn:aws:iam::000000000000:role/scheduler",
            "Input": json.dumps({"due": "<aws.scheduler.scheduled-time>"}),
        },
    )
    [message] = eventually(lambda: sqs.receive_message(QueueUrl=inbox).get("Messages"))
    assert json.loads(message["Body"]) == {"due": f"{due.astimezone(ZoneInfo('UTC')):%Y-%m-%dT%H:%M:%SZ}"}
    assert "once" not in {found["Name"] for found in schedules(stack)}
