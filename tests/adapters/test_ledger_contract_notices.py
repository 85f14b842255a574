"""The contract of the port `Ledger`, on the fake and on DynamoDB: the notice feed."""

from datetime import timedelta

import pytest

from accord.domain.notice import Notice, NoticeType
from accord.ports import Ledger, Settlement
from tests.adapters.ledger_values import AUDIENCE, BARN, NOON, later, record, saved, settled


def a_notice(number: int, **after: float) -> Notice:
    return Notice(
        id=f"ntc_{number:04d}", type=NoticeType.UNSUBSCRIBED, member_id=f"hen-{number}", at=NOON + timedelta(**after)
    )


def told(ledger: Ledger, *notices: Notice) -> None:
    """Each is stored with the settlement of its member."""
    for notice in notices:
        known = saved(ledger, record(notice.member_id, due_at=later(seconds=60)), f"k-{notice.member_id}")
        assert ledger.settle(AUDIENCE, [Settlement(settled(known), notices=(notice,))]) == {notice.member_id: True}


def test_notices_are_read_in_the_order_in_which_they_were_known(ledger: Ledger) -> None:
    notices = [a_notice(number, seconds=number) for number in range(12)]
    told(ledger, *reversed(notices))

    assert ledger.notices(BARN, None, later(minutes=5), 100).items == notices
    assert ledger.notices("the-attic", None, later(minutes=5), 100).items == []


def test_a_reader_goes_on_where_it_stopped_and_misses_nothing(ledger: Ledger) -> None:
    notices = [a_notice(number, seconds=number // 2) for number in range(7)]
    told(ledger, *notices)

    read: list[Notice] = []
    after = None
    for _ in range(4):
        page = ledger.notices(BARN, after, later(minutes=5), 3)
        read += page.items
        after = page.next
    assert read == notices
    told(ledger, a_notice(90, minutes=6))
    assert [n.id for n in ledger.notices(BARN, after, later(minutes=9), 3).items] == ["ntc_0090"]


def test_what_is_too_young_is_not_served_yet(ledger: Ledger) -> None:
    told(ledger, a_notice(1, seconds=1), a_notice(2, seconds=40))

    page = ledger.notices(BARN, None, later(seconds=30), 10)
    assert [notice.id for notice in page.items] == ["ntc_0001"]
    assert [notice.id for notice in ledger.notices(BARN, page.next, later(seconds=60), 10).items] == ["ntc_0002"]


def test_days_do_not_end_the_feed(ledger: Ledger) -> None:
    told(ledger, a_notice(1), a_notice(2, days=1), a_notice(3, days=20))

    page = ledger.notices(BARN, None, later(days=20, minutes=1), 10)
    assert [notice.id for notice in page.items] == ["ntc_0001", "ntc_0002", "ntc_0003"]


@pytest.mark.parametrize("cursor", ["x", "", "bm90aGluZw", "ü"])
def test_a_cursor_of_something_else_is_refused(ledger: Ledger, cursor: str) -> None:
    if cursor:
        with pytest.raises(ValueError, match="cursor"):
            ledger.notices(BARN, cursor, later(minutes=5), 10)
