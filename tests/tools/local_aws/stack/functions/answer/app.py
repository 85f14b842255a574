"""Answers over HTTP, and does what an invocation asks."""

import os
import sys
from importlib.metadata import version
from typing import Any

import boto3
from own.greeting import greet  # type: ignore[import-not-found]  # the layer's


class UnwellError(Exception):
    """An error with a name."""


def handler(event: dict[str, Any], context: Any) -> Any:
    """One deed per invocation, named by `deed`; over HTTP, by the path's `id`."""
    if "routeKey" in event:
        return _http(event)
    match event.get("deed"):
        case "environment":
            return {"variables": dict(os.environ), "path": sys.path, "six": version("six"), "python": sys.version}
        case "greet":
            print("greeted", event["name"])
            return greet(event["name"])
        case "read_secret":
            return boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["SECRET"])["SecretString"]
        case "write_table":
            boto3.client("dynamodb").put_item(TableName=os.environ["TABLE"], Item={"pk": {"S": "a"}, "sk": {"S": "b"}})
        case "fail":
            raise UnwellError("Anna is unwell")
    return {"arn": context.invoked_function_arn, "event": event}


def _http(event: dict[str, Any]) -> Any:
    if event["pathParameters"]["id"] == "nobody":
        raise UnwellError("Anna is unwell")
    return {"statusCode": 202, "body": event.get("body", event["pathParameters"]["id"])}
