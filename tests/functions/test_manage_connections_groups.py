"""`manage_connections`: a group, asked for over HTTP and made in the simulated Mailchimp."""

from collections.abc import Iterator

import pytest

from tests.functions.conftest import Stack
from tests.functions.operating import Answer, call, fields_of, made
from tools.mailchimp_simulator import Simulator


@pytest.fixture(scope="module")
def mailchimp() -> Iterator[Simulator]:
    with Simulator(latency=0) as running:
        yield running


@pytest.fixture
def joined(stack: Stack, mailchimp: Simulator) -> Stack:
    made(stack, mailchimp)
    call(stack, "choose_audience", {"id": mailchimp.list_id}, "sett")
    return stack


def test_q4_a_group_is_made_once_and_known_to_the_connection(joined: Stack) -> None:
    wanted = {"category": " Hobbies ", "names": ["Digging", " Digging", "Napping"]}
    status, first = call(joined, "groups", wanted, "sett")

    assert status == 200, first
    assert first["group"]["category"] == "Hobbies"
    assert [each["name"] for each in first["group"]["interests"]] == ["Digging", "Napping"]
    assert call(joined, "groups", wanted | {"names": ["napping"]}, "sett")[1]["group"] == first["group"]
    known = joined.ledger.audience_setup("sett").interests
    assert {each.id for each in known} == {each["id"] for each in first["group"]["interests"]}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["category", "names"]),
        ({"category": "", "names": ["Digging"]}, ["category"]),
        ({"category": "Hobbies", "names": []}, ["names"]),
        ({"category": "Hobbies", "names": "Digging"}, ["names"]),
        ({"category": "Hobbies", "names": ["Digging", " ", 7, "d" * 101]}, ["names[1]", "names[2]", "names[3]"]),
        ({"category": "Hobbies", "names": ["Digging"], "type": "radio"}, ["type"]),
    ],
)
def test_what_was_said_wrong_is_named(joined: Stack, body: Answer, fields: list[str]) -> None:
    assert fields_of(call(joined, "groups", body, "sett")) == fields


def test_without_an_audience_there_are_no_groups(stack: Stack, mailchimp: Simulator) -> None:
    made(stack, mailchimp)

    status, problem = call(stack, "groups", {"category": "Hobbies", "names": ["Digging"]}, "sett")

    assert status == 409
    assert "audience" in problem["detail"]
