"""`accord plan`: an order, what the plan comes to, and its lines: ten of them whole, a hundred thousand in part."""

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from accord.domain.caps import Caps
from accord.domain.plan import Planned
from tests.tools.accord.conftest import Command
from tests.tools.accord.documents import PLAN, ZOO, line, plan
from tests.tools.accord.small_accord import Document, Sent, SmallAccord, problem
from tools.accord.plans_in_words import CAPS, DEEDS

ORDER = f"POST {ZOO}/plans"
ALL = f"GET {ZOO}/plans"
ONE = f"GET {ZOO}/plans/{PLAN}"
LINES = f"{ONE}/lines"
MANY = 100_000


def pages_of(size: int, deed_of: Callable[[int], str]) -> Callable[[Sent], Document]:
    """So many lines by page, each made when it is asked for; the cursor is where to go on."""

    def page(sent: Sent) -> Document:
        begin, most = int(sent.query.get("after", 0)), int(sent.query["limit"])
        numbers = range(begin, min(begin + most, size))
        wanted = [n for n in numbers if sent.query.get("planned") in {None, deed_of(n)}]
        lines = [line(f"m-{n}", deed_of(n), ("FNAME", "Wally", f"Wilma {n}")) for n in wanted]
        return {"lines": lines, "next": str(numbers.stop) if numbers.stop < size else None}

    return page


@pytest.fixture
def planned(api: SmallAccord) -> SmallAccord:
    """An Accord whose zoo has a plan of five lines."""
    api.tell(ORDER, {"plan": PLAN}, status=202)
    would = {"create": 1, "update": 1, "archive": 1, "unsubscribe": 1, "held_back": 1}
    made = plan(would, billed_contacts_change=1, calls_needed=4)
    api.tell(ONE, plan(), made)
    left = {"code": "unsubscribed_in_mailchimp", "message": "They unsubscribed.", "next_step": ""}
    lines = [
        line("m-17", "update", ("FNAME", "Wally", "Wilma"), add_tags=["Clients"], remove_tags=["Guests", "Night owls"]),
        line("m-18", "create", ("FNAME", None, "Otto"), ("AGE", None, 1200)),
        line("m-19", "archive"),
        line("m-20", "unsubscribe"),
        line("m-21", "held_back", reason=left),
    ]
    api.tell(LINES, {"lines": lines, "next": None})
    return api


@pytest.fixture
def many(api: SmallAccord) -> SmallAccord:
    """An Accord with a plan of a hundred thousand lines, of which one in a thousand archives."""
    api.tell(ONE, plan({"update": MANY - MANY // 1000, "archive": MANY // 1000}))
    api.tell(LINES, pages_of(MANY, lambda n: "archive" if n % 1000 == 7 else "update"))
    return api


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


def shown(api: SmallAccord, accord: Command, *lines: Document) -> list[str]:
    """The lines as they are shown, without what is above them."""
    api.tell(ONE, plan({"update": len(lines)}))
    api.tell(LINES, {"lines": lines, "next": None})
    return accord("plan", "show", "zoo", PLAN).out.split("UTC\n\n")[1].splitlines()[:-1]


def test_long_values_are_cut_where_they_differ(api: SmallAccord, accord: Command) -> None:
    long, other = "a" * 200 + "b" * 200, "a" * 200 + "c" * 200

    assert shown(
        api, accord, line("m" * 300, "update", ("NOTE", long, other), ("BIO", "", long), add_tags=["t" * 99])
    ) == [
        f"~ {'m' * 59}… update",
        f'    NOTE: …"{"a" * 15}{"b" * 45}"… -> …"{"a" * 15}{"c" * 45}"…',
        f'    BIO: "" -> "{"a" * 60}"…',
        f"    +{'t' * 59}…",
    ]


def test_an_address_shows_the_parts_that_differ(api: SmallAccord, accord: Command) -> None:
    before, after = {"city": "Paris", "zip": "75011"}, {"city": "Lyon", "zip": "75011", "country": "FR"}

    assert shown(api, accord, line("m-1", "update", ("HOME", before, after), ("WORK", None, {"city": "Nice"}))) == [
        "~ m-1 update",
        '    HOME.city: "Paris" -> "Lyon"',
        '    HOME.country: (not known) -> "FR"',
        '    WORK.city: (not known) -> "Nice"',
    ]


HOSTILE = "\x1b[31m\x9b2J[red]Wally[/red]\u202e\r\n"


@pytest.mark.parametrize("is_terminal", [False, True])
def test_nothing_that_others_wrote_steers_the_terminal(
    api: SmallAccord, accord: Command, monkeypatch: pytest.MonkeyPatch, is_terminal: bool
) -> None:
    reason = {"code": "x", "message": HOSTILE, "next_step": HOSTILE}
    hostile = line(HOSTILE, "held_back", (HOSTILE, HOSTILE, "x"), add_tags=[HOSTILE], reason=reason, left_out=HOSTILE)
    api.tell(ONE, plan({"held_back": 1, HOSTILE: 1}, applied_by=HOSTILE, id=PLAN))
    api.tell(LINES, {"lines": [hostile], "next": None})
    if is_terminal:
        monkeypatch.setattr(
            "tools.accord.terminal._console",
            lambda file: Console(file=file, highlight=False, width=200, force_terminal=True, color_system=None),
        )

    seen = accord("plan", "show", "zoo", PLAN)

    said = seen.out + seen.err
    for style in ("\x1b[1m", "\x1b[2m", "\x1b[0m"):  # the command's own: bold, dim
        said = said.replace(style, "")
    assert set(said) & {"\x1b", "\x9b", "\u202e", "\r"} == set()
    assert "[red]Wally[/red]" in seen.out
    assert seen.out.count("\n") == 16


# --- of very many ---------------------------------------------------------------------------------------------------


def test_of_very_many_some_of_each_kind_are_shown_and_few_pages_read(many: SmallAccord, accord: Command) -> None:
    seen = accord("plan", "show", "zoo", PLAN)

    heads = [each.split()[0] for each in seen.out.splitlines() if each[:2] in {"~ ", "- "}]
    assert heads == ["~"] * 15 + ["-"] * 5, "of those that archive five are among the first five thousand"
    assert f"... and 99,980 more: accord plan show zoo {PLAN} --all" in seen.err
    assert [each.query["limit"] for each in many.sent_to(LINES)] == ["500"] * 10


def test_so_many_lines_as_are_asked_for(many: SmallAccord, accord: Command) -> None:
    assert accord("plan", "show", "zoo", PLAN, "--lines", "0").err.startswith("... and 100,000 more")
    assert many.sent_to(LINES) == []
    four = accord("plan", "show", "zoo", PLAN, "--lines", "4")
    assert [each for each in four.out.splitlines() if " m-" in each] == [
        "~ m-0 update",
        "~ m-1 update",
        "- m-7 archive",
        "- m-1007 archive",
    ]
    assert len(many.sent_to(LINES)) == 3


def test_lines_of_one_kind_are_asked_for_by_kind(many: SmallAccord, accord: Command) -> None:
    seen = accord("plan", "show", "zoo", PLAN, "--show", "archive", "--lines", "3")

    assert [each for each in seen.out.splitlines() if " m-" in each] == [
        "- m-7 archive",
        "- m-1007 archive",
        "- m-2007 archive",
    ]
    assert {each.query["planned"] for each in many.sent_to(LINES)} == {"archive"}
    assert f"... and 97 more: accord plan show zoo {PLAN} --show archive --all" in seen.err
    assert "no line is create" in accord("plan", "show", "zoo", PLAN, "--show", "create").err


def test_all_of_very_many_are_shown_page_by_page(many: SmallAccord, accord: Command) -> None:
    seen = accord("plan", "show", "zoo", PLAN, "--all")

    heads = [each for each in seen.out.splitlines() if each[:2] in {"~ ", "- "}]
    assert (len(heads), heads[0], heads[-1]) == (MANY, "~ m-0 update", "~ m-99999 update")
    assert '    FNAME: "Wally" -> "Wilma 99999"' in seen.out
    assert seen.err == f"Apply it: accord apply zoo {PLAN}\n"
    pages = [each.query for each in many.sent_to(LINES)]
    assert [page.get("after") for page in pages] == [None, *(str(n) for n in range(500, MANY, 500))]


def test_ten_times_as_many_are_written_in_the_same_memory(api: SmallAccord, accord: Command, tmp_path: Path) -> None:
    file = tmp_path / "plan.ndjson"

    def memory_for(size: int) -> int:
        api.tell(f"{ONE}-{size}", plan({"update": size}, id=f"{PLAN}-{size}"))
        api.tell(f"{ONE}-{size}/lines", pages_of(size, lambda _: "update"))
        tracemalloc.start()
        seen = accord("plan", "show", "zoo", f"{PLAN}-{size}", "--output", str(file))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert f"{size:,} lines written to" in seen.err
        return most

    few, many = memory_for(1_500), memory_for(15_000)

    assert many < 1.5 * few, f"{few:,} and {many:,} bytes"
    with file.open() as written:
        assert [json.loads(each)["id"] for each in written] == [f"m-{n}" for n in range(15_000)]


def test_lines_on_stdout_are_lines_and_nothing_else(planned: SmallAccord, accord: Command) -> None:
    seen = accord("plan", "zoo", "--output", "-")

    assert [json.loads(each)["id"] for each in seen.out.splitlines()] == [f"m-{n}" for n in range(17, 22)]
    assert seen.err == ""
    assert len(planned.sent_to(LINES)) == 1


def test_a_file_is_whole_or_not_there(many: SmallAccord, accord: Command, tmp_path: Path) -> None:
    page = pages_of(MANY, lambda _: "update")

    def broken(sent: Sent) -> object:
        return "an ostrich" if sent.query.get("after") == "1000" else page(sent)

    many.tell(f"{ONE}x", plan({"update": MANY}, id=f"{PLAN}x"))
    many.tell(f"{ONE}x/lines", broken)

    assert accord("plan", "show", "zoo", f"{PLAN}x", "--output", str(tmp_path / "lines")).status == 3
    assert list(tmp_path.iterdir()) == []
    assert accord("plan", "show", "zoo", PLAN, "--show", "archive", "--output", "/dev/null").status == 0
    assert not Path("/dev/null").is_file()
    nowhere = accord("plan", "show", "zoo", PLAN, "--output", str(tmp_path / "burrow" / "lines"))
    assert (nowhere.status, "can not be written: No such file or directory" in nowhere.err) == (1, True)


def test_lines_that_are_not_kept_any_more(api: SmallAccord, accord: Command) -> None:
    api.tell(ONE, plan({"update": 7}, good_until="2026-11-23T10:00:00Z"))
    api.tell(LINES, {"lines": [], "next": None})

    assert accord("plan", "show", "zoo", PLAN).err == "The lines are not kept any more.\n"


def test_those_who_were_left_out_are_found(api: SmallAccord, accord: Command) -> None:
    api.tell(ONE, plan({"update": 3}, applied_by="r-9"))
    lines = [line("m-1", "update"), line("m-2", "update", left_out="It changed."), line("m-3", "update")]
    api.tell(LINES, {"lines": lines[:1], "next": "c1"}, {"lines": lines[1:], "next": None}, {"lines": [], "next": None})

    seen = accord("plan", "show", "zoo", PLAN, "--left-out")

    assert seen.out.endswith("\n~ m-2 update\n    left out: It changed.\n\n")
    assert "m-1" not in seen.out
    assert seen.err == ""
    assert accord("plan", "show", "zoo", PLAN, "--left-out").err == "none was left out\n"


# --- the list -------------------------------------------------------------------------------------------------------


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
