"""Accepted changes become one intent: in whatever order and however often they arrive."""

from collections.abc import Sequence
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.domain.changes import Arrived
from accord.domain.consent import Memory
from accord.domain.folding import Intent, fold
from accord.domain.record import Presence, Record
from accord.domain.values import BEGINNING
from tests.builders import (
    NOON,
    a_connection,
    a_member,
    erased,
    key_of,
    left,
    minutes,
    opted_in,
    opted_out,
    upserted,
)

CONNECTION = a_connection()


def folded(*changes: Arrived, known: Record | None = None) -> Intent:
    """The one intent of changes that arrive together."""
    intent = fold(known, CONNECTION, changes, NOON + minutes(5), key_of)
    assert intent is not None
    return intent


def one_by_one(changes: Sequence[Arrived]) -> Record:
    """The record after changes that arrive in messages of their own."""
    record: Record | None = None
    for change in changes:
        intent = fold(record, CONNECTION, [change], NOON + minutes(5), key_of)
        record = intent.record if intent is not None else record
    assert record is not None
    return record


def test_whoever_is_erased_holds_no_address_any_more() -> None:
    before = folded(upserted(a_member("marmot@burrow.test"))).record
    intent = folded(erased(at=NOON + minutes(2)), known=before)
    assert [(key, holder.until) for key, holder in intent.holders] == [
        (key_of("marmot@burrow.test"), NOON + minutes(2))
    ]


def test_an_opt_out_is_kept_with_the_address_of_whoever_is_erased() -> None:
    before = folded(upserted(a_member("marmot@burrow.test", consent=opted_out(NOON)))).record
    ((_, holder),) = folded(erased(at=NOON + minutes(2)), known=before).holders
    assert holder.memory.stands_opted_out


def test_an_erasure_keeps_nothing_of_the_profile() -> None:
    record = folded(upserted(a_member("marmot@burrow.test")), erased(at=NOON + minutes(1))).record
    assert (record.presence, record.profile, record.profile_mark, record.consent) == (Presence.ERASED, None, "", None)


def test_an_erasure_counts_even_behind_a_newer_profile() -> None:
    newer = folded(upserted(a_member("marmot@burrow.test"), at=NOON + minutes(9))).record
    assert folded(erased(at=NOON), known=newer).record.presence is Presence.ERASED


def test_a_stale_change_that_says_nothing_new_is_kept_as_proof_and_told_as_superseded() -> None:
    newer = folded(upserted(a_member(plan="Night"), at=NOON + minutes(1))).record
    older = upserted(a_member(plan="Day", consent=opted_in(NOON - minutes(90_000), wording="I do")))
    intent = folded(older, known=newer)
    assert [statement.consent.wording for statement in intent.statements] == ["I do"]
    assert intent.superseded == (older,)
    assert not intent.material
    assert intent.record == newer.model_copy(update={"settled_version": intent.record.settled_version})


def test_the_same_change_again_is_nothing_to_save() -> None:
    change = upserted(a_member())
    assert fold(folded(change).record, CONNECTION, [change, change], NOON, key_of) is None


def test_nothing_that_follows_an_erasure_changes_anything() -> None:
    gone = folded(upserted(a_member("marmot@burrow.test")), erased(at=NOON + minutes(1))).record
    again = upserted(a_member("marmot@burrow.test", consent=opted_in(NOON + minutes(8))), at=NOON + minutes(9))
    intent = folded(again, known=gone)
    assert intent.superseded == (again,)
    assert (intent.statements, intent.holders, intent.material) == ((), (), False)
    assert (intent.record.presence, intent.record.memory) == (Presence.ERASED, gone.memory)


def test_the_newest_profile_wins() -> None:
    known = folded(upserted(a_member(plan="Night"), at=NOON + minutes(1))).record
    intent = folded(upserted(a_member(plan="Day", consent=opted_in(NOON))), known=known)
    assert intent.record.profile is not None
    assert intent.record.profile.plan == "Night"


def test_a_statement_counts_whatever_the_version_of_its_change() -> None:
    known = folded(upserted(a_member(consent=None), at=NOON + minutes(9))).record
    intent = folded(upserted(a_member(consent=opted_out(NOON))), known=known)
    assert intent.record.memory.stands_opted_out
    assert intent.material


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_changes_of_one_message_count_in_their_own_order(order: tuple[int, ...]) -> None:
    changes = [upserted(a_member(plan=plan), at=NOON + minutes(n)) for n, plan in enumerate(("Day", "Week", "Year"))]
    record = folded(*(changes[n] for n in order)).record
    assert record.profile is not None
    assert record.profile.plan == "Year"


def test_an_opt_in_without_a_time_is_older_than_everything() -> None:
    assert folded(upserted(a_member(consent=opted_in(None)))).record.memory == Memory(opted_in_at=BEGINNING)


def test_an_opt_out_without_a_time_is_as_new_as_its_change() -> None:
    record = folded(upserted(a_member(consent=opted_out(None)), at=NOON + minutes(3))).record
    assert record.memory == Memory(opted_out_at=NOON + minutes(3))


def test_on_a_tie_the_opt_out_wins() -> None:
    record = folded(
        upserted(a_member(consent=opted_out(NOON))), upserted(a_member(consent=opted_in(NOON)), at=NOON + minutes(1))
    ).record
    assert record.memory.stands_opted_out


def test_the_same_address_in_capitals_is_the_same_address() -> None:
    known = folded(upserted(a_member("otter@holt.test"))).record
    record = folded(upserted(a_member("Otter@HOLT.test"), at=NOON + minutes(1)), known=known).record
    assert [held.key for held in record.addresses] == [key_of("otter@holt.test")]


def test_a_repeat_under_a_newer_version_is_nothing_to_decide() -> None:
    known = folded(upserted(a_member())).record
    intent = folded(upserted(a_member(), at=NOON + minutes(1)), known=known)
    assert not intent.material
    assert intent.holders == ()


def test_a_former_address_is_held_until_it_was_left_and_again_on_return() -> None:
    known = one_by_one(
        [upserted(a_member("stoat@barn.test")), upserted(a_member("stoat@mill.test"), at=NOON + minutes(2))]
    )
    assert [held.left_at for held in known.addresses] == [NOON + minutes(2), None]
    back = folded(upserted(a_member("stoat@barn.test"), at=NOON + minutes(4)), known=known).record
    assert [held.left_at for held in back.addresses] == [None, NOON + minutes(4)]
    assert [held.since for held in back.addresses] == [NOON + minutes(4), NOON + minutes(2)]


moments = st.none() | st.integers(-9, 0).map(lambda n: NOON + minutes(n))
consents = st.none() | moments.map(opted_in) | moments.map(opted_out)
emails = st.sampled_from(("stoat@barn.test", "stoat@mill.test", None))
changes = st.one_of(
    st.builds(lambda email, consent: ("upserted", email, consent), emails, consents), st.just(("left", None, None))
)


@given(st.lists(changes, min_size=1, max_size=6), st.data())
def test_order_and_repetition_change_neither_what_is_wanted_nor_what_is_remembered(
    told: list[tuple[str, str | None, None]], data: st.DataObject
) -> None:
    arrivals = [
        upserted(a_member(email, consent=consent), at=NOON + minutes(n))
        if kind == "upserted"
        else left(at=NOON + minutes(n))
        for n, (kind, email, consent) in enumerate(told)
    ]
    repeated = arrivals + data.draw(st.lists(st.sampled_from(arrivals), max_size=4))
    shuffled = data.draw(st.permutations(repeated))
    together, in_order, in_disorder = folded(*shuffled).record, one_by_one(arrivals), one_by_one(shuffled)
    for one, other in ((together, in_order), (in_disorder, in_order)):
        assert one.memory == other.memory
        assert (one.position, one.version, one.presence) == (other.position, other.version, other.presence)
        if one.presence is Presence.PRESENT:
            assert (one.profile, one.current) == (other.profile, other.current)
