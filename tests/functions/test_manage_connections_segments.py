"""`manage_connections`: saved segments, asked for over HTTP and made in the simulated Mailchimp."""

from collections.abc import Iterator

import pytest
import requests

from accord.domain.connection import ConnectionState
from tests.functions.conftest import Stack
from tests.functions.operating import Answer, call, fields_of, kept, made
from tools.mailchimp_simulator import Simulator


@pytest.fixture(scope="module")
def mailchimp() -> Iterator[Simulator]:
    with Simulator(latency=0) as running:
        for path, body in (
            ("merge-fields", {"tag": "PLAN", "name": "Plan", "type": "text"}),
            ("segments", {"name": "Otters", "static_segment": []}),
        ):
            url = f"{running.url}/lists/{running.list_id}/{path}"
            requests.post(url, json=body, auth=("any", running.api_key), timeout=5).raise_for_status()
        yield running


@pytest.fixture
def live(stack: Stack, mailchimp: Simulator) -> Stack:
    """With a connection that knows the audience's fields and tags."""
    made(stack, mailchimp)
    call(stack, "choose_audience", {"id": mailchimp.list_id}, "sett")
    stack.ledger.save_connection(kept(stack).model_copy(update={"state": ConnectionState.LIVE}))
    return stack


def saved(mailchimp: Simulator) -> dict[str, Answer]:
    url = f"{mailchimp.url}/lists/{mailchimp.list_id}/segments"
    answer = requests.get(url, params={"type": "saved"}, auth=("any", mailchimp.api_key), timeout=5).json()
    return {each["name"]: each["options"]["conditions"][0] for each in answer["segments"]}


def test_c10_a4_segments_are_made_once_and_shown(live: Stack, mailchimp: Simulator) -> None:
    status, first = call(live, "segments", {"by": "plan", "values": ["Full otter", " Full otter "]}, "sett")
    assert status == 200, first
    assert [(each["name"], each["made"]) for each in first["segments"]] == [("Plan: Full otter", True)]

    _, tags = call(live, "segments", {"by": "tag"}, "sett")
    assert [(each["value"], each["made"]) for each in tags["segments"]] == [("Otters", True)]

    _, again = call(live, "segments", {"by": "plan", "values": ["Full otter"]}, "sett")
    assert again == {"segments": [first["segments"][0] | {"made": False}], "left": []}
    found = saved(mailchimp)
    assert found["Plan: Full otter"] == {
        "condition_type": "TextMerge",
        "field": "PLAN",
        "op": "is",
        "value": "Full otter",
    }
    assert found["Tag: Otters"]["condition_type"] == "StaticSegment"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["by"]),
        ({"by": "colour"}, ["by"]),
        ({"by": ["plan"]}, ["by"]),
        ({"by": "plan"}, ["values"]),
        ({"by": "plan", "values": []}, ["values"]),
        ({"by": "plan", "values": "Full otter"}, ["values"]),
        ({"by": "plan", "values": ["Full otter", "", 7, "o" * 91]}, ["values[1]", "values[2]", "values[3]"]),
        ({"by": "tag", "values": ["Beavers"]}, ["values[0]"]),
        ({"by": "tag", "colour": "brown"}, ["colour"]),
    ],
)
def test_what_was_said_wrong_is_named(live: Stack, body: Answer, fields: list[str]) -> None:
    assert fields_of(call(live, "segments", body, "sett")) == fields


def test_a_draft_has_no_segments_yet(stack: Stack, mailchimp: Simulator) -> None:
    made(stack, mailchimp)

    status, problem = call(stack, "segments", {"by": "tag"}, "sett")

    assert status == 409
    assert "live" in problem["detail"]
