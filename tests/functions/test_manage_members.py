"""`manage_members`, from the event of API Gateway to its answer."""

from typing import Any

import pytest

from accord.domain.reasons import ReasonCode, Status
from tests.functions.conftest import Stack, event


@pytest.fixture
def failed(stack: Stack) -> Stack:
    """Two members whose changes died: one upserted, one who left."""
    stack.call("receive_changes", event("receive_changes.post_members"))
    dead = event("record_failures.dead_letters")
    live = event("sync_members.batch")["Records"][0]
    stack.invoke("record_failures", dead | {"Records": [live]})
    stack.queued()
    return stack


def test_members_are_listed_by_status_without_personal_data(failed: Stack) -> None:
    status, listed = failed.call("manage_members", event("manage_members.list_members"))

    assert (status, listed["next"]) == (200, None)
    assert {member["id"] for member in listed["members"]} == {"m-17", "m-18"}
    assert all(member.keys() == {"id", "status", "reason", "since", "attempts"} for member in listed["members"])


def test_a_list_has_pages(failed: Stack) -> None:
    sent = event("manage_members.list_members") | {"queryStringParameters": {"limit": "1"}}
    seen = []
    for _ in range(4):
        _, listed = failed.call("manage_members", sent)
        seen += [member["id"] for member in listed["members"]]
        if listed["next"] is None:
            break
        sent["queryStringParameters"]["after"] = listed["next"]

    assert sorted(seen) == ["m-17", "m-18"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"status": "lost"}, "status"),
        ({"limit": "501"}, "limit"),
        ({"limit": "0"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"after": "tomorrow"}, "after"),
    ],
)
def test_a_question_that_makes_no_sense_names_its_field(stack: Stack, query: dict[str, str], field: str) -> None:
    sent = event("manage_members.list_members") | {"queryStringParameters": query}

    status, problem = stack.call("manage_members", sent)

    assert (status, [error["field"] for error in problem["errors"]]) == (422, [field])
    assert field != "status" or "needs_reconfirmation" in problem["errors"][0]["message"]


def test_counts_name_every_status(failed: Stack) -> None:
    _, answer = failed.call("manage_members", event("manage_members.get_counts"))

    assert answer == {"counts": {status.value: 2 * (status is Status.FAILED) for status in Status}, "total": 2}


def test_failures_are_listed_with_their_reasons_counted(failed: Stack) -> None:
    _, answer = failed.call("manage_members", event("manage_members.list_failures"))

    assert [(reason["code"], reason["count"]) for reason in answer["reasons"]] == [("dead_letter", 2)]
    assert all(failure["reason"]["next_step"] for failure in answer["failures"])


def test_a_retry_forgets_the_failure_and_starts_at_once(failed: Stack) -> None:
    status, answer = failed.call("manage_members", event("manage_members.retry_member"))

    assert (status, answer) == (202, {"retried": 1})
    assert [message.due for message in failed.queued("member-changes")] == [("m-17",)]
    assert failed.ledger.records("burrow", ["m-17"])["m-17"].status is Status.PENDING
    [newest, *_] = failed.ledger.history("burrow", "m-17", None, 10).items
    assert (newest.kind, newest.reason) == ("retried", ReasonCode.DEAD_LETTER)


@pytest.mark.parametrize("said", ["in the body", "in the query", "nowhere"])
def test_all_failures_are_retried_through_the_slow_queue(failed: Stack, said: str) -> None:
    sent = event("manage_members.retry_failures")
    if said != "in the body":
        sent["body"] = None
    if said == "in the query":
        sent["queryStringParameters"] = {"reason": "dead_letter"}

    assert failed.call("manage_members", sent) == (202, {"retried": 2, "more": False})
    assert [message.due for message in failed.queued("bulk-changes")] == [("m-17", "m-18")]
    assert failed.queued("member-changes") == []


def test_failures_of_another_reason_stay(failed: Stack) -> None:
    sent = event("manage_members.retry_failures") | {"body": '{"reason": "field_invalid"}'}

    assert failed.call("manage_members", sent) == (202, {"retried": 0, "more": False})


@pytest.mark.parametrize("body", ['{"reason": "bad luck"}', '{"reason": 7}', '{"cause": "dead_letter"}', "[]"])
def test_a_retry_that_makes_no_sense_is_refused(stack: Stack, body: str) -> None:
    assert stack.call("manage_members", event("manage_members.retry_failures") | {"body": body})[0] == 422


@pytest.mark.parametrize("name", ["list_members", "get_counts", "retry_member", "list_failures", "retry_failures"])
@pytest.mark.parametrize("token", ["Bearer upstream-token", "Bearer wrong", ""])
def test_only_operators_are_answered(stack: Stack, name: str, token: str) -> None:
    sent: dict[str, Any] = event(f"manage_members.{name}")
    sent["headers"]["authorization"] = token

    assert stack.call("manage_members", sent)[0] == 401


def test_an_operator_is_told_what_does_not_exist(stack: Stack) -> None:
    assert stack.call("manage_members", event("manage_members.retry_member"))[0] == 404
    sent = event("manage_members.get_counts") | {"pathParameters": {"connection_id": "warren"}}
    assert stack.call("manage_members", sent)[0] == 404
