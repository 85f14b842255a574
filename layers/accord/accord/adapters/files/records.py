"""The text of an imported file -> its records, each by itself: one that can not be read takes no other along."""

import csv
from collections import deque
from collections.abc import Iterator
from typing import Any, TextIO

from accord.domain import strict_json
from accord.usecases.explain_refusal import FieldError
from accord.usecases.importing.import_lines import LINE, BadLine, Row

MAX_RECORD = 64 * 1024
"""Characters of one line, or of the lines that one record takes with line breaks in its cells."""
FOLLOWED = 2 * MAX_RECORD
"""Characters for which an open quotation mark is followed. Beyond them it counts as a slip, and the lines below it as
lines. What other people wrote into a cell of an application must not be read as lines: so this is longer than any text
that applications let people write, and never longer than the field limit of the csv module."""
REREAD = 1_000
"""How many times in one file: so that a file made of slips takes seconds, not hours."""

_TOO_LONG = "is longer than 64 KB; shorten its texts"
_QUOTES = 'has a quotation mark (") that is not closed within 128 KB, or is not written twice within a quoted cell'
_NUL = "holds a NUL character; remove it"
_UNREADABLE = "holds characters that can not be read in the encoding of the file, {}; type them anew, and save as UTF-8"
_CUT = "is cut off: the file ends in the middle of it"
_TOO_MANY = "has {} cells, but there are {} columns; put quotation marks around a cell that holds the separator"
_NO_OBJECT = "must be one JSON object, on one line, with each name once"


class _OverrunError(Exception):
    """A record does not end."""


class Lines:
    """The lines of a text, with those of the record that is being read, which may have to be read again."""

    def __init__(self, text: TextIO) -> None:
        self.record: list[str] = []
        self._text = text
        self._number = 1
        self._length = 0
        self._waiting: deque[str] = deque()
        self._rereads = REREAD

    def begin(self) -> int:
        """A new record begins. The number of its first line."""
        self._number += len(self.record)
        self._length = 0
        self.record.clear()
        return self._number

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else self._read()
        if not line:
            raise StopIteration
        self.record.append(line)
        self._length += len(line)
        if self._length > FOLLOWED:
            raise _OverrunError
        return line

    def _read(self) -> str:
        """The next line, or the beginning of one that is longer than any record."""
        line = piece = self._text.readline(FOLLOWED + 1)
        while len(piece) > FOLLOWED and not piece.endswith("\n"):
            piece = self._text.readline(FOLLOWED + 1)
        return line

    def slip(self) -> str:
        """What is wrong with a record that can not be read. Its first line alone is bad: the others come again."""
        first, *others = self.record
        if not others:
            return _TOO_LONG if len(first) > MAX_RECORD else _QUOTES
        if not self._rereads:
            return f"{_QUOTES}; with it the lines up to {self._number + len(others)} are passed over"
        self._rereads -= 1
        self._waiting.extendleft(reversed(others))
        del self.record[1:]
        return _QUOTES


def records(lines: Lines, separator: str, encoding: str) -> Iterator[tuple[int, list[str] | str]]:
    """The number of the first line of each record that is not blank, and its cells or what is wrong with it."""
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        number = lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _OverrunError):
            yield number, lines.slip()
        else:
            if fault := _fault("".join(lines.record), encoding):
                yield number, fault
            elif any(cells) and not "".join(cells).isspace():
                yield number, cells


def _fault(text: str, encoding: str) -> str | None:
    if len(text) > MAX_RECORD:
        return _TOO_LONG
    if "\0" in text:
        return _NUL
    return _UNREADABLE.format(encoding) if "\ufffd" in text else None


def rows(found: Iterator[tuple[int, list[str] | str]], lines: Lines, width: int) -> Iterator[Row | BadLine]:
    """The records as rows of so many cells."""
    for number, cells in found:
        if isinstance(cells, str):
            yield _bad(number, cells)
        elif any(cells[width:]):
            yield _bad(number, _TOO_MANY.format(len(cells), width))
        elif len(cells) < width and not lines.record[-1].endswith(("\n", "\r")):
            yield _bad(number, _CUT)
        else:
            yield Row(number, (*cells[:width], *[""] * (width - len(cells))))


def objects(lines: Lines, encoding: str) -> Iterator[Row | BadLine]:
    """Each line that is not blank as the JSON object that it is, read as strictly as what is posted."""
    while True:
        number = lines.begin()
        try:
            line = next(lines)
        except StopIteration:
            return
        except _OverrunError:
            yield _bad(number, _TOO_LONG)
            continue
        if fault := _fault(line, encoding):
            yield _bad(number, fault)
        elif not line.isspace():
            document = _document(line)
            yield Row(number, document) if document is not None else _bad(number, _NO_OBJECT)


def _document(line: str) -> dict[str, Any] | None:
    try:
        found = strict_json.read(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _bad(number: int, fault: str) -> BadLine:
    return BadLine(number, (FieldError(LINE, fault),))
