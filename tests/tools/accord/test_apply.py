"""`accord apply`: what the plan comes to, a person's yes, a second one beyond the caps, and what came of it."""

import io

import pytest

from tests.tools.accord.conftest import Command
from tests.tools.accord.documents import PLAN, ZOO, plan, run
from tests.tools.accord.small_accord import Document, SmallAccord, problem

ONE = f"GET {ZOO}/plans/{PLAN}"
APPLY = f"POST {ZOO}/plans/{PLAN}/apply"
RUN = f"GET {ZOO}/runs/r-1"
CAPS = [{"what": "archived", "count": 1200, "allowed": 20}]
BEYOND = problem(
    409, "The plan does more than one may unasked.", "beyond-caps", archived="1200 members; 20 are allowed"
)


def application(state: str, counts: Document | None = None) -> Document:
    """A plan is carried out."""
    return run(state, 1200, 1200) | {"kind": "application", "counts": counts or {}}


@pytest.fixture
def applying(api: SmallAccord) -> SmallAccord:
    """An Accord whose zoo has a plan within the caps."""
    api.tell(ONE, plan({"update": 1200}))
    api.tell(APPLY, {"run": "r-1"}, status=202)
    api.tell(RUN, application("running"), application("done", {"applied": 1198, "left_out": 2}))
    return api


@pytest.fixture
def capped(api: SmallAccord) -> SmallAccord:
    """An Accord whose zoo has one that needs a second yes."""
    api.tell(ONE, plan({"archive": 1200}, beyond_caps=CAPS))
    api.tell(APPLY, BEYOND, status=409)
    api.tell(APPLY, {"run": "r-1"}, status=202)
    api.tell(RUN, application("done", {"applied": 1200, "left_out": 0}))
    return api


def says(monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    """Somebody is there, and answers so."""

    class Person(io.StringIO):
        def isatty(self) -> bool:
            return True

    answers = Person("".join(f"{each}\n" for each in words))
    monkeypatch.setattr("sys.stdin", answers)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _prompt="": answers.readline().strip())


def bodies(api: SmallAccord) -> list[Document | None]:
    return [each.body for each in api.sent_to(APPLY)]


def test_p23_a_plan_is_applied_after_a_yes(
    applying: SmallAccord, accord: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, "y")

    seen = accord("apply", "zoo", PLAN)

    assert seen.status == 0, seen.err
    assert "  ~ update  1,200  contacts that do not show what they should" in seen.out
    assert seen.out.endswith("applied: 1,198, left out: 2\n")
    assert bodies(applying) == [{"beyond_caps": False}]
    for command in ("accord status zoo", f"accord plan show zoo {PLAN} --left-out", "accord plan zoo\n"):
        assert command in seen.err


def test_where_nobody_is_there_or_somebody_says_no_nothing_is_applied(
    applying: SmallAccord, accord: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert accord("apply", "zoo", PLAN).status == 2
    says(monkeypatch, "n")
    refused = accord("apply", "zoo", PLAN)
    assert (refused.status, "Nothing was done" in refused.err) == (1, True)
    assert bodies(applying) == []


def test_as_json_it_is_the_run_as_it_ended(applying: SmallAccord, accord: Command) -> None:
    assert accord("apply", "zoo", PLAN, "--yes", "--json").document["counts"] == {"applied": 1198, "left_out": 2}
    assert accord("apply", "zoo", PLAN, "--yes", "--json", "--no-wait").document == {"run": "r-1"}
    assert "accord runs show zoo r-1" in accord("apply", "zoo", PLAN, "--yes", "--no-wait").out
    assert len(applying.sent_to(RUN)) == 2


def test_beyond_the_caps_somebody_is_asked_once_more(
    capped: SmallAccord, accord: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, "y", "y")

    seen = accord("apply", "zoo", PLAN)

    assert seen.status == 0, seen.err
    assert bodies(capped) == [{"beyond_caps": False}, {"beyond_caps": True}]
    assert "more than one may unasked:\n  1,200 would be archived or erased; 20 are allowed unasked\n" in seen.err
    assert "left-out" not in seen.err


def test_a_second_yes_that_is_not_given_is_none(
    capped: SmallAccord, accord: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, "y", "n")

    assert accord("apply", "zoo", PLAN).status == 1
    assert bodies(capped) == [{"beyond_caps": False}]


def test_a_yes_that_was_said_before_is_not_the_second_one(capped: SmallAccord, accord: Command) -> None:
    seen = accord("apply", "zoo", PLAN, "--yes")

    assert seen.status == 1
    assert "1,200 would be archived or erased; 20 are allowed unasked" in seen.err
    assert "--beyond-caps" in seen.err
    assert bodies(capped) == [{"beyond_caps": False}]
    assert accord("apply", "zoo", PLAN, "--yes", "--beyond-caps").status == 0
    assert bodies(capped) == [{"beyond_caps": False}, {"beyond_caps": True}]


def test_a_refusal_is_told_and_nobody_is_asked_again(
    api: SmallAccord, accord: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.tell(ONE, plan({"archive": 1200}, beyond_caps=CAPS, applied_by="r-0"))
    api.tell(APPLY, problem(409, "The plan was carried out already.", "not-now"), status=409)
    says(monkeypatch, "y", "y")

    seen = accord("apply", "zoo", PLAN)

    assert (seen.status, "The plan was carried out already." in seen.err) == (1, True)
    assert "no more: run r-0 applied it" in seen.out
    assert bodies(api) == [{"beyond_caps": False}]


def test_nothing_to_do_needs_no_yes(api: SmallAccord, accord: Command) -> None:
    api.tell(ONE, plan({"update": 0}))

    seen = accord("apply", "zoo", PLAN)

    assert (seen.status, "Nothing to do: all in agreement." in seen.out) == (0, True)
    assert bodies(api) == []
    assert accord("apply", "zoo", PLAN, "--json").document["lines"] == 0


def test_one_that_fails_on_its_way_is_told(applying: SmallAccord, accord: Command) -> None:
    applying.tell(f"POST {ZOO}/plans/x/apply", {"run": "r-2"}, status=202)
    applying.tell(f"GET {ZOO}/plans/x", plan({"update": 1}, id="x"))
    applying.tell(f"GET {ZOO}/runs/r-2", application("failed") | {"detail": "its plan is not there any more"})

    seen = accord("apply", "zoo", "x", "--yes")

    assert (seen.status, "its plan is not there any more" in seen.err) == (1, True)
