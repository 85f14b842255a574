"""Works off the queue and writes down when it began and ended each batch."""

import json
import os
import time
from typing import Any

import boto3

table = boto3.client("dynamodb")


def handler(event: dict[str, Any], context: Any) -> Any:
    """Take `seconds` for a batch, and answer with what the messages ask for."""
    began = time.time()
    orders = {record["messageId"]: json.loads(record["body"]) for record in event["Records"]}
    time.sleep(max(order.get("seconds", 0) for order in orders.values()))
    for order in orders.values():
        _write_down(order.get("run", "none"), context.aws_request_id, began, len(orders))
    if any(order.get("answer") == "nonsense" for order in orders.values()):
        return {"batchItemFailures": [{"itemIdentifier": ""}]}
    failed = [message for message, order in orders.items() if order.get("answer") == "failed"]
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


def _write_down(run: str, batch: str, began: float, size: int) -> None:
    table.put_item(
        TableName=os.environ["TABLE"],
        Item={
            "pk": {"S": f"RUN#{run}"},
            "sk": {"S": f"{batch}#{time.time_ns()}"},
            "began": {"N": str(began)},
            "ended": {"N": str(time.time())},
            "size": {"N": str(size)},
        },
    )
