"""Files of members: recognised whatever wrote them, or refused with what to do."""

import codecs
import gzip
import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.adapters.files.lines import Kind, open_table
from accord.usecases.importing.import_lines import Row, UnreadableFileError
from tests.adapters.reading import HEADERS, cells, faults, rows, table


def refusal(content: bytes, name: str = "marmots.csv") -> str:
    with pytest.raises(UnreadableFileError) as refused:
        list(table(content, name))
    return str(refused.value)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    ("codec", "encoding"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("cp1252", "Windows-1252"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_q5_encoding_separator_and_line_ends_are_recognised(
    separator: str, codec: str, encoding: str, end: str
) -> None:
    lines = ["email", "prénom", "note"], ["margot@scree.test", "Margot", "siffle, creuse; dort | été"]
    found = table(end.join(separator.join(f'"{cell}"' for cell in line) for line in lines).encode(codec))

    assert (found.kind, found.encoding, found.separator) == (Kind.CSV, encoding, separator)
    assert found.headers == HEADERS
    assert list(found) == [Row(2, tuple(lines[1]))]


def test_utf_16_may_come_either_way_round() -> None:
    text = "email,prénom\nmargot@scree.test,Éva\n"

    for content in (
        codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    ):
        assert cells(table(content)) == [("margot@scree.test", "Éva")]


def test_excel_may_say_what_separates() -> None:
    found = table("sep=;\r\nemail\r\nmargot@scree.test\r\n")

    assert (found.separator, found.headers) == (";", ("email",))
    assert list(found) == [Row(3, ("margot@scree.test",))]


def test_a_file_of_one_column_needs_no_separator() -> None:
    assert cells(table("email\nmargot@scree.test\nyeti@scree.test")) == [("margot@scree.test",), ("yeti@scree.test",)]


def test_commas_in_texts_do_not_make_a_comma_the_separator() -> None:
    content = 'email;"Nom, prénom";note\n' + "m@scree.test;Marmotte, Margot;a, b, c\n" * 3

    assert cells(table(content)) == [("m@scree.test", "Marmotte, Margot", "a, b, c")] * 3


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        ('{"id": "m-1"}\n', "marmots.txt", Kind.NDJSON),
        ('\ufeff\n {"id": "m-1"}\n', "marmots.txt", Kind.NDJSON),
        ('oops\n{"id": "m-1"}\n', "marmots.NDJSON", Kind.NDJSON),
        ('oops\n{"id": "m-1"}\n', "marmots.jsonl", Kind.NDJSON),
        ('id\n{"id": "m-1"}\n', "marmots.csv", Kind.CSV),
    ],
)
def test_the_kind_is_told_by_the_first_character_or_by_the_name(content: str, name: str, kind: Kind) -> None:
    found = table(content, name)

    assert found.kind is kind
    assert len(rows(found)) == 1


def zipped(name: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, "0" * 10_000_000)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        (b"", "empty"),
        (b" \r\n\t\n", "empty"),
        (codecs.BOM_UTF8, "empty"),
        (b",,,\n,\n", "must name the columns"),
        (gzip.compress(b"email\n" * 1_000_000), "Unpack it"),
        (zipped("marmots.csv"), "Unpack it"),
        (zipped("xl/workbook.xml"), "save it as CSV"),
        (b"PK\x05\x06" + bytes(18), "empty ZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save it as CSV"),
        (b"%PDF-1.7\n", "Export the members"),
        (b"email\nmargot\0@scree.test\n", "NUL"),
        ("email\nmargot@scree.test\n".encode("utf-16-le"), "NUL"),
        (codecs.BOM_UTF32_LE + "email\n".encode("utf-32-le"), "NUL"),
        (b'[{"id": "m-1"}]', "one object on each line"),
        (b'[\n  {"id": "m-1"}\n]', "one object on each line"),
        (b"email," * 200_000, "64 KB"),
        (b'email,"' + b"note," * 200_000, "64 KB"),
        (b'email,"no"te\n', "quotation mark"),
    ],
)
def test_what_is_no_table_of_text_is_refused_with_what_to_do(content: bytes, remedy: str) -> None:
    assert remedy in refusal(content)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig"])
def test_letters_that_can_not_be_read_make_one_line_bad(codec: str) -> None:
    lines = ["email,prénom", *(f"m{number}@scree.test,Éva" for number in range(10))]
    content = "\n".join(lines).encode(codec).replace(b"m4@scree.test,\xc3\x89", b"m4@scree.test,\xc9")
    found = list(table(content))

    assert list(faults(found)) == [6]
    assert "UTF-8" in faults(found)[6]
    assert [second for _, second in cells(found)] == ["Éva"] * 9


def test_letters_that_windows_does_not_have_make_one_line_bad() -> None:
    content = "email,prénom\nm@scree.test,Éva\n".encode("cp1252") + b"y@scree.test,\x81\n" + b"e@scree.test,Eva\n"
    found = list(table(content))

    assert list(faults(found)) == [3]
    assert "Windows-1252" in faults(found)[3]
    assert len(rows(found)) == 2


def test_what_goes_wrong_far_down_makes_one_line_bad() -> None:
    good = b"email,prenom\n" + b"margot@scree.test,Margot\n" * 20_000
    found = list(table(good + b"yeti@scree.test,Y\xe9ti\n" + b"nul@scree.test,\0\n" + b"eva@scree.test,Eva\n"))

    assert list(faults(found)) == [20_002, 20_003]
    assert "NUL" in faults(found)[20_003]
    assert len(rows(found)) == 20_001


@pytest.mark.parametrize("size", [1, 2, 3, 1000, 10**6])
@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "cp1252"])
def test_it_does_not_matter_how_the_bytes_arrive(size: int, codec: str) -> None:
    content = ("email;prénom\r\n" + 'm@scree.test;"É\r\nva"\r\n' * 50).encode(codec)
    chunks = (content[at : at + size] for at in range(0, len(content), size))

    assert list(open_table(chunks, "marmots.csv")) == list(table(content))


MEANINGFUL = [
    b'"',
    b",",
    b"\n",
    b"\r",
    b";",
    b"\0",
    b"{",
    b"}",
    b'"a"',
    b"email",
    b"\xc3\xa9",
    b"\xe9",
    b"\xff\xfe",
    b"[",
]
BYTES = st.binary(max_size=300) | st.lists(st.sampled_from(MEANINGFUL)).map(b"".join)


@given(BYTES, st.sampled_from(["marmots.csv", "marmots.ndjson"]))
def test_no_bytes_do_more_than_be_refused(content: bytes, name: str) -> None:
    numbers = []
    with suppress(UnreadableFileError):
        numbers = [line.number for line in table(content, name)]

    assert numbers == sorted(set(numbers))
