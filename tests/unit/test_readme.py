"""The README names tests that are there: each line of the table is in the name of a test of a file that it links."""

import re

import pytest

from tests.unit.house import REPOSITORY

README = (REPOSITORY / "README.md").read_text()
SHOWN = README.partition("## Which test shows which line")[2].partition("\n## ")[0]
ROWS = [
    (re.findall(r"[A-Z]\d+", lines), re.findall(r"\]\((tests/[\w/]+\.py)\)", files))
    for lines, files in re.findall(r"^\| ([A-Z]\d[^|]*)\|[^|]*\|([^|]*)\|$", SHOWN, re.MULTILINE)
]


def lines_in(path: str) -> set[str]:
    """`C5` of `test_c5_keep_old_adds_a_contact`, of all tests in the file."""
    names = re.findall(r"^def test_(\w+)", (REPOSITORY / path).read_text(), re.MULTILINE)
    return {part.upper() for name in names for part in name.split("_")}


@pytest.mark.parametrize(("lines", "files"), ROWS, ids=lambda each: "-".join(each)[:40])
def test_every_line_of_the_table_is_in_the_name_of_a_test(lines: list[str], files: list[str]) -> None:
    named = {path: lines_in(path) for path in files}
    assert [line for line in lines if not any(line in found for found in named.values())] == []
    assert [path for path, found in named.items() if found.isdisjoint(lines)] == []


def test_every_link_of_the_readme_leads_somewhere() -> None:
    linked = re.findall(r"\]\((?!https?:|#)([^)]+)\)", README)
    assert len(ROWS) > 10
    assert [path for path in linked if not (REPOSITORY / path).exists()] == []
