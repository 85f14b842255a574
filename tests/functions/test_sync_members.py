"""`sync_members`: what the handler makes of a batch. What syncing does is tested over the fakes."""

import json

import boto3
import email_validator
import pytest

from accord.domain.reasons import Status
from accord.observability import UnexpectedError
from tests.functions.conftest import Stack, event


def test_the_message_that_nobody_can_read_fails_alone(stack: Stack) -> None:
    batch = event("sync_members.batch")

    answer = stack.invoke("sync_members", batch)

    assert answer == {"batchItemFailures": [{"itemIdentifier": batch["Records"][1]["messageId"]}]}
    records = stack.ledger.records("burrow", ["m-17", "m-18"])
    assert {name: record.status for name, record in records.items()} == {
        "m-17": Status.EXCLUDED,
        "m-18": Status.ARCHIVED,
    }


def test_all_messages_come_again_when_the_ledger_is_gone(stack: Stack) -> None:
    stack.invoke("sync_members", {"Records": []})
    boto3.client("dynamodb").delete_table(TableName=stack.table)

    with pytest.raises(UnexpectedError):
        stack.invoke("sync_members", event("sync_members.batch"))


def test_messages_of_a_connection_that_is_gone_come_again(stack: Stack) -> None:
    batch = event("sync_members.batch")
    for record in batch["Records"]:
        record["body"] = record["body"].replace("burrow", "warren")

    assert len(stack.invoke("sync_members", batch)["batchItemFailures"]) == 3


@pytest.mark.parametrize("milliseconds", [20_000, 900_000])
def test_work_is_taken_however_little_time_a_timeout_leaves(stack: Stack, milliseconds: int) -> None:
    batch = event("sync_members.batch")

    stack.invoke("sync_members", batch | {"Records": batch["Records"][:1]}, milliseconds_left=milliseconds)

    assert stack.ledger.records("burrow", ["m-17"])["m-17"].status is Status.EXCLUDED


def test_the_log_counts_and_names_messages_only(stack: Stack) -> None:
    stack.invoke("sync_members", event("sync_members.batch"))

    [line] = [json.loads(line) for line in stack.logged.getvalue().splitlines() if "synced" in line]
    assert line["settled"] == {"excluded": 1, "archived": 1}
    assert line["unreadable"] == line["handed_back"] == [event("sync_members.batch")["Records"][1]["messageId"]]


def test_the_first_batch_of_a_cold_start_knows_the_stage(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(email_validator, "SPECIAL_USE_DOMAIN_NAMES", ["invalid", "test"])
    batch = event("sync_members.batch")

    assert stack.invoke("sync_members", batch | {"Records": batch["Records"][:1]}) == {"batchItemFailures": []}
