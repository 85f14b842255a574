"""The sample members: the same everywhere, all different, and Accord takes every one of them."""

from datetime import UTC, datetime

import pytest

from accord.domain.changes import Upserted, member_change
from tools.sample_application import Change, consents, sample_changes

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def thousand() -> list[Change]:
    return sample_changes(1_000, occurred_at=NOON)


def test_the_same_seed_gives_the_same_people(thousand: list[Change]) -> None:
    assert sample_changes(1_000, occurred_at=NOON) == thousand
    assert sample_changes(1_000, seed=18, occurred_at=NOON) != thousand


def test_more_members_begin_with_the_same_ones(thousand: list[Change]) -> None:
    assert sample_changes(1_200, occurred_at=NOON)[:1_000] == thousand


def test_fifteen_percent_do_not_consent_in_three_ways(thousand: list[Change]) -> None:
    without = [change["member"].get("consent", {"status": "omitted"})["status"] for change in thousand]

    assert sum(not consents(change) for change in thousand) == 150
    assert {status: without.count(status) for status in set(without)} == {
        "opted_in": 850,
        "opted_out": 50,
        "unknown": 50,
        "omitted": 50,
    }


def test_everybody_has_an_id_and_an_address_of_their_own(thousand: list[Change]) -> None:
    assert len({change["id"] for change in thousand}) == 1_000
    assert len({change["member"]["email"] for change in thousand}) == 1_000


def test_no_address_can_ever_be_mailed(thousand: list[Change]) -> None:
    assert {change["member"]["email"].rpartition(".")[2] for change in thousand} == {"test"}


def test_they_come_from_eight_countries(thousand: list[Change]) -> None:
    assert {change["member"]["language"] for change in thousand} == {"fr", "de", "es", "it", "pl", "en", "sv", "nl"}


def test_accord_takes_them_all(thousand: list[Change]) -> None:
    taken = [member_change.validate_python(change) for change in thousand]

    assert all(isinstance(change, Upserted) for change in taken)


def test_phones_are_of_ranges_kept_for_fiction(thousand: list[Change]) -> None:
    phones = [change["member"]["phone"] for change in thousand if "phone" in change["member"]]

    assert phones
    assert all(
        (phone.startswith("+336399800") and len(phone) == 12) or (phone.startswith("+447700900") and len(phone) == 13)
        for phone in phones
    )
