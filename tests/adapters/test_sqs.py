"""Messages on the queue: what goes in comes out, within what SQS takes."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from moto import mock_aws

from accord.adapters.sqs.batches import changes, failures
from accord.adapters.sqs.changes import MAX_BODY, SqsChangeQueue, UnreadableError, decode, encode
from accord.errors import Misconfigured, Retryable
from accord.ports import ChangeQueue, QueuedChanges
from tests.builders import a_full_member, a_member, erased, left, upserted

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@pytest.fixture
def sqs() -> Iterator["SQSClient"]:
    with mock_aws():
        yield boto3.client("sqs", region_name="eu-west-3")


def bodies(sqs: "SQSClient", url: str) -> list[str]:
    found = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            found.append(message["Body"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def queue_of(sqs: "SQSClient") -> tuple[ChangeQueue, str]:
    url = sqs.create_queue(QueueName="member-changes", Attributes={"MaximumMessageSize": "1048576"})["QueueUrl"]
    return SqsChangeQueue(sqs, url), url


@pytest.mark.parametrize(
    "message",
    [
        QueuedChanges("burrow"),
        QueuedChanges("burrow", due=("m-1", "m-2")),
        QueuedChanges("burrow", (upserted(a_full_member()), left("m-2"), erased("m-3"))),
        QueuedChanges(
            "burrow", (upserted(a_member(None, first_name="Zoë \ufffe\uffff 🦡 \x00 \\ufffe", consent=None)),)
        ),
        QueuedChanges("burrow", (upserted(a_member(fields={"n": 1, "x": 1.0, "b": True, "s": "1", "z": None})),)),
    ],
)
def test_what_goes_in_comes_out(sqs: "SQSClient", message: QueuedChanges) -> None:
    queue, url = queue_of(sqs)

    queue.send(message)

    assert [decode(body) for body in bodies(sqs, url)] == [message]


def test_a_message_says_its_version_and_nothing_that_is_empty() -> None:
    document = json.loads(encode(QueuedChanges("burrow", (left(),))))

    assert document.keys() == {"v", "connection", "changes"}
    assert document["v"] == 1
    assert document["changes"][0].keys() == {"change", "received_at"}


def test_500_changes_of_usual_size_are_one_message(sqs: "SQSClient") -> None:
    queue, url = queue_of(sqs)

    queue.send(QueuedChanges("burrow", tuple(upserted(a_full_member(), f"m-{n}", index=n) for n in range(500))))

    assert len(bodies(sqs, url)) == 1


def test_what_is_too_large_for_one_message_goes_into_as_few_as_possible(sqs: "SQSClient") -> None:
    queue, url = queue_of(sqs)
    long = {f"f{number}": "é" * 900 for number in range(4)}
    changes = tuple(upserted(a_member(fields=long), f"m-{n}", index=n) for n in range(300))

    queue.send(QueuedChanges("burrow", changes, due=("m-hint",)))

    found = bodies(sqs, url)
    assert len(found) == 4
    assert all(len(body.encode()) <= MAX_BODY for body in found)
    messages = [decode(body) for body in found]
    assert sorted(a.index for message in messages for a in message.changes) == list(range(300))
    assert [message.due for message in messages if message.due] == [("m-hint",)]


@pytest.mark.parametrize(
    "body",
    ["", "wombat@burrow.test", "[]", "{}", '{"v": 2, "connection": "burrow"}', '{"v": 1, "connection": "b", "x": 1}'],
)
def test_what_is_none_of_ours_is_unreadable_and_not_repeated(body: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        decode(body)

    assert "wombat" not in str(caught.value)


def test_a_batch_hands_back_what_failed_and_what_nobody_can_read() -> None:
    good = encode(QueuedChanges("burrow", due=("m-1",)))
    records = [{"messageId": name, "body": body} for name, body in zip("abcd", [good, "?", good, good], strict=True)]

    batch = changes({"Records": records})

    assert len(batch.messages) == 3
    assert failures(batch.failed([1])) == {"batchItemFailures": [{"itemIdentifier": "c"}, {"itemIdentifier": "b"}]}


def test_a_queue_that_is_gone_wakes_a_person(sqs: "SQSClient") -> None:
    queue, url = queue_of(sqs)
    sqs.delete_queue(QueueUrl=url)

    with pytest.raises(Misconfigured):
        queue.send(QueuedChanges("burrow"))


@pytest.mark.parametrize(
    "trouble",
    [
        ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "SendMessage"),
        ClientError({"Error": {"Code": "InternalError", "Message": ""}}, "SendMessage"),
        EndpointConnectionError(endpoint_url="https://queue.test"),
    ],
)
def test_whatever_else_goes_wrong_may_work_later(
    sqs: "SQSClient", trouble: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue, _ = queue_of(sqs)

    def fail(**_given: str) -> None:
        raise trouble

    monkeypatch.setattr(sqs, "send_message", fail)
    with pytest.raises(Retryable):
        queue.send(QueuedChanges("burrow"))
