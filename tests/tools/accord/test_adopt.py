"""`accord adopt`: who can be taken over, who is chosen, a person's yes, and what came of it."""

from pathlib import Path

import pytest

from tests.tools.accord.conftest import Command
from tests.tools.accord.documents import PLAN, ZOO, line, plan, run
from tests.tools.accord.small_accord import Document, SmallAccord

ONE = f"GET {ZOO}/plans/{PLAN}"
APPLY = f"POST {ZOO}/plans/{PLAN}/apply"


def adoptable(number: int, email: str) -> Document:
    return line(f"by-address-{number}", "adopt") | {"contact": {"contact_id": f"c-{number}", "email": email}}


@pytest.fixture
def adopting(api: SmallAccord) -> SmallAccord:
    """An Accord in whose zoo two contacts can be taken over."""
    api.tell(f"POST {ZOO}/plans", {"plan": PLAN}, status=202)
    api.tell(ONE, plan({"adopt": 2}))
    lines = [adoptable(1, "koala@zoo.test"), adoptable(2, "dingo@zoo.test")]
    api.tell(f"{ONE}/lines", {"lines": lines, "next": None})
    api.tell(APPLY, {"run": "r-1"}, status=202)
    done = run("done", 1, 1) | {"kind": "application", "counts": {"applied": 1, "left_out": 1}}
    api.tell(f"GET {ZOO}/runs/r-1", done)
    return api


def bodies(api: SmallAccord) -> list[Document | None]:
    return [each.body for each in api.sent_to(APPLY)]


def test_without_a_name_they_are_only_shown(adopting: SmallAccord, accord: Command) -> None:
    seen = accord("adopt", "zoo")

    assert seen.status == 0, seen.err
    assert "& by-address-1 adopt: koala@zoo.test" in seen.out
    assert "accord adopt zoo --all" in seen.err
    assert adopting.sent_to(f"POST {ZOO}/plans")[0].body == {"adopts": True}
    assert bodies(adopting) == []


def test_where_nobody_can_be_it_says_so(api: SmallAccord, accord: Command) -> None:
    api.tell(f"POST {ZOO}/plans", {"plan": PLAN}, status=202)
    api.tell(ONE, plan({}))
    api.tell(f"{ONE}/lines", {"lines": [], "next": None})

    seen = accord("adopt", "zoo", "--all", "--yes")

    assert (seen.status, bodies(api)) == (0, [])
    assert seen.out == "There is nobody to take over: all who are subscribed and agreed are members.\n"


@pytest.mark.parametrize("who", ["Koala@zoo.test", "c-1", "by-address-1"])
def test_by_address_by_contact_or_by_line_one_is_taken_over(adopting: SmallAccord, accord: Command, who: str) -> None:
    seen = accord("adopt", "zoo", who, "--yes")

    assert seen.status == 0, seen.err
    assert bodies(adopting) == [{"members": {"by-address-1": None}}]
    assert "taken over: 1, left out: 1" in seen.out
    assert f"accord plan show zoo {PLAN} --left-out" in seen.err


def test_a_file_names_the_ids_that_they_get(adopting: SmallAccord, accord: Command, tmp_path: Path) -> None:
    file = tmp_path / "members.csv"
    file.write_text("\ufeffkoala@zoo.test, m-77\n\ndingo@zoo.test\n", encoding="utf-8")

    assert accord("adopt", "zoo", "--file", str(file), "--yes").status == 0
    assert bodies(adopting) == [{"members": {"by-address-1": "m-77", "by-address-2": None}}]


def test_all_are_taken_over_when_somebody_says_all(adopting: SmallAccord, accord: Command) -> None:
    assert accord("adopt", "zoo", "--all", "--yes").status == 0
    assert bodies(adopting) == [{}]


def test_who_can_not_be_taken_over_is_named_and_nobody_is(adopting: SmallAccord, accord: Command) -> None:
    seen = accord("adopt", "zoo", "koala@zoo.test", "emu@zoo.test", "--yes")

    assert (seen.status, bodies(adopting)) == (1, [])
    assert "1 can not be taken over" in seen.err
    assert "emu@zoo.test" in seen.err


def test_nobody_is_taken_over_without_a_yes(adopting: SmallAccord, accord: Command) -> None:
    assert accord("adopt", "zoo", "--all").status == 2
    assert bodies(adopting) == []


@pytest.mark.usefixtures("adopting")
def test_a_file_that_is_no_list_is_refused_with_its_line(accord: Command, tmp_path: Path) -> None:
    file = tmp_path / "members.csv"
    file.write_text("koala@zoo.test,m-77\ndingo@zoo.test,m-78,Dingo\n", encoding="utf-8")

    seen = accord("adopt", "zoo", "--file", str(file))

    assert seen.status == 1
    assert "line 2" in seen.err
