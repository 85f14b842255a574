"""Cells that people open in a spreadsheet: nothing runs, and everything comes back as it was."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.domain.spreadsheet import csv_line, plain_cell, safe_cell

NASTY = st.text(alphabet="=+-@'\t\r\n ＝＠a1") | st.text()


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "=cmd|' /C calc'!A0",
        "+33612345678",
        "-12.5",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1+1",
        "＝1+1",
        "'=1+1",
    ],
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", "Margot", "'t Hooft", "O'Marmot", "2024-05-01", "1-2", "a=b", "marmot@scree.test"]
)
def test_what_it_would_not_run_stays_as_it_is(text: str) -> None:
    assert safe_cell(text) == plain_cell(text) == text


@pytest.mark.parametrize(("typed", "meant"), [("'+33612345678", "+33612345678"), ("'-5", "-5"), ("'=A1", "=A1")])
def test_the_apostrophe_that_a_person_typed_is_taken_off(typed: str, meant: str) -> None:
    assert plain_cell(typed) == meant


@given(NASTY)
def test_every_text_comes_back_as_it_was(text: str) -> None:
    assert plain_cell(safe_cell(text)) == text


@given(NASTY)
def test_no_safe_cell_begins_like_a_formula(text: str) -> None:
    assert not safe_cell(text).lstrip().startswith(("=", "+", "-", "@", "＝"))
    assert not safe_cell(text).startswith(("\t", "\r", "\n"))


@given(st.lists(NASTY, min_size=1, max_size=6))
def test_a_line_is_one_line_of_csv(cells: list[str]) -> None:
    line = csv_line(cells)

    assert line.endswith("\r\n")
    assert [[*map(plain_cell, row)] for row in csv.reader(io.StringIO(line, newline=""))] == [cells]


def test_numbers_of_ours_are_no_formulas() -> None:
    assert csv_line([-1, "-1"]) == "-1,'-1\r\n"
