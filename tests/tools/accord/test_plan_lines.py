"""`accord plan`: its lines, ten of them whole and a hundred thousand in part."""

import json
import tracemalloc
from pathlib import Path

import pytest
from rich.console import Console

from tests.tools.accord.conftest import Command
from tests.tools.accord.documents import PLAN, line, plan
from tests.tools.accord.planned import LINES, MANY, ONE, pages_of
from tests.tools.accord.small_accord import Document, Sent, SmallAccord


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
