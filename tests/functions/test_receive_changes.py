"""`receive_changes`, from the event of API Gateway to its answer."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import email_validator
import pytest

from accord.domain.changes import Left, Upserted
from tests.functions.conftest import SIGNING_SECRETS, Stack, a_change, event, posted, signed


def test_a_batch_is_taken_change_by_change(stack: Stack) -> None:
    status, answer = stack.call("receive_changes", event("receive_changes.post_members"))

    assert status == 202
    assert answer["accepted"] == [{"index": 0, "id": "m-17"}, {"index": 1, "id": "m-18"}]
    [refused] = answer["refused"]
    assert (refused["index"], refused["id"]) == (2, "m-19")
    assert [error["field"] for error in refused["errors"]] == ["member.email", "member.nickname"]
    [message] = stack.queued()
    assert [type(arrived.change) for arrived in message.changes] == [Upserted, Left]
    assert [arrived.index for arrived in message.changes] == [0, 1]


@pytest.mark.parametrize("secret", SIGNING_SECRETS)
def test_either_of_two_signing_secrets_opens(stack: Stack, secret: str) -> None:
    assert stack.call("receive_changes", signed(secret))[0] == 202


def test_one_right_signature_among_several_is_enough(stack: Stack) -> None:
    sent = signed()
    right = sent["headers"]["webhook-signature"]
    sent["headers"]["webhook-signature"] = f"v1,AAAA v1a,abc {right}"

    assert stack.call("receive_changes", sent)[0] == 202


def test_a_base64_body_is_verified_and_read_as_the_bytes_that_were_sent(stack: Stack) -> None:
    sent = signed()
    sent |= {"body": base64.b64encode(sent["body"].encode()).decode(), "isBase64Encoded": True}

    assert stack.call("receive_changes", sent)[0] == 202
    assert len(stack.queued()) == 1


def unsigned() -> dict[str, Any]:
    sent = signed()
    for header in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        del sent["headers"][header]
    return sent


def tampered() -> dict[str, Any]:
    sent = signed()
    return sent | {"body": sent["body"].replace("m-18", "m-81")}


def garbled(**headers: str) -> dict[str, Any]:
    sent = signed()
    sent["headers"] |= headers
    return sent


def with_token(token: str) -> dict[str, Any]:
    sent = event("receive_changes.post_members")
    sent["headers"]["authorization"] = token
    return sent


def of_nobody(sent: dict[str, Any]) -> dict[str, Any]:
    return sent | {"pathParameters": {"connection_id": "warren"}}


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(unsigned, id="unsigned"),
        pytest.param(tampered, id="another body than was signed"),
        pytest.param(lambda: signed("whsec_d3Jvbmcgc2VjcmV0IG9mIGEgd29tYmF0"), id="wrong secret"),
        pytest.param(lambda: signed(at=datetime.now(UTC) - timedelta(minutes=6)), id="late"),
        pytest.param(lambda: signed(at=datetime.now(UTC) + timedelta(minutes=6)), id="early"),
        pytest.param(lambda: garbled(**{"webhook-signature": "nonsense"}), id="no version"),
        pytest.param(lambda: garbled(**{"webhook-signature": "v1,é"}), id="signature not base64"),
        pytest.param(lambda: garbled(**{"webhook-timestamp": "yesterday"}), id="timestamp not a number"),
        pytest.param(lambda: garbled(**{"webhook-timestamp": "nan"}), id="timestamp not finite"),
        pytest.param(lambda: with_token("Bearer wrong"), id="wrong token"),
        pytest.param(lambda: with_token("Bearer "), id="empty token"),
        pytest.param(lambda: with_token("Basic upstream-token"), id="not a bearer"),
        pytest.param(lambda: with_token("Bearer operator-token"), id="operators do not post"),
        pytest.param(lambda: of_nobody(signed()), id="unknown connection, signed"),
        pytest.param(lambda: of_nobody(event("receive_changes.post_members")), id="unknown connection, with a token"),
        pytest.param(lambda: with_token("Bearer wrong") | {"body": "{" * 2_000_000}, id="401 before 413"),
    ],
)
def test_whoever_is_not_recognised_gets_the_same_401(stack: Stack, sent: Any) -> None:
    answer = stack.invoke("receive_changes", sent())

    assert answer["statusCode"] == 401
    assert answer["headers"]["content-type"] == "application/problem+json"
    assert answer["headers"]["www-authenticate"] == "Bearer"
    assert answer["body"] == stack.invoke("receive_changes", unsigned())["body"]
    assert stack.queued() == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param("", 400, id="no body"),
        pytest.param("changes", 400, id="not JSON"),
        pytest.param('{"changes": [{"version": NaN}]}', 400, id="NaN"),
        pytest.param('{"changes": [{"version": 1e999}]}', 400, id="infinite"),
        pytest.param('{"changes": [], "changes": [{}]}', 400, id="a name twice"),
        pytest.param("[" * 100_000, 400, id="too deep"),
        pytest.param("[]", 422, id="not an object"),
        pytest.param("{}", 422, id="without changes"),
        pytest.param({"changes": {}}, 422, id="changes not a list"),
        pytest.param({"changes": []}, 422, id="no changes"),
        pytest.param({"changes": [a_change()], "dryrun": True}, 422, id="unknown field at the top"),
        pytest.param({"changes": [a_change()] * 501}, 413, id="501 changes"),
        pytest.param({"changes": [a_change()], "x": "y" * 1_048_576}, 413, id="over 1 MB"),
    ],
)
def test_a_body_that_can_not_be_taken_is_a_problem(stack: Stack, body: object, status: int) -> None:
    answer = stack.invoke("receive_changes", posted(body))

    problem = json.loads(answer["body"])
    assert answer["statusCode"] == problem["status"] == status
    assert answer["headers"]["content-type"] == "application/problem+json"
    assert {"type", "title", "detail"} <= problem.keys()
    assert status != 422 or problem["errors"]
    assert stack.queued() == []


def test_bytes_that_are_not_utf_8_are_not_json(stack: Stack) -> None:
    sent = posted(base64.b64encode(b'{"changes": ["\xff"]}').decode(), isBase64Encoded=True)

    assert stack.call("receive_changes", sent)[0] == 400


@pytest.mark.parametrize(("stage", "accepted"), [("local", 1), ("prod", 0)])
def test_test_addresses_are_taken_on_the_local_stack_only(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, stage: str, accepted: int
) -> None:
    monkeypatch.setattr(email_validator, "SPECIAL_USE_DOMAIN_NAMES", ["invalid", "test"])
    monkeypatch.setenv("STAGE", stage)
    change = a_change(type="member.upserted", member={"email": "wombat@burrow.test"})

    _, answer = stack.call("receive_changes", posted({"changes": [change]}))

    assert len(answer["accepted"]) == accepted


@pytest.mark.parametrize("body", ['{"changes": [{"\\ud83d": 1}]}', '{"changes": [{"id": "\\udead"}], "\\ud83d": 1}'])
def test_half_a_character_harms_nobody(stack: Stack, body: str) -> None:
    answer = stack.invoke("receive_changes", posted(body))

    assert answer["statusCode"] in {202, 422}
    assert answer["body"].encode()


def test_500_changes_are_one_message(stack: Stack) -> None:
    body = {"changes": [a_change(id=f"m-{number}") for number in range(500)]}

    status, answer = stack.call("receive_changes", posted(body))

    assert (status, len(answer["accepted"])) == (202, 500)
    [message] = stack.queued()
    assert len(message.changes) == 500


def test_when_all_are_refused_nothing_is_queued(stack: Stack) -> None:
    status, answer = stack.call("receive_changes", posted({"changes": [a_change(id="wombat@burrow.test"), 7]}))

    assert (status, answer["accepted"]) == (202, [])
    assert [(refused["index"], refused.get("id")) for refused in answer["refused"]] == [(0, None), (1, None)]
    assert stack.queued() == []


def test_a_repeat_is_answered_as_the_first_time_and_queued_once(stack: Stack) -> None:
    first, again, other = signed(name="msg_one"), signed(name="msg_one"), signed(name="msg_two")

    answers = [stack.call("receive_changes", sent) for sent in (first, again, other)]

    assert answers[0] == answers[1] == answers[2]
    times = [message.changes[0].received_at for message in stack.queued()]
    assert len(times) == len(set(times)) == 2


def test_there_is_no_202_before_the_queue_took_it(stack: Stack) -> None:
    boto3.client("sqs").delete_queue(QueueUrl=stack.queues["member-changes"])

    answer = stack.invoke("receive_changes", event("receive_changes.post_members"))

    assert answer["statusCode"] == 503
    assert answer["headers"]["retry-after"]


def test_there_is_no_202_without_the_ledger(stack: Stack) -> None:
    boto3.client("dynamodb").delete_table(TableName=stack.table)

    assert stack.call("receive_changes", event("receive_changes.post_members"))[0] in {500, 503}
    assert stack.queued() == []
