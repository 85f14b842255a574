"""`accord undo`: what would be put back of a run and what stays, a person's yes, and what came of it."""

import json

import pytest

from tests.tools.accord.conftest import Command
from tests.tools.accord.documents import PLAN, ZOO, line, plan, run
from tests.tools.accord.small_accord import Document, SmallAccord, problem

RUN = "2026-11-25T09:00:00.000000Z-0badcafe"
UNDO = f"POST {ZOO}/runs/{RUN}/undo"
ONE = f"GET {ZOO}/plans/{PLAN}"
APPLY = f"POST {ZOO}/plans/{PLAN}/apply"
STAYS = {"what": "LNAME", "code": "changed_since", "message": "It was changed."}


def undo_plan(would: Document, **given: object) -> Document:
    return plan(would, **given) | {"kind": "undo", "undoes": RUN}


@pytest.fixture
def undoing(api: SmallAccord) -> SmallAccord:
    """An Accord whose zoo has an import of which two lines can be put back."""
    api.tell(UNDO, {"plan": PLAN}, status=202)
    api.tell(ONE, plan() | {"kind": "undo", "undoes": RUN}, undo_plan({"update": 1, "archive": 1}))
    lines = [line("m-17", "update", ("FNAME", "Wrong", "Wilma")) | {"not_undone": [STAYS]}, line("m-18", "archive")]
    api.tell(f"GET {ZOO}/plans/{PLAN}/lines", {"lines": lines, "next": None})
    api.tell(APPLY, {"run": "r-1"}, status=202)
    counts = {"applied": 2, "left_out": 0, "not_undone": 1}
    api.tell(f"GET {ZOO}/runs/r-1", run("done", 2, 2) | {"kind": "application", "counts": counts, "undoes": RUN})
    return api


def test_p23_what_is_put_back_and_what_stays_is_shown_and_done_after_a_yes(
    undoing: SmallAccord, accord: Command
) -> None:
    seen = accord("undo", "zoo", RUN, "--yes")

    assert seen.status == 0, seen.err
    assert f"Undo of run {RUN} of zoo" in seen.out
    assert (
        '~ m-17 update\n    FNAME: "Wrong" -> "Wilma"\n    LNAME stays: It was changed.\n- m-18 archive\n' in seen.out
    )
    assert seen.out.endswith("applied: 2, left out: 0, not to be put back: 1\n")
    assert len(undoing.sent_to(APPLY)) == 1


def test_where_nobody_says_yes_nothing_is_put_back(undoing: SmallAccord, accord: Command) -> None:
    assert accord("undo", "zoo", RUN).status == 2
    told = accord("undo", "zoo", RUN, "--json")

    assert json.loads(told.out)["undoes"] == RUN
    assert undoing.sent_to(APPLY) == []


def test_with_json_and_a_yes_it_is_one_document_the_run(undoing: SmallAccord, accord: Command) -> None:
    assert json.loads(accord("undo", "zoo", RUN, "--yes", "--json").out)["counts"]["applied"] == 2


def test_where_nothing_can_be_put_back_it_says_so_and_asks_nobody(api: SmallAccord, accord: Command) -> None:
    api.tell(UNDO, {"plan": PLAN}, status=202)
    api.tell(ONE, undo_plan({"held_back": 1}))
    stays = {"what": "contact", "code": "unsubscribed", "message": "The run carried an opt-out."}
    api.tell(
        f"GET {ZOO}/plans/{PLAN}/lines", {"lines": [line("m-17", "held_back") | {"not_undone": [stays]}], "next": None}
    )

    seen = accord("undo", "zoo", RUN)

    assert seen.status == 0, seen.err
    assert "contact stays: The run carried an opt-out." in seen.out
    assert "Nothing of it can be put back." in seen.err


def test_a_run_that_is_undone_already_is_refused_in_words(api: SmallAccord, accord: Command) -> None:
    api.tell(UNDO, problem(409, "The run was undone already, in run r-2.", "not-now"), status=409)

    refused = accord("undo", "zoo", RUN, "--yes")

    assert (refused.status, "undone already" in refused.err) == (1, True)
