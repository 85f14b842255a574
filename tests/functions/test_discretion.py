"""Nothing of what an outsider sends, and no secret, reaches a log: not from what works, nor from what breaks."""

import json
from typing import Any
from unittest.mock import patch

import boto3
import pytest

from accord.observability import UnexpectedError
from tests.functions.conftest import (
    ADDRESS_KEY,
    MAILCHIMP_KEY,
    OPERATOR_TOKENS,
    SIGNING_SECRETS,
    UPSTREAM_TOKEN,
    Stack,
    event,
    posted,
    signed,
)

SECRETS = [UPSTREAM_TOKEN, *OPERATOR_TOKENS, *SIGNING_SECRETS, MAILCHIMP_KEY, ADDRESS_KEY]
PERSONAL = ["wombat", "Wilhelmina", "Wombatsson", "33612345678", "1990-03-12", "Terrier", "Digging", "quokka", "Quirky"]
REQUESTS = [
    "receive_changes.post_members",
    "receive_changes.put_member",
    "receive_changes.delete_member",
    "receive_changes.erase_member",
    "receive_changes.get_member",
    "receive_changes.get_history",
    "show_badges.get_badge",
    "show_badges.list_badges",
    "manage_members.list_members",
    "manage_members.get_counts",
    "manage_members.retry_member",
    "manage_members.list_failures",
    "manage_members.retry_failures",
    "manage_imports.create",
    "manage_imports.list",
    "manage_imports.get",
    "manage_connections.get",
    "manage_connections.change",
    "manage_connections.audiences",
    "manage_connections.test",
    "manage_connections.rotate",
    "manage_connections.pause",
    "manage_connections.resume",
]


def assert_discreet(stack: Stack, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    printed = capsys.readouterr()
    everything = stack.logged.getvalue() + printed.out + printed.err + caplog.text
    assert [word for word in SECRETS + PERSONAL if word.lower() in everything.lower()] == []


def test_what_works_is_discreet(
    stack: Stack, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    stack.call("receive_changes", signed())
    stack.invoke("sync_members", event("sync_members.batch"))
    stack.invoke("record_failures", event("record_failures.dead_letters"))
    for name in REQUESTS:
        stack.call(name.partition(".")[0], event(name))
    stack.invoke("offer_due_changes", event("offer_due_changes.schedule"))

    assert '"status":202' in stack.logged.getvalue()
    assert_discreet(stack, capsys, caplog)


@pytest.mark.parametrize(
    "body",
    [
        '{"changes": ["wombat@burrow.test"',
        '{"wombat@burrow.test": 1}',
        '{"changes": [{"id": "wombat@burrow.test", "type": "Wilhelmina", "Wombatsson": "quokka"}]}',
        '"wombat@burrow.test"',
    ],
)
def test_what_is_refused_is_discreet(
    stack: Stack, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, body: str
) -> None:
    stack.call("receive_changes", posted(body))
    sent = event("receive_changes.get_member")
    sent["pathParameters"] = {"connection_id": "wombat@burrow.test", "member_id": "quokka@burrow.test"}
    stack.call("receive_changes", sent)

    assert_discreet(stack, capsys, caplog)


@pytest.mark.parametrize("name", REQUESTS)
def test_an_answer_to_what_broke_is_discreet(
    stack: Stack, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, name: str
) -> None:
    function = name.partition(".")[0]
    trouble = ValueError("wombat@burrow.test is not what I had expected of upstream-token")

    with patch("accord.adapters.dynamodb.ledger.DynamoDBLedger.connection", side_effect=trouble):
        status, problem = stack.call(function, event(name))

    assert (status, "wombat" in json.dumps(problem)) == (500, False)
    assert '"error":"ValueError"' in stack.logged.getvalue()
    assert_discreet(stack, capsys, caplog)


@pytest.mark.parametrize("name", ["sync_members.batch", "record_failures.dead_letters", "offer_due_changes.schedule"])
def test_an_invocation_that_breaks_says_only_where(
    stack: Stack, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, name: str
) -> None:
    trouble = KeyError("wombat@burrow.test")
    broken = dict.fromkeys(("connection", "due"), _raising(trouble))

    with (
        patch.multiple("accord.adapters.dynamodb.ledger.DynamoDBLedger", **broken),
        pytest.raises(UnexpectedError, match=r"^KeyError$"),
    ):
        stack.invoke(name.partition(".")[0], event(name))

    assert '"error":"KeyError"' in stack.logged.getvalue()
    assert_discreet(stack, capsys, caplog)


def test_a_secret_that_can_not_be_read_is_an_outage_that_names_no_secret(
    stack: Stack, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    boto3.client("secretsmanager").put_secret_value(SecretId=stack.secrets["connection"], SecretString=MAILCHIMP_KEY)

    assert stack.call("receive_changes", signed())[0] == 503
    assert_discreet(stack, capsys, caplog)


def _raising(trouble: Exception) -> Any:
    def raise_it(*_given: object, **_named: object) -> None:
        raise trouble

    return raise_it
