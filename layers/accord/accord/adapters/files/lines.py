"""The bytes of an imported file -> its lines: CSV or NDJSON, in any usual encoding, in memory that does not grow.

Nothing is ever unpacked. What is no text, or no table, is refused as a whole; a line that can not be read is bad by
itself, and those around it are taken.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Any

from accord.adapters.files.records import MAX_RECORD, Lines, objects, records, rows
from accord.usecases.importing.import_lines import BadLine, Row, UnreadableFileError

_SAMPLE = 256 * 1024  # bytes by which encoding, kind and separator are recognised
_SEPARATORS = ",;\t|"
_DECLARED = re.compile(rf"sep=([{_SEPARATORS}])\r?\n", re.IGNORECASE)
"""The line by which Excel says, and is told, what separates the cells."""
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_ENCODINGS = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252"}
_PACKED = "It is {}, which is not opened here. "
_SAVE = "save it as CSV UTF-8"
_MAGIC = {
    b"\x1f\x8b": f"{_PACKED.format('a gzip archive')}Unpack it and bring the file in it.",
    b"PK\x03\x04": f"{_PACKED.format('a ZIP archive or a spreadsheet (.xlsx, .ods)')}Unpack it, or {_SAVE}.",
    b"PK\x05\x06": f"{_PACKED.format('an empty ZIP archive')}Bring the file that should be in it.",
    b"\xd0\xcf\x11\xe0": f"{_PACKED.format('a spreadsheet (.xls)')}Open it and {_SAVE}.",
    b"%PDF-": f"{_PACKED.format('a PDF')}Export the members as CSV instead.",
}
_EMPTY = "The file is empty."
_NO_TEXT = f"The file holds NUL characters: it is no text, or UTF-16 that does not say so. Open it and {_SAVE}."
_A_LIST = "The file is one JSON list. Write one object on each line instead (NDJSON), without the list around them."
_NO_HEADERS = "The first line can not be read: it {}. It must name the columns: email, first_name, consent.status..."


class Kind(StrEnum):
    """How the file is written."""

    CSV = "csv"
    NDJSON = "ndjson"


@dataclass(frozen=True, slots=True)
class Table:
    """A file that can be read, once, from its first line on. `headers` and `separator` are empty for NDJSON."""

    kind: Kind
    encoding: str
    separator: str
    headers: tuple[str, ...]
    lines: Iterator[Row | BadLine]

    def __iter__(self) -> Iterator[Row | BadLine]:
        return self.lines


def open_table(chunks: Iterable[bytes], name: str) -> Table:
    """Reads as far as the headers. `name` is that of the file: `.ndjson` and `.jsonl` say what it is, as a `{` at its
    beginning does.

    Blank lines are passed over. A row with fewer cells than there are headers gets empty ones, since spreadsheets leave
    out what is empty at the end of a line; only where the file stops in the middle of such a row it is bad.
    """
    chunks = iter(chunks)
    head = bytearray()
    while len(head) < _SAMPLE and (chunk := next(chunks, None)) is not None:
        head += chunk
    codec, sample = _recognised(bytes(head[:_SAMPLE]))
    stream = io.BufferedReader(_Raw(chain([bytes(head)], chunks)))
    lines, encoding = Lines(io.TextIOWrapper(stream, codec, "replace", newline="")), _ENCODINGS[codec]
    if sample.lstrip().startswith("{") or name.lower().endswith((".ndjson", ".jsonl")):
        return Table(Kind.NDJSON, encoding, "", (), objects(lines, encoding))
    separator = _separator(sample)
    if _DECLARED.match(sample):
        next(lines)
    found = records(lines, separator, encoding)
    _, headers = next(found, (0, "is empty"))
    if isinstance(headers, str):
        raise UnreadableFileError(_NO_HEADERS.format(headers))
    return Table(Kind.CSV, encoding, separator, tuple(headers), rows(found, lines, len(headers)))


def _recognised(sample: bytes) -> tuple[str, str]:
    """The codec and the text. Without a mark it is UTF-8 when most that is not ASCII can be read so: one broken letter
    does not make all others wrong, as it would if everything were taken for Windows-1252 for its sake."""
    for magic, remedy in _MAGIC.items():
        if sample.startswith(magic):
            raise UnreadableFileError(remedy)
    codec = next((codec for mark, codec in _MARKS.items() if sample.startswith(mark)), "")
    text = _decoded(sample, codec or "utf-8-sig")
    others = len(text) - len(text.encode("ascii", "ignore"))
    broken = text.count("\ufffd") - sample.count("\ufffd".encode())
    if not codec and 2 * broken > others:
        codec, text = "cp1252", _decoded(sample, "cp1252")
    if not text.strip():
        raise UnreadableFileError(_EMPTY)
    if "\0" in text:
        raise UnreadableFileError(_NO_TEXT)
    if re.match(r"\s*\[\s*\{", text):
        raise UnreadableFileError(_A_LIST)
    return codec or "utf-8-sig", text


def _decoded(sample: bytes, codec: str) -> str:
    """As far as it goes: the sample may end within a character."""
    return codecs.getincrementaldecoder(codec)("replace").decode(sample)


def _separator(sample: str) -> str:
    """The one that splits the headers, and then most rows into as many cells. (csv.Sniffer counts letters instead: it
    finds none in a file of one column, and any it likes where texts hold commas.)"""
    if declared := _DECLARED.match(sample):
        return declared[1]
    beginning = sample.lstrip("\r\n")[:MAX_RECORD]

    def agreement(separator: str) -> tuple[bool, int, int]:
        first, *others = filter(None, csv.reader(io.StringIO(beginning, newline=""), delimiter=separator))
        return len(first) > 1, sum(len(row) == len(first) for row in others), len(first)

    return max(_SEPARATORS, key=agreement)


class _Raw(io.RawIOBase):
    """Chunks as a stream, for the decoder."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count
