"""`notify_upstream`: a notice that is due reaches the application, signed as Standard Webhooks prescribes."""

import json
from datetime import UTC, datetime

import pytest

from accord import bootstrap
from accord.domain.notice import Notice, NoticeType
from accord.domain.reasons import ReasonCode
from accord.domain.record import Reason, Record
from accord.ports import Settlement
from tests.builders import NOON, a_member
from tests.functions.conftest import SIGNING_SECRETS, Stack, event
from tools.sample_application import SampleApplication

FUNCTION = "notify_upstream"


@pytest.mark.parametrize("secret", SIGNING_SECRETS)
def test_a_notice_that_is_due_is_delivered_and_verified_with_either_secret(stack: Stack, secret: str) -> None:
    with SampleApplication(secrets=[secret]) as application:
        stack.ledger.save_connection(stack.connection.model_copy(update={"notice_url": f"{application.url}/notices"}))
        record = Record(connection_id="burrow", member_id="m-17", since=NOON, profile=a_member("wombat@burrow.test"))
        reason = Reason(code=ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP)
        notice = Notice(id="ntc_1", type=NoticeType.UNSUBSCRIBED, member_id="m-17", at=datetime.now(UTC), reason=reason)
        stack.ledger.settle("audience1", [Settlement(record, notices=(notice,), notify=True)])
        stack.invoke("offer_due_changes", event("offer_due_changes.schedule"))
        records = [{"messageId": "1", "body": body} for body in stack.bodies("upstream-notices")]

        assert stack.invoke(FUNCTION, {"Records": records}) == {"batchItemFailures": []}

        (received,) = application.notices()
    assert received["type"] == "contact.unsubscribed"
    assert received["data"]["id"] == "m-17"
    assert received["data"]["email"] == "wombat@burrow.test"
    assert "wombat" not in stack.logged.getvalue()


def test_the_message_that_nobody_can_read_fails_alone(stack: Stack) -> None:
    batch = event(f"{FUNCTION}.batch")

    answer = stack.invoke(FUNCTION, batch)

    assert answer == {"batchItemFailures": [{"itemIdentifier": batch["Records"][1]["messageId"]}]}
    (line,) = [json.loads(line) for line in stack.logged.getvalue().splitlines() if '"notified"' in line]
    assert line["outcomes"] == {"not_sent": 1}


def test_only_the_local_stage_may_let_notices_go_to_private_addresses(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAGE", "prod")
    endpoint = bootstrap.notify_upstream().endpoint

    assert endpoint.allowed == ()  # type: ignore[attr-defined]
