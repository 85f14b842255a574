"""The lines of a file: each bad one by itself, under the number that an editor shows, in memory that does not grow."""

import csv
import io
import json
import tracemalloc
from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.adapters.files import records as member_records
from accord.adapters.files.lines import open_table
from accord.adapters.files.records import MAX_RECORD
from accord.usecases.importing.import_lines import Row
from tests.adapters.reading import HEADERS, cells, faults, rows, table

MARMOT = "m@scree.test,Margot,fine\n"


@pytest.mark.parametrize("headers", ["email,note", "email;note"])
def test_rows_of_another_length_are_filled_or_cut_where_nothing_is_lost(headers: str) -> None:
    separator = headers[5]
    lines = ["m@scree.test", "m@scree.test,,,", "m@scree.test,a,b", "", ",", " , ", "m@scree.test,a"]
    found = list(table("\n".join([headers, *(line.replace(",", separator) for line in lines)])))

    assert rows(found) == [Row(2, ("m@scree.test", "")), Row(3, ("m@scree.test", "")), Row(8, ("m@scree.test", "a"))]
    assert list(faults(found)) == [4]
    assert "3 cells" in faults(found)[4]
    assert "2 columns" in faults(found)[4]


def test_a_file_that_stops_in_the_middle_of_a_row_gives_no_half_member() -> None:
    found = list(table("email,prénom,consent\nmargot@scree.test,Margot,yes\nyeti@scree.te"))

    assert list(faults(found)) == [3]
    assert "cut off" in faults(found)[3]
    assert list(faults(table('email,prénom\nyeti@scree.test,"Ye'))) == [2]


def test_objects_are_read_as_strictly_as_what_is_posted() -> None:
    lines = [
        '{"id": "m-1", "member": {"fields": {"age": 3}}}',
        '["m-2"]',
        "",
        '{"id": "m-4", "id": "m-5"}',
        '{"age": NaN}',
        '{"age": 1e999}',
        '{"id": "m-7"',
        "[" * 9000,
        '{"id": "' + "m" * MAX_RECORD + '"}',
        '{"id": "' + "m" * 3 * MAX_RECORD + '"}',
        '{"id": "m-11"}',
    ]
    found = list(table("\n".join(lines)))

    assert rows(found) == [Row(1, json.loads(lines[0])), Row(11, {"id": "m-11"})]
    assert list(faults(found)) == [2, 4, 5, 6, 7, 8, 9, 10]
    assert "JSON object" in faults(found)[4]
    assert "64 KB" in faults(found)[9]
    assert "64 KB" in faults(found)[10]


@pytest.mark.parametrize(
    ("slip", "others"),
    [
        ('y@scree.test,"Yeti,slip\n', 1000),
        ('y@scree.test,"Yeti,slip\n', 10_000),
        ('y@scree.test,"Ye"ti,slip\n', 1000),
        ('y@scree.test,"Yeti,slip\n' + MARMOT * 5 + 'z@scree.test,"Zoo, Ltd",fine\n', 1000),
    ],
)
def test_one_quotation_mark_too_many_takes_no_other_line_along(slip: str, others: int) -> None:
    found = list(table("email,prénom,note\n" + MARMOT * 3 + slip + MARMOT * others))

    assert list(faults(found)) == [5]
    assert "quotation mark" in faults(found)[5]
    taken = rows(found)
    assert len(taken) == 3 + others + slip.count("\n") - 1
    assert [row.number for row in taken] == [2, 3, 4, *range(6, len(taken) + 3)]


def test_a_file_made_of_slips_comes_to_an_end_and_says_what_was_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(member_records, "REREAD", 10)
    always_open = 'a",",\n'  # an open quotation mark, whether the line begins in a quoted cell or not
    found = list(table("email,prénom\n" + always_open * 100))

    assert not rows(found)
    assert list(faults(found)) == [*range(2, 13)]
    assert "up to 101 are passed over" in faults(found)[12]


def test_a_long_text_in_quotes_is_never_read_as_lines() -> None:
    """Somebody wrote a whole file into their note: it makes their own line bad, and is not believed."""
    note = "victim@scree.test,Victim,yes\n" * 4000
    found = list(table(f'email,prénom,note\ny@scree.test,Yeti,"{note}"\n{MARMOT}'))

    assert MAX_RECORD < len(note) < 2 * MAX_RECORD
    assert list(faults(found)) == [2]
    assert rows(found) == [Row(4003, ("m@scree.test", "Margot", "fine"))]


@pytest.mark.parametrize("length", [MAX_RECORD, 3 * MAX_RECORD, 40 * MAX_RECORD])
def test_a_line_that_is_too_long_is_bad_by_itself(length: int) -> None:
    found = list(table(f"email,prénom,note\n{MARMOT}y@scree.test,{'Y' * length},\n{MARMOT}"))

    assert list(faults(found)) == [3]
    assert "64 KB" in faults(found)[3]
    assert [row.number for row in rows(found)] == [2, 4]


def peak(chunks: Iterator[bytes]) -> int:
    """The most memory, in bytes, that reading all of it takes."""
    tracemalloc.start()
    try:
        assert sum(1 for _ in open_table(chunks, "marmots.csv"))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def generated(count: int) -> Iterator[bytes]:
    yield b"email,first_name,note\n"
    yield from (f"m{number}@scree.test,Margot,{'x' * 79}\n".encode() for number in range(count))


def test_sixty_thousand_lines_take_no_more_memory_than_ten_thousand() -> None:
    few, many = peak(generated(10_000)), peak(generated(60_000))

    assert many < 1.1 * few
    assert many < 4_000_000


@pytest.mark.parametrize(
    "flood", [b'x,"' + b"y" * 99_997, b"y" * 100_000, b'"\n' * 5_000, b"," * 100_000, b'a",",\n' * 20_000]
)
def test_what_never_ends_takes_no_memory_either(flood: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(member_records, "REREAD", 10)

    def chunks(count: int) -> Iterator[bytes]:
        yield b"email,first_name\n" + b"m@scree.test,Margot\n" * 20_000
        yield from repeat(flood, count)

    few, many = peak(chunks(5)), peak(chunks(50))

    assert many < 1.1 * few + 100_000


LETTERS = st.text(alphabet="aéÀß ,;|\t\"'\n\r=", max_size=12)
WRITTEN = st.lists(st.tuples(LETTERS, LETTERS, LETTERS), max_size=12)


def written(lines: Iterable[Iterable[str]], separator: str, end: str = "\r\n", quoting: Any = csv.QUOTE_MINIMAL) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator=end, quoting=quoting).writerows(lines)
    return text.getvalue()


@given(
    WRITTEN,
    st.sampled_from(",;\t|"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_whatever_is_written_comes_back(
    lines: list[tuple[str, str, str]], separator: str, codec: str, end: str, quoting: Any
) -> None:
    found = table(written([HEADERS, *lines], separator, end, quoting).encode(codec))

    assert found.headers == HEADERS
    assert cells(found) == [line for line in lines if "".join(line).strip()]


@given(WRITTEN)
def test_a_line_has_the_number_that_an_editor_shows(lines: list[tuple[str, str, str]]) -> None:
    begins, expected = 2, []
    for line in lines:
        text = written([line], ",")
        if "".join(line).strip():
            expected.append(begins)
        begins += len(list(io.StringIO(text, newline="")))

    assert [row.number for row in rows(table(written([HEADERS, *lines], ",")))] == expected


BAD = st.sampled_from(['x@scree.test,"slip', 'x@scree.test,"sl"ip,', "x,y,z,one too many", "x,\ufffd,"])
GOOD = st.builds("{}@scree.test,Éva,fine".format, st.integers(0, 99))


@given(st.lists(GOOD | BAD, max_size=30))
def test_bad_lines_never_stop_good_ones(lines: list[str]) -> None:
    found = list(table("\n".join(["email,prénom,note", MARMOT * 100, *lines, ""])))

    taken = {row.number - 103: ",".join(map(str, row.values)) for row in rows(found) if row.number > 102}
    good = {place: line for place, line in enumerate(lines) if line.endswith("fine")}
    assert taken == good
    assert len(faults(found)) == len(lines) - len(good)
