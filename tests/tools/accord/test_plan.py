"""`accord plan`: an order, what the plan comes to, and what may be done with it."""

from pathlib import Path

import pytest

from accord.domain.caps import Caps
from accord.domain.plan import Planned
from tests.tools.accord.conftest import Command
from tests.tools.accord.documents import PLAN, line, plan
from tests.tools.accord.planned import ALL, LINES, ONE, ORDER
from tests.tools.accord.small_accord import Document, SmallAccord, problem
from tools.accord.plans_in_words import CAPS, DEEDS


def test_p23_a_plan_is_made_and_shown_line_by_line(planned: SmallAccord, accord: Command) -> None:
    seen = accord("plan", "zoo")

    assert seen.status == 0, seen.err
    assert [each.body for each in planned.sent_to(ORDER)] == [{}]
    assert (
        seen.out
        == f"""\
Plan {PLAN} of zoo

  + create       1  contacts that are not there yet
  ~ update       1  contacts that do not show what they should
  - archive      1  leave the audience; what they did there is kept
  ! unsubscribe  1  are mailed no more
  = held back    1  nothing is sent; the member's status will say why

made                2026-11-22 10:00 UTC
members             5
contacts billed     +1
calls to Mailchimp  4 at least
may be applied      until 2999-11-23 10:00 UTC

+ m-18 create
    FNAME: "Otto"
    AGE: 1200
~ m-17 update
    FNAME: "Wally" -> "Wilma"
    +Clients -Guests -"Night owls"
- m-19 archive
! m-20 unsubscribe
= m-21 held back: They unsubscribed.

"""
    )
    assert seen.err == f"Apply it: accord apply zoo {PLAN}\n"


def test_whatever_is_planned_or_capped_has_words() -> None:
    assert list(DEEDS) == [each.value for each in Planned]
    assert set(CAPS) == set(Caps.model_fields) - {"few"}


def test_the_order_has_a_name_of_its_own_and_options_may_come_first(planned: SmallAccord, accord: Command) -> None:
    whole = accord("plan", "zoo").out
    for words in (("plan", "make", "zoo"), ("plan", "--lines", "9", "zoo"), ("plan", "show", "zoo", PLAN)):
        assert accord(*words).out == whole
    assert "Commands:" in accord("plan", "--help").out
    assert len(planned.sent_to(ORDER)) == 3


def test_as_json_it_is_what_the_plan_comes_to(planned: SmallAccord, accord: Command) -> None:
    made = accord("plan", "zoo", "--json").document
    assert (made["id"], made["lines"]) == (PLAN, 5)
    assert accord("plan", "show", "zoo", PLAN, "--json").document == made
    assert planned.sent_to(LINES) == []
    for lines in (("--all",), ("--output", "-")):
        assert accord("plan", "zoo", "--json", *lines).status == 2
    assert len(planned.sent_to(ORDER)) == 1


def test_who_does_not_wait_is_told_where_to_look(planned: SmallAccord, accord: Command) -> None:
    assert f"accord plan show zoo {PLAN}" in accord("plan", "zoo", "--no-wait").out
    assert accord("plan", "zoo", "--no-wait", "--json").document == {"plan": PLAN}
    assert planned.sent_to(ONE) == []


def test_an_interrupt_leaves_it_being_made(
    planned: SmallAccord, accord: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tools.accord.following.pause", interrupted)

    seen = accord("plan", "zoo")

    assert (seen.status, seen.out) == (130, "")
    for words in ("goes on without you", f"accord plan show zoo {PLAN}", f"accord runs stop zoo {PLAN}"):
        assert words in seen.err
    assert len(planned.sent_to(ONE)) == 1


def test_a_plan_that_is_not_made_has_no_lines(api: SmallAccord, accord: Command, tmp_path: Path) -> None:
    failed = plan(state="failed", detail="an ostrich")
    api.tell(ONE, plan(), plan(), failed)

    under_way = accord("plan", "show", "zoo", PLAN)
    assert (under_way.status, "plan running since 2026-11-22 10:00 UTC: 1,000 of 2,000" in under_way.out) == (0, True)
    written = accord("plan", "show", "zoo", PLAN, "--output", str(tmp_path / "lines"))
    assert (written.status, "There are no lines yet" in written.err) == (1, True)
    api.tell(ORDER, {"plan": PLAN}, status=202)
    seen = accord("plan", "zoo")
    assert (seen.status, "The run failed" in seen.err, "an ostrich" in seen.err) == (1, True, True)
    assert "an ostrich" in accord("plan", "show", "zoo", PLAN).out
    assert not (tmp_path / "lines").exists()


def test_that_there_is_nothing_to_do_is_said(api: SmallAccord, accord: Command) -> None:
    api.tell(ONE, plan(dict.fromkeys(DEEDS, 0)))

    seen = accord("plan", "show", "zoo", PLAN)

    assert "Nothing to do: all in agreement." in seen.out
    assert seen.err == ""


def test_a_refusal_is_told(api: SmallAccord, accord: Command) -> None:
    api.tell(ORDER, problem(409, "The connection is draft."), status=409)

    seen = accord("plan", "zoo")

    assert (seen.status, seen.out, "The connection is draft." in seen.err) == (1, "", True)


# --- until when, and for what somebody is asked ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("of_it", "words"),
    [
        ({"applied_by": "r-9"}, "no more: run r-9 applied it"),
        ({"good_until": "2026-11-23T10:00:00Z"}, "no more: only until 2026-11-23 10:00 UTC"),
    ],
)
def test_a_plan_that_can_not_be_applied_any_more_says_so(
    planned: SmallAccord, accord: Command, of_it: Document, words: str
) -> None:
    planned.tell(ALL, {"plans": [plan({"update": 2, "tag": 0}, **of_it)], "next": None})
    planned.tell(f"{ONE}x", plan({"update": 5}, **of_it, id=f"{PLAN}x"))
    planned.tell(f"{ONE}x/lines", {"lines": [line("m-1", "update")], "next": None})

    assert words in accord("plan", "list", "zoo").out
    shown = accord("plan", "show", "zoo", f"{PLAN}x")
    assert words in shown.out
    assert "accord apply" not in shown.err


def test_for_what_somebody_is_asked_is_among_the_facts(api: SmallAccord, accord: Command) -> None:
    caps = [{"what": "archived", "count": 1200, "allowed": 20}, {"what": "moulted", "count": 2, "allowed": 1}]
    api.tell(ONE, plan({"archive": 1200, "moult": 2}, beyond_caps=caps))
    api.tell(LINES, {"lines": [line("m-1", "moult")], "next": None})

    seen = accord("plan", "show", "zoo", PLAN)

    assert "needs a second yes  1,200 would be archived or erased; 20 are allowed unasked" in seen.out
    assert "needs a second yes  2 moulted; 1 are allowed unasked" in seen.out
    assert "* m-1 moult" in seen.out


# --- what others wrote ----------------------------------------------------------------------------------------------


def test_plans_are_listed(api: SmallAccord, accord: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    plans = [plan(), plan({"update": 1200, "held_back": 1, "tag": 0})]
    api.tell(ALL, {"plans": plans, "next": "c1"})
    listing = ("plan", "list", "zoo", "--limit", "2")

    seen = accord(*listing)

    lines = [[cell.strip() for cell in each.split("  ") if cell.strip()] for each in seen.out.splitlines()]
    assert lines == [
        ["plan", "state", "members", "would", "may be applied"],
        [PLAN, "running", "1,000 of 2,000"],
        [PLAN, "done", "1,201", "update: 1,200, held back: 1", "until 2999-11-23 10:00 UTC"],
    ]
    assert "--after 'c1'" in seen.err
    assert accord(*listing, "--json").document == {"plans": plans, "next": "c1"}
    monkeypatch.setattr("tools.accord.terminal.NO_END", 80)
    assert accord(*listing).out.splitlines() == [
        f"{PLAN}  running",
        "  1,000 of 2,000",
        f"{PLAN}  done",
        "  update: 1,200, held back: 1",
        "  until 2999-11-23 10:00 UTC",
    ]


def test_that_there_are_none_is_said(api: SmallAccord, accord: Command) -> None:
    api.tell(ALL, {"plans": [], "next": None})

    assert accord("plan", "list", "zoo") == (0, "", "no plans yet\n")
