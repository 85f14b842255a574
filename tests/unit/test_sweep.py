"""Where the pages of a reading lie, and how many the state machine is given in one turn."""

import json

import pytest

from accord.domain.sweep import A_PAGE, A_TURN, FEW, PagePlace, in_turns

HISTORY, PAYLOAD = 25_000, 256 * 1024
"""The most events of an execution, and the most bytes of a state (AWS Step Functions, quotas)."""
EVENTS = 7
"""Events that a turn of the inline Map leaves."""


def places(contacts: int, archived: int = 0) -> list[PagePlace]:
    return [*PagePlace().following(contacts), *PagePlace(archived=True).following(archived)]


@pytest.mark.parametrize("contacts", [0, 1000, 1001, 49_000, 51_000, 52_001, 120_000, 2_500_000])
@pytest.mark.parametrize("archived", [0, 3500, 70_000])
def test_no_page_is_left_out_or_read_twice_and_the_last_comes_first(contacts: int, archived: int) -> None:
    all_pages = places(contacts, archived)

    turns = in_turns(all_pages)

    assert [page for turn in turns for page in turn.singly()] == all_pages
    assert all(turn.pages <= A_TURN for turn in turns)


def test_few_pages_come_one_by_one() -> None:
    assert in_turns(places(FEW * A_PAGE)) == places(FEW * A_PAGE)


def test_twenty_million_contacts_are_within_what_one_execution_holds() -> None:
    turns = in_turns(places(15_000_000, 5_000_000))

    shown = json.dumps([turn.model_dump(mode="json", exclude_defaults=True) for turn in turns])
    assert len(turns) * EVENTS < HISTORY // 2
    assert len(shown) < PAYLOAD // 2


def test_a_million_contacts_of_each_of_fifty_connections_are_too() -> None:
    assert len(in_turns(places(1_000_000))) * EVENTS * 50 < HISTORY
