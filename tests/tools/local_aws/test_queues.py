"""SQS -> Lambda: how batches are taken, and what becomes of messages that fail."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from .conftest import Stack


class Line:
    """The stack's queue, and what its function wrote down about one run's batches."""

    def __init__(self, stack: Stack, run: str) -> None:
        self.stack, self.run = stack, run
        self.sqs, self.table = stack.client("sqs"), stack.client("dynamodb")

    def send(self, count: int = 1, **order: Any) -> None:
        body = json.dumps({"run": self.run, **order})
        entries = [{"Id": str(number), "MessageBody": body} for number in range(count)]
        self.sqs.send_message_batch(QueueUrl=self.stack["Queue"], Entries=entries)

    def written(self) -> list[dict[str, Any]]:
        """One row for each time that a message was received."""
        rows = self.table.query(
            TableName=self.stack["Table"],
            KeyConditionExpression="pk = :run",
            ExpressionAttributeValues={":run": {"S": f"RUN#{self.run}"}},
        )
        items: list[dict[str, Any]] = rows["Items"]
        return items

    def left(self) -> int:
        """The messages in the queue, those at work included."""
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.stack["Queue"], AttributeNames=["All"])["Attributes"]
        return int(attributes["ApproximateNumberOfMessages"]) + int(attributes["ApproximateNumberOfMessagesNotVisible"])

    def dead(self) -> list[str]:
        """The bodies in the dead letter queue, taken out of it."""
        queue = self.stack["DeadLetters"]
        messages = self.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            self.sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return [message["Body"] for message in messages]


@pytest.fixture
def line(stack: Stack, request: pytest.FixtureRequest) -> Line:
    return Line(stack, request.node.name)


def most_at_once(rows: list[dict[str, Any]]) -> int:
    spans = {(row["sk"]["S"].partition("#")[0], float(row["began"]["N"]), float(row["ended"]["N"])) for row in rows}
    return max(len({batch for batch, start, end in spans if start <= moment <= end}) for _, moment, _ in spans)


def test_messages_that_come_within_the_window_are_one_batch(line: Line, eventually: Callable[..., Any]) -> None:
    line.send()
    time.sleep(0.3)
    line.send(2)
    eventually(lambda: len(line.written()) == 3)
    assert {row["size"]["N"] for row in line.written()} == {"3"}


def test_a_full_batch_does_not_wait_for_the_window(line: Line, eventually: Callable[..., Any]) -> None:
    waited = []
    for number in (1, 2, 3):  # the machine may be slow once, but not each time
        sent = time.time()
        line.send(10)
        rows = eventually(lambda expected=10 * number: line.written() if len(line.written()) == expected else None)
        waited.append(max(float(row["began"]["N"]) for row in rows) - sent)
    assert min(waited) < 1
    assert {row["size"]["N"] for row in line.written()} == {"10"}


def test_as_many_batches_run_at_once_as_the_mapping_allows_and_no_more(
    line: Line, eventually: Callable[..., Any]
) -> None:
    for _ in range(5):
        line.send(10, seconds=0.6)
    eventually(lambda: len(line.written()) == 50)
    assert most_at_once(line.written()) == 2


def test_only_the_messages_named_as_failed_come_again_until_they_are_dead(
    line: Line, eventually: Callable[..., Any]
) -> None:
    line.send(2)
    line.send(1, answer="failed")
    dead = eventually(line.dead)
    assert [json.loads(body)["answer"] for body in dead] == ["failed"]
    assert len(line.written()) == 4  # two once, one twice
    assert line.left() == 0


def test_an_answer_that_names_no_message_fails_the_whole_batch(line: Line, eventually: Callable[..., Any]) -> None:
    line.send(2, answer="nonsense")
    dead = eventually(line.dead)
    assert len(dead) + len(line.dead()) == 2
    assert len(line.written()) == 4


def test_a_message_may_weigh_a_mebibyte_and_heavy_ones_share_no_invocation(
    line: Line, eventually: Callable[..., Any]
) -> None:
    body = json.dumps({"run": line.run, "filling": ""})
    body = json.dumps({"run": line.run, "filling": "x" * (1_048_576 - len(body))})
    for _ in range(8):
        line.sqs.send_message(QueueUrl=line.stack["Queue"], MessageBody=body)
    eventually(lambda: len(line.written()) == 8)
    assert max(int(row["size"]["N"]) for row in line.written()) <= 5
    with pytest.raises(line.sqs.exceptions.ClientError, match="shorter than 1048576"):
        line.sqs.send_message(QueueUrl=line.stack["Queue"], MessageBody=body + "x")
