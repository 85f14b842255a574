"""`receive_changes`, from the event of API Gateway to its answer."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import email_validator
import pytest
from standardwebhooks import Webhook

from accord.domain.changes import Erased, Left, OrderBy, Upserted
from accord.domain.reasons import Status
from tests.functions.conftest import SIGNING_SECRETS, Stack, event


def posted(body: object, **changes: Any) -> dict[str, Any]:
    """A POST with this body and the connection's token."""
    text = body if isinstance(body, str) else json.dumps(body)
    return event("receive_changes.post_members") | {"body": text} | changes


def signed(secret: str = SIGNING_SECRETS[0], *, at: datetime | None = None, name: str = "msg_1") -> dict[str, Any]:
    """A POST that is signed at that time; now, unless told."""
    sent = event("receive_changes.post_signed")
    moment = at or datetime.now(UTC)
    sent["headers"] |= {
        "webhook-id": name,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(name, moment, sent["body"]),
    }
    return sent


def a_change(**given: Any) -> dict[str, Any]:
    return {"type": "member.left", "id": "m-1", "occurred_at": "2026-03-01T12:00:00Z"} | given


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


def test_a_repeat_is_queued_with_the_time_of_its_first_arrival(stack: Stack) -> None:
    first, again, other = signed(name="msg_one"), signed(name="msg_one"), signed(name="msg_two")

    answers = [stack.call("receive_changes", sent) for sent in (first, again, other)]

    assert answers[0] == answers[1] == answers[2]
    times = [message.changes[0].received_at for message in stack.queued()]
    assert times[0] == times[1] < times[2]


def test_there_is_no_202_before_the_queue_took_it(stack: Stack) -> None:
    boto3.client("sqs").delete_queue(QueueUrl=stack.queues["member-changes"])

    answer = stack.invoke("receive_changes", event("receive_changes.post_members"))

    assert answer["statusCode"] == 503
    assert answer["headers"]["retry-after"]


def test_there_is_no_202_without_the_ledger(stack: Stack) -> None:
    boto3.client("dynamodb").delete_table(TableName=stack.table)

    assert stack.call("receive_changes", event("receive_changes.post_members"))[0] in {500, 503}
    assert stack.queued() == []


def test_a_put_is_one_change_without_its_id(stack: Stack) -> None:
    status, answer = stack.call("receive_changes", event("receive_changes.put_member"))

    assert (status, answer) == (202, {"accepted": [{"index": 0, "id": "m-17"}], "refused": []})
    [message] = stack.queued()
    assert isinstance(message.changes[0].change, Upserted)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"occurred_at": "2026-03-01T12:00:00Z", "member": {"email": "no-at-sign"}}, "member.email"),
        ({"occurred_at": "2026-03-01T12:00:00Z", "member": {}, "id": "m-17"}, "id"),
        ({"member": {}}, "occurred_at"),
        ({"occurred_at": "2026-03-01T12:00:00Z"}, "member"),
        ([], "body"),
    ],
)
def test_a_put_that_is_refused_names_the_field(stack: Stack, body: object, field: str) -> None:
    sent = event("receive_changes.put_member") | {"body": json.dumps(body)}

    status, problem = stack.call("receive_changes", sent)

    assert (status, [error["field"] for error in problem["errors"]]) == (422, [field])


@pytest.mark.parametrize("member_id", ["wombat@burrow.test", "a/b", "", "m" * 129, "m%25"])
def test_a_path_holds_an_id(stack: Stack, member_id: str) -> None:
    sent = event("receive_changes.get_member")
    sent["pathParameters"]["member_id"] = member_id

    status, problem = stack.call("receive_changes", sent)

    assert (status, [error["field"] for error in problem["errors"]]) == (422, ["id"])


def test_a_percent_encoded_id_is_decoded_once(stack: Stack) -> None:
    sent = event("receive_changes.put_member")
    sent["pathParameters"]["member_id"] = "user%3A17%7Cparis"

    assert stack.call("receive_changes", sent)[1]["accepted"] == [{"index": 0, "id": "user:17|paris"}]


def test_a_delete_says_when_in_the_query(stack: Stack) -> None:
    assert stack.call("receive_changes", event("receive_changes.delete_member"))[0] == 202

    [arrived] = stack.queued()[0].changes
    assert isinstance(arrived.change, Left)
    assert arrived.change.occurred_at == datetime(2026, 3, 1, 11, 59, 30, tzinfo=UTC)


def test_a_delete_says_when_in_the_body(stack: Stack) -> None:
    sent = event("receive_changes.delete_member") | {"queryStringParameters": None, "body": '{"version": 9}'}

    assert stack.call("receive_changes", sent)[0] == 202
    assert stack.queued()[0].changes[0].change.version == 9


def test_a_delete_that_says_nothing_happened_when_it_arrived(stack: Stack) -> None:
    sent = event("receive_changes.delete_member") | {"queryStringParameters": None}

    assert stack.call("receive_changes", sent)[0] == 202
    [arrived] = stack.queued()[0].changes
    assert arrived.position(OrderBy.OCCURRED_AT) == arrived.position(OrderBy.RECEIVED)


def test_a_delete_on_a_connection_with_versions_needs_one(stack: Stack) -> None:
    stack.ledger.save_connection(stack.connection.model_copy(update={"order_by": OrderBy.VERSION}))
    sent = event("receive_changes.delete_member")

    assert stack.call("receive_changes", sent)[1]["errors"][0]["field"] == "version"
    sent["queryStringParameters"] = {"version": "12"}
    assert stack.call("receive_changes", sent)[0] == 202


def test_an_erasure_is_known_by_an_id_that_a_repeat_has_too(stack: Stack) -> None:
    sent = event("receive_changes.erase_member")
    sent["headers"]["webhook-id"] = "erase m-17, please"

    first, again = (stack.call("receive_changes", sent) for _ in range(2))

    assert first == again
    assert (first[0], list(first[1])) == (202, ["erasure"])
    assert all(isinstance(message.changes[0].change, Erased) for message in stack.queued())


def test_erase_is_true_or_false(stack: Stack) -> None:
    sent = event("receive_changes.erase_member") | {"queryStringParameters": {"erase": "yes"}}

    status, problem = stack.call("receive_changes", sent)

    assert (status, problem["errors"][0]["field"]) == (422, "erase")


@pytest.mark.parametrize("token", ["upstream-token", "operator-token", "operator-token-of-next-month"])
def test_a_member_is_shown_to_upstream_and_to_operators(stack: Stack, token: str) -> None:
    stack.call("receive_changes", event("receive_changes.put_member"))
    stack.invoke("record_failures", {"Records": [_record(stack)]})
    sent = event("receive_changes.get_member")
    sent["headers"]["authorization"] = f"Bearer {token}"

    status, shown = stack.call("receive_changes", sent)

    assert status == 200
    assert shown["email"] == "wombat@burrow.test"
    assert (shown["status"], shown["reason"]["code"]) == (Status.FAILED, "dead_letter")
    assert shown["reason"]["next_step"] == "Consultez les journaux, puis réessayez."
    assert shown["consent"]["wording"] == "I agree to receive newsletters"
    assert shown["contact"] == {"contact_id": None, "status": None, "url": None}
    assert (shown["version"], shown["synced_version"]) == (12, None)


def test_a_history_tells_what_happened_in_sentences(stack: Stack) -> None:
    stack.call("receive_changes", event("receive_changes.put_member"))
    stack.invoke("record_failures", {"Records": [_record(stack)]})

    status, history = stack.call("receive_changes", event("receive_changes.get_history"))

    assert (status, history["next"]) == (200, None)
    assert history["events"][0]["kind"] == "refused"
    assert history["events"][0]["sentence"].startswith("The change could not be carried out. ")


@pytest.mark.parametrize("name", ["receive_changes.get_member", "receive_changes.get_history"])
def test_a_member_nobody_has_heard_of_is_not_found(stack: Stack, name: str) -> None:
    assert stack.call("receive_changes", event(name))[0] == 404


def test_a_cursor_that_was_never_given_is_refused(stack: Stack) -> None:
    stack.call("receive_changes", event("receive_changes.put_member"))
    stack.invoke("record_failures", {"Records": [_record(stack)]})
    sent = event("receive_changes.get_history") | {"queryStringParameters": {"after": "the middle"}}

    status, problem = stack.call("receive_changes", sent)

    assert (status, problem["errors"][0]["field"]) == (422, "after")


def test_upstream_sees_no_other_connection_and_an_operator_is_told_there_is_none(stack: Stack) -> None:
    sent = event("receive_changes.get_member") | {"pathParameters": {"connection_id": "warren", "member_id": "m-17"}}
    assert stack.call("receive_changes", sent)[0] == 401

    sent["headers"]["authorization"] = "Bearer operator-token"
    assert stack.call("receive_changes", sent)[0] == 404


def test_answers_are_never_cached(stack: Stack) -> None:
    answer = stack.invoke("receive_changes", event("receive_changes.get_member"))

    assert answer["headers"]["cache-control"] == "no-store"


def _record(stack: Stack) -> dict[str, Any]:
    messages = boto3.client("sqs").receive_message(QueueUrl=stack.queues["member-changes"])["Messages"]
    return {"messageId": messages[0]["MessageId"], "body": messages[0]["Body"]}
