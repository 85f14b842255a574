"""Texts -> cells of a file that people open in a spreadsheet, and back: no cell of ours is ever run as a formula."""

import csv
import io
import re
from collections.abc import Iterable

_WOULD_RUN = re.compile(r"'*[\t\r\n]|[\s']*[=+\-@＝＋－＠]")
"""What a spreadsheet takes for a formula (OWASP, CSV Injection), in its full-width forms too and behind spaces. Also
what looks as if it had been made safe before: so one apostrophe more or less is always exactly undone."""


def safe_cell(text: str) -> str:
    """The text, behind an apostrophe where a spreadsheet would run it. Phone numbers (`+33612345678`) and negative
    numbers get one too: else they would be calculated with. `plain_cell` gives any text back as it was."""
    return f"'{text}" if _WOULD_RUN.match(text) else text


def plain_cell(text: str) -> str:
    """What was meant by a cell: without the apostrophe that `safe_cell`, or a person, put before a `=`, `+`, `-` or
    `@`. Any other apostrophe is part of the text ('t Hooft)."""
    return text[1:] if text.startswith("'") and _WOULD_RUN.match(text, 1) else text


def csv_line(cells: Iterable[str | int]) -> str:
    """One line of a CSV file, with its end (CR LF, as RFC 4180 has it). Texts are made safe; numbers are ours and
    stay as they are."""
    line = io.StringIO()
    csv.writer(line).writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in cells])
    return line.getvalue()
