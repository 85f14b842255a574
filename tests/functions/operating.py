"""What the tests of `manage_connections` share: its events, calls, and a Mailchimp with one audience."""

import json
from typing import Any

from accord.domain.connection import Connection
from tests.functions.conftest import Stack, event
from tools.mailchimp_simulator import Simulator

NAMES = [
    "create",
    "list",
    "get",
    "change",
    "audiences",
    "choose_audience",
    "test",
    "groups",
    "segments",
    "rotate",
    "reconfirm",
    "pause",
    "resume",
    "disconnect",
    "reconnect",
    "reconcile",
    "get_run",
    "stop_run",
]
type Answer = dict[str, Any]


def call(stack: Stack, name: str, body: Answer | None = None, cid: str = "", **query: str) -> tuple[int, Answer]:
    sent = event(f"manage_connections.{name}")
    if body is not None:
        sent["body"] = json.dumps(body)
    if cid:
        sent["pathParameters"] = sent.get("pathParameters", {}) | {"connection_id": cid}
    if query:
        sent["queryStringParameters"] = query
    return stack.call("manage_connections", sent)


def made(stack: Stack, mailchimp: Simulator | None = None, **given: Any) -> Answer:
    """The answer to a creation that worked; with a key where there is a Mailchimp."""
    body = {"id": "sett"} | given
    if mailchimp is not None:
        body |= {"mailchimp_api_key": mailchimp.api_key, "mailchimp_base_url": mailchimp.url}
    status, answer = call(stack, "create", body)
    assert status == 201, answer
    return answer


def fields_of(answer: tuple[int, Answer]) -> list[str]:
    status, problem = answer
    assert status == 422, problem
    return [error["field"] for error in problem["errors"]]


def kept(stack: Stack, connection_id: str = "sett") -> Connection:
    connection = stack.ledger.connection(connection_id)
    assert connection is not None
    return connection
