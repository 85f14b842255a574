"""The set of ids that does not grow: right about every id, and full when it is full."""

import sys
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.domain import seen_ids
from accord.domain.seen_ids import FullError, SeenIds


@given(st.lists(st.text(alphabet="abm-01", max_size=4), max_size=60))
def test_it_knows_what_a_set_knows(ids: list[str]) -> None:
    seen, known = SeenIds(capacity=60), set[str]()

    for id_ in ids:
        assert (id_ in seen) is (id_ in known)
        assert seen.add(id_) is (id_ not in known)
        known.add(id_)
    assert len(seen) == len(known)
    assert all(id_ in seen for id_ in known)


def test_it_tells_a_hundred_thousand_marmots_apart() -> None:
    seen = SeenIds(capacity=100_000)

    assert all(seen.add(f"marmot-{number}") for number in range(100_000))
    assert not any(seen.add(f"marmot-{number}") for number in range(100_000))
    assert not any(f"ibex-{number}" in seen for number in range(100_000))


@pytest.mark.parametrize("capacity", [1, 2, 3, 1000])
def test_it_says_when_it_is_full_and_still_knows_who_is_there(capacity: int) -> None:
    seen = SeenIds(capacity)
    for number in range(capacity):
        seen.add(f"marmot-{number}")

    with pytest.raises(FullError):
        seen.add("one marmot too many")

    assert not seen.add("marmot-0")
    assert "one marmot too many" not in seen
    assert len(seen) == capacity


def test_an_id_whose_hash_is_zero_is_seen_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        seen_ids, "blake2b", lambda _id, digest_size: SimpleNamespace(digest=lambda: bytes(digest_size))
    )
    seen = SeenIds(capacity=2)

    assert seen.add("the marmot of zero")
    assert "the marmot of zero" in seen


def test_a_set_for_nobody_is_none() -> None:
    with pytest.raises(ValueError, match="room for one"):
        SeenIds(capacity=0)


def test_a_million_take_sixteen_megabytes_at_once_and_never_more() -> None:
    seen = SeenIds()
    before = sys.getsizeof(seen._slots)

    for number in range(1000):
        seen.add(f"marmot-{number}")

    assert sys.getsizeof(seen._slots) == before
    assert 16_000_000 < before < 17_000_000
