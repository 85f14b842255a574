"""A file of members, read in a test: what was taken, and what is wrong with the rest."""

from collections.abc import Iterable

from accord.adapters.files.lines import Table, open_table
from accord.usecases.importing.import_lines import BadLine, Row

HEADERS = ("email", "prénom", "note")


def table(content: str | bytes, name: str = "marmots.csv") -> Table:
    """The file with this content."""
    return open_table([content.encode() if isinstance(content, str) else content], name)


def rows(found: Iterable[Row | BadLine]) -> list[Row]:
    """The lines that could be read."""
    return [line for line in found if isinstance(line, Row)]


def faults(found: Iterable[Row | BadLine]) -> dict[int, str]:
    """What is wrong with the others, by their number."""
    return {line.number: line.errors[0].message for line in found if isinstance(line, BadLine)}


def cells(found: Iterable[Row | BadLine]) -> list[tuple[str, ...]]:
    """What stands in the lines that could be read."""
    return [tuple(row.values) for row in rows(found)]
