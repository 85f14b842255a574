"""The contract of the port `Ledger`, on the fake and on DynamoDB: what is due, history, lists and counts."""

from collections.abc import Callable
from typing import Any

import pytest

from accord.domain.history import Event
from accord.domain.reasons import ReasonCode, Status
from accord.domain.record import Record
from accord.ports import Ledger, Page, Settlement
from tests.adapters.ledger_values import (
    AUDIENCE,
    BARN,
    NEIGHBOUR,
    NOON,
    event,
    intent,
    later,
    opted_out_at,
    record,
    settled,
)


def all_saved(ledger: Ledger, *wanted: Record) -> list[Record]:
    """The records as stored."""
    assert ledger.save_intents(AUDIENCE, [intent(one) for one in wanted]) == set()
    return [one.stored for one in wanted]


def all_of[T](page: Callable[[str | None], Page[T]]) -> list[T]:
    """All items of a list, page by page."""
    found: list[T] = []
    after: str | None = None
    for _ in range(1000):
        one = page(after)
        found += one.items
        if one.next is None:
            return found
        after = one.next
    raise AssertionError("a list without end")


# What is due


def test_an_opt_out_and_an_erasure_are_due_apart_from_other_work(ledger: Ledger) -> None:
    all_saved(
        ledger,
        record("ostrich", due_at=NOON, memory=opted_out_at(NOON)),
        record("owl", due_at=NOON),
        record("dodo", due_at=later(seconds=1), presence="erased"),
    )
    ledger.touch(BARN, ["ostrich"], NOON, NEIGHBOUR)

    assert ledger.due(later(minutes=1), 10, urgent=True) == [(BARN, "ostrich"), (BARN, "dodo")]
    assert ledger.due(later(minutes=1), 10, urgent=False) == [(BARN, "owl")]


def test_a_record_is_due_when_its_time_has_come_and_no_longer_once_settled(ledger: Ledger) -> None:
    (known,) = all_saved(ledger, record("gustave", due_at=later(seconds=60)))

    assert ledger.due(later(seconds=59), 10, urgent=False) == []
    assert ledger.due(later(seconds=60), 10, urgent=False) == [(BARN, "gustave")]

    ledger.settle(AUDIENCE, [Settlement(settled(known))])

    assert ledger.due(later(days=9), 10, urgent=False) == []


def test_what_is_due_of_all_connections_is_found_up_to_a_limit(ledger: Ledger) -> None:
    choir = [record(f"singer-{number}", due_at=later(seconds=number)) for number in range(40)]
    all_saved(ledger, *choir, record("soloist", due_at=later(hours=1)), record("gustave"))
    all_saved(ledger, record("gustave", connection_id="the-attic", due_at=NOON))

    found = ledger.due(later(minutes=1), 100, urgent=False)

    assert len(found) == len(set(found))
    assert set(found) == {(BARN, singer.member_id) for singer in choir} | {("the-attic", "gustave")}
    assert len(ledger.due(later(minutes=1), 7, urgent=False)) == 7
    assert set(ledger.due(later(minutes=1), 7, urgent=False)) <= set(found)


def test_a_settled_member_is_made_due_and_who_was_in_the_middle_loses(ledger: Ledger) -> None:
    (known,) = all_saved(ledger, record("gustave"))

    ledger.touch(BARN, ["gustave", "the-yeti"], later(minutes=1), NEIGHBOUR)

    touched = ledger.records(BARN, ["gustave", "the-yeti"])
    assert touched == {
        "gustave": known.model_copy(update={"due_at": later(minutes=1), "revision": 2, "cause": NEIGHBOUR})
    }
    assert ledger.due(later(minutes=1), 10, urgent=False) == [(BARN, "gustave")]
    assert ledger.settle(AUDIENCE, [Settlement(settled(known))]) == {"gustave": False}
    assert ledger.settle(AUDIENCE, [Settlement(settled(touched["gustave"]))]) == {"gustave": True}


def test_one_who_is_due_earlier_stays_so_and_one_who_is_due_later_is_brought_forward(ledger: Ledger) -> None:
    early, late = all_saved(ledger, record("early-bird", due_at=NOON), record("owl", due_at=later(hours=9)))

    ledger.touch(BARN, ["early-bird", "owl"], later(hours=1), NEIGHBOUR)

    assert ledger.records(BARN, ["early-bird", "owl"]) == {
        "early-bird": early.model_copy(update={"revision": early.revision + 1, "cause": NEIGHBOUR}),
        "owl": late.model_copy(update={"due_at": later(hours=1), "revision": late.revision + 1, "cause": NEIGHBOUR}),
    }


def test_who_is_about_to_settle_a_member_touched_meanwhile_loses_even_if_it_was_due_already(ledger: Ledger) -> None:
    (known,) = all_saved(ledger, record("early-bird", due_at=NOON))

    ledger.touch(BARN, ["early-bird"], later(hours=1), NEIGHBOUR)

    assert ledger.settle(AUDIENCE, [Settlement(settled(known))]) == {"early-bird": False}
    assert ledger.due(NOON, 10, urgent=False) == [(BARN, "early-bird")]


def test_postponing_offers_a_member_later_and_disturbs_nobody_in_the_middle(ledger: Ledger) -> None:
    (known,) = all_saved(ledger, record("gustave", due_at=NOON))

    ledger.postpone([(BARN, "gustave")], later(minutes=5))

    assert ledger.due(later(minutes=4), 10, urgent=False) == []
    assert ledger.due(later(minutes=5), 10, urgent=False) == [(BARN, "gustave")]
    assert ledger.records(BARN, ["gustave"])["gustave"].due_at == later(minutes=5)
    assert ledger.settle(AUDIENCE, [Settlement(settled(known))]) == {"gustave": True}
    assert ledger.due(later(days=9), 10, urgent=False) == []


def test_what_is_due_can_be_put_sooner_as_well_and_what_is_not_due_stays_so(ledger: Ledger) -> None:
    done, owl = all_saved(ledger, record("gustave"), record("owl", due_at=later(hours=9)))

    ledger.postpone([(BARN, "gustave"), (BARN, "owl"), (BARN, "the-yeti")], later(hours=1))

    assert ledger.records(BARN, ["gustave", "owl", "the-yeti"]) == {
        "gustave": done,
        "owl": owl.model_copy(update={"due_at": later(hours=1)}),
    }
    assert ledger.due(later(hours=1), 10, urgent=False) == [(BARN, "owl")]


# History


def test_a_history_is_told_newest_first_and_page_by_page(ledger: Ledger) -> None:
    told = [event("gustave", number, detail=f"flamingo {number}") for number in range(1, 31)]
    ledger.add_events(BARN, [*told, event("hortense", 5)])

    first = ledger.history(BARN, "gustave", None, 7)

    assert first.items == told[:-8:-1]
    assert all_of(lambda after: ledger.history(BARN, "gustave", after, 7)) == told[::-1]
    assert all_of(lambda after: ledger.history(BARN, "gustave", after, 10)) == told[::-1]


def test_a_history_that_fits_one_page_has_no_next_one(ledger: Ledger) -> None:
    ledger.add_events(BARN, [event("gustave", number) for number in (1, 2, 3)])

    assert ledger.history(BARN, "gustave", None, 3).next is None
    assert ledger.history(BARN, "hortense", None, 3) == Page[Event]([], None)


def test_the_same_event_told_twice_is_there_once(ledger: Ledger) -> None:
    ledger.add_events(BARN, [event("gustave", 1), event("gustave", 1)])
    ledger.add_events(BARN, [event("gustave", 1)])
    ledger.add_events(BARN, [])

    assert ledger.history(BARN, "gustave", None, 10).items == [event("gustave", 1)]


# Lists


def test_members_are_listed_by_status_each_of_them_once(ledger: Ledger) -> None:
    choir = all_saved(
        ledger, *(record(f"singer-{number:02d}", since=later(seconds=number % 9)) for number in range(50))
    )
    failed = [settled(singer, Status.FAILED, ReasonCode.FIELD_INVALID) for singer in choir[:20]]
    ledger.settle(AUDIENCE, [Settlement(singer) for singer in failed])
    all_saved(ledger, record("gustave", connection_id="the-attic"))

    for status, expected in (
        (Status.FAILED, [singer.stored for singer in failed]),
        (Status.PENDING, choir[20:]),
        (Status.SYNCED, []),
        (None, [singer.stored for singer in failed] + choir[20:]),
    ):
        for limit in (10, 50):
            found = all_of(lambda after, s=status, n=limit: ledger.members(BARN, s, after, n))  # type: ignore[misc]
            assert len(found) == len(expected)
            assert {one.member_id: one for one in found} == {one.member_id: one for one in expected}


def test_a_page_of_members_is_not_longer_than_its_limit_and_the_last_has_no_next(ledger: Ledger) -> None:
    all_saved(ledger, *(record(f"singer-{number}") for number in range(12)))

    assert len(ledger.members(BARN, Status.PENDING, None, 5).items) == 5
    assert ledger.members(BARN, Status.PENDING, None, 12).next is None
    assert ledger.members(BARN, None, None, 12).next is None
    assert ledger.members("the-attic", None, None, 12) == Page[Record]([], None)


@pytest.mark.parametrize(
    "cursor", ["goat", "Z29hdA", "bnVsbA", "WyJtZW1iZXJzIl0", "e30", "\u00e9", "Zm9v====", "WzEsMl0"]
)
@pytest.mark.parametrize(
    "page",
    [
        lambda ledger, cursor: ledger.members(BARN, None, cursor, 5),
        lambda ledger, cursor: ledger.members(BARN, Status.FAILED, cursor, 5),
        lambda ledger, cursor: ledger.history(BARN, "gustave", cursor, 5),
    ],
    ids=["all members", "failed members", "history"],
)
def test_a_cursor_that_was_made_up_is_refused(ledger: Ledger, page: Callable[[Ledger, str], Any], cursor: str) -> None:
    with pytest.raises(ValueError, match="cursor"):
        page(ledger, cursor)


# Counts


def test_counts_follow_every_record_that_is_stored(ledger: Ledger) -> None:
    assert ledger.counts(BARN).get(Status.PENDING, 0) == 0
    choir = all_saved(ledger, *(record(f"singer-{number}") for number in range(6)))
    assert ledger.counts(BARN) == {Status.PENDING: 6}

    ledger.settle(AUDIENCE, [Settlement(settled(singer)) for singer in choir[:4]])
    ledger.settle(AUDIENCE, [Settlement(settled(choir[4], Status.FAILED, ReasonCode.EMAIL_REFUSED))])

    assert {status: n for status, n in ledger.counts(BARN).items() if n} == {
        Status.SYNCED: 4,
        Status.FAILED: 1,
        Status.PENDING: 1,
    }
    assert not any(ledger.counts("the-attic").values())


def test_a_settlement_or_an_intent_that_was_lost_counts_nothing(ledger: Ledger) -> None:
    (known,) = all_saved(ledger, record("gustave"))
    ledger.save_intents(AUDIENCE, [intent(record("gustave"))])
    ledger.settle(AUDIENCE, [Settlement(settled(known))])
    ledger.settle(AUDIENCE, [Settlement(settled(known, Status.FAILED))])

    assert {status: n for status, n in ledger.counts(BARN).items() if n} == {Status.SYNCED: 1}


def test_a_record_stored_again_under_the_same_status_is_counted_once(ledger: Ledger) -> None:
    (known,) = all_saved(ledger, record("gustave"))
    all_saved(ledger, known)
    all_saved(ledger, known.stored)

    assert {status: n for status, n in ledger.counts(BARN).items() if n} == {Status.PENDING: 1}
