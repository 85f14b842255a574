"""`GET .../changes`: the notice feed, for applications that can not receive calls."""

from datetime import UTC, datetime, timedelta

import pytest

from accord.domain.notice import Notice, NoticeType
from accord.domain.reasons import ReasonCode, Status
from accord.domain.record import Reason, Record
from accord.ports import Settlement
from tests.builders import NOON, a_member
from tests.functions.conftest import Stack, event

FUNCTION = "receive_changes"


def told(stack: Stack) -> None:
    """The wombat unsubscribed in Mailchimp."""
    reason = Reason(code=ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP)
    record = Record(
        connection_id="burrow",
        member_id="m-17",
        since=NOON,
        status=Status.UNSUBSCRIBED,
        reason=reason,
        profile=a_member("wombat@burrow.test"),
    )
    notice = Notice(id="ntc_1", type=NoticeType.UNSUBSCRIBED, member_id="m-17", at=_now(), reason=reason)
    stack.ledger.settle("audience1", [Settlement(record, notices=(notice,))])


def _now() -> datetime:
    return datetime.now(UTC) - timedelta(seconds=1)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEED_SETTLED_SECONDS", "0")


def test_a_notice_says_who_and_why(stack: Stack) -> None:
    told(stack)

    status, document = stack.call(FUNCTION, event(f"{FUNCTION}.get_changes"))

    assert status == 200
    (notice,) = document["notices"]
    assert notice["type"] == "contact.unsubscribed"
    assert notice["data"]["id"] == "m-17"
    assert notice["data"]["email"] == "wombat@burrow.test"
    assert notice["data"]["reason"]["code"] == "unsubscribed_in_mailchimp"


def test_nothing_new_is_an_empty_page_that_leads_on(stack: Stack) -> None:
    status, document = stack.call(FUNCTION, event(f"{FUNCTION}.get_changes"))

    assert (status, document["notices"]) == (200, [])
    assert document["next"]


def test_a_cursor_of_something_else_names_its_field(stack: Stack) -> None:
    called = event(f"{FUNCTION}.get_changes") | {"queryStringParameters": {"after": "rubbish"}}

    status, document = stack.call(FUNCTION, called)

    assert (status, document["errors"][0]["field"]) == (422, "after")


def test_only_the_connections_own_application_and_operators_read_it(stack: Stack) -> None:
    called = event(f"{FUNCTION}.get_changes")
    called["headers"]["authorization"] = "Bearer guessed"

    assert stack.call(FUNCTION, called)[0] == 401


def test_the_certificate_of_consent_says_why_a_member_may_not_be_mailed(stack: Stack) -> None:
    told(stack)

    status, document = stack.call(FUNCTION, event(f"{FUNCTION}.get_consent"))

    assert status == 200
    assert (document["may_be_mailed"], document["statements"], document["writes"]) == (False, [], [])
    assert document["reason"]["code"] == "unsubscribed_in_mailchimp"


def test_there_is_no_certificate_of_a_member_nobody_has_heard_of(stack: Stack) -> None:
    assert stack.call(FUNCTION, event(f"{FUNCTION}.get_consent"))[0] == 404


def test_an_erasure_that_nobody_asked_for_is_unknown(stack: Stack) -> None:
    assert stack.call(FUNCTION, event(f"{FUNCTION}.get_erasure"))[0] == 404


def test_an_erasure_is_certified_under_the_id_that_its_request_was_given(stack: Stack) -> None:
    status, receipt = stack.call(FUNCTION, event(f"{FUNCTION}.erase_member"))
    assert status == 202
    (queued,) = stack.bodies("member-changes")
    stack.invoke("sync_members", {"Records": [{"messageId": "1", "body": queued}]})
    called = event(f"{FUNCTION}.get_erasure")
    called["pathParameters"]["erasure_id"] = receipt["erasure"]
    called["headers"]["accept-language"] = "fr"

    status, document = stack.call(FUNCTION, called)

    assert status == 200
    assert (document["id"], document["state"]) == (receipt["erasure"], "completed")
    assert [step["step"] for step in document["steps"]] == ["tombstone", "personal_data_removed", "backups_aged_out"]
    assert "35 jours" in document["steps"][-1]["sentence"]
