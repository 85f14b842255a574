"""`receive_changes`, the routes of one member: PUT, DELETE, GET and the history."""

import json
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from accord.domain.changes import Erased, Left, OrderBy, Upserted
from accord.domain.reasons import Status
from tests.functions.conftest import Stack, event


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
