"""What upstream is told: what happened in Mailchimp and what failed, once; never what upstream said itself."""

import pytest

from accord.domain.notice import Notice, NoticeType, noticed
from accord.domain.reasons import ReasonCode, Status
from accord.domain.record import OwnChange, Reason, Record
from tests.builders import NOON

GONE = (Status.UNSUBSCRIBED, ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP)
FINE = (Status.SYNCED, ReasonCode.IN_AGREEMENT)


def a_record(status: Status, code: ReasonCode, detail: str = "", **given: object) -> Record:
    record = Record(connection_id="burrow", member_id="m-1", since=NOON, status=status, reason=Reason(code=code))
    return record.model_copy(update={"reason": Reason(code=code, detail=detail), **given})


def then(record: Record, status: Status, code: ReasonCode, detail: str = "") -> tuple[Record, tuple[Notice, ...]]:
    """What is told when the record comes to stand so, a revision later."""
    reason = Reason(code=code, detail=detail)
    update = {"status": status, "reason": reason, "revision": record.revision + 1}
    return noticed(record.model_copy(update=update), NOON)


def types(notices: tuple[Notice, ...]) -> list[str]:
    return [notice.type.value for notice in notices]


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        (*GONE, "contact.unsubscribed"),
        (Status.UNSUBSCRIBED, ReasonCode.COMPLAINED, "contact.unsubscribed"),
        (Status.NEEDS_RECONFIRMATION, ReasonCode.COMPLIANCE, "contact.unsubscribed"),
        (Status.BOUNCED, ReasonCode.HARD_BOUNCE, "contact.bounced"),
        (Status.ARCHIVED_IN_MAILCHIMP, ReasonCode.ARCHIVED_BY_STAFF, "contact.archived"),
        (Status.DELETED_IN_MAILCHIMP, ReasonCode.PERMANENTLY_DELETED, "contact.deleted"),
        (Status.FAILED, ReasonCode.FIELD_INVALID, "member.failed"),
    ],
)
def test_what_happens_in_mailchimp_is_told_once(status: Status, code: ReasonCode, told: str) -> None:
    record, notices = noticed(a_record(status, code), NOON)
    assert types(notices) == [told]
    assert noticed(record.model_copy(update={"revision": 9}), NOON)[1] == ()


@pytest.mark.parametrize(
    ("status", "code"),
    [
        FINE,
        (Status.UNSUBSCRIBED, ReasonCode.UNSUBSCRIBED_UPSTREAM),
        (Status.EXCLUDED, ReasonCode.NO_CONSENT),
        (Status.ARCHIVED, ReasonCode.LEFT),
        (Status.PENDING, ReasonCode.QUEUED),
        (Status.ERASED, ReasonCode.ERASURE),
        (Status.SHARED, ReasonCode.SHARED_WITH),
    ],
)
def test_what_upstream_said_itself_and_what_is_well_is_no_news(status: Status, code: ReasonCode) -> None:
    assert noticed(a_record(status, code), NOON)[1] == ()


def test_a11_who_comes_back_is_told_and_may_go_again() -> None:
    record, first = noticed(a_record(*GONE), NOON)
    record, waiting = then(record, Status.AWAITING_CONFIRMATION, ReasonCode.CONFIRMATION_SENT)
    record, second = then(record, *FINE)
    record, third = then(record, *GONE)
    assert types((*first, *waiting, *second, *third)) == [
        "contact.unsubscribed",
        "contact.resubscribed",
        "contact.unsubscribed",
    ]
    assert len({notice.id for notice in (*first, *second, *third)}) == 3


def test_a_failure_that_is_mended_needs_no_word_and_another_failure_does() -> None:
    record, _ = noticed(a_record(Status.FAILED, ReasonCode.FIELD_INVALID, "phone"), NOON)
    record, other = then(record, Status.FAILED, ReasonCode.FIELD_INVALID, "birthday")
    assert [notice.reason.detail for notice in other if notice.reason] == ["birthday"]
    assert then(record, *FINE)[1] == ()


def test_an_address_that_the_person_changed_is_told_once_it_is_followed() -> None:
    own = OwnChange(key="k-new", at=NOON, subscriber_hash="c0ffee", email="newt@pond.test")
    record, early = noticed(a_record(*FINE, own_change=own), NOON)
    followed = record.model_copy(update={"own_change": own.model_copy(update={"followed": True})})
    record, notices = noticed(followed, NOON)
    assert (early, types(notices)) == ((), [NoticeType.EMAIL_CHANGED])
    assert noticed(record, NOON)[1] == ()


def test_the_same_conclusion_reached_twice_is_the_same_notice() -> None:
    record = a_record(*GONE)
    assert noticed(record, NOON)[1] == noticed(record, NOON)[1]
