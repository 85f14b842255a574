"""What people see: tables and facts for a terminal or a pipe, documents for programs, messages beside both."""

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

import click
from rich.console import Console, Group
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from tools.accord.errors import CommandError

NO_END = 100_000  # columns, where nobody looks: whoever reads a pipe wants one line a row

GAP = 2
"""Blanks between the columns of a table."""


class Row(NamedTuple):
    """A line of many."""

    text: str
    style: str = ""
    indent: int = 0


class Terminal:
    """Results on stdout, all else on stderr. With `as_json` stdout gets one document and nothing more."""

    def __init__(self, *, as_json: bool = False) -> None:
        self.as_json = as_json
        self._out = _console(sys.stdout)
        self._err = _console(sys.stderr)

    def document(self, document: object) -> None:
        """One JSON value."""
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))

    def line_of_json(self, document: object) -> None:
        """One JSON value of many, each on a line of its own."""
        click.echo(json.dumps(document, ensure_ascii=False))

    def table(
        self,
        heads: Sequence[str],
        rows: Iterable[Sequence[object]],
        *,
        numbers: Sequence[int] = (),
        narrow: Callable[[], None] | None = None,
    ) -> None:
        """Rows under heads, if there are any; the columns `numbers` stand to the right. The first never wraps. With
        `narrow` that is done instead where the table would break words."""
        lines = [[_text(cell) for cell in row] for row in rows]
        least = _least_width([[Text(head) for head in heads], *lines], {0, *numbers})
        if narrow is not None and least > self._out.width:
            narrow()
            return
        table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, GAP, 0, 0), show_header=any(heads))
        for place, head in enumerate(heads):
            right = place in numbers
            table.add_column(head, justify="right" if right else "left", no_wrap=place == 0 or right, overflow="fold")
        for line in lines:
            table.add_row(*line)
        _trimmed(self._out, table)

    def facts(self, facts: Iterable[tuple[str, object]]) -> None:
        """Names and values, those that there are."""
        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        for name, value in facts:
            if value not in (None, "", [], {}):
                grid.add_row(name, _text(value))
        _trimmed(self._out, grid)

    def say(self, text: object = "", *, style: str = "", indent: int = 0) -> None:
        """A line of the result; wrapped below its beginning on a terminal."""
        _trimmed(self._out, _indented(text, style, indent))

    def rows(self, rows: Iterable[Row]) -> None:
        """Each as `say` says it, and all at once: for hundreds of thousands."""
        if self._out.is_terminal:
            _trimmed(self._out, Group(*(_indented(row.text, row.style, row.indent) for row in rows)))
        else:
            click.echo("\n".join(" " * row.indent + plain(row.text) for row in rows), file=self._out.file)

    def verbatim(self, text: str) -> None:
        """A line to copy: never wrapped."""
        click.echo(plain(text))

    def note(self, text: str, *, style: str = "", indent: int = 0) -> None:
        """A line that is no result."""
        _trimmed(self._err, _indented(text, style, indent))

    def command_to_copy(self, text: str, command: str) -> None:
        """A line that is no result, with a command that no wrapping breaks."""
        click.echo(plain(f"{text}: {command}"), err=True)

    @contextmanager
    def bar(self, title: str) -> Iterator["Bar"]:
        """A progress bar beside the result."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._err, disable=not self._err.is_terminal) as progress:
            yield Bar(progress, title)

    def confirm(self, question: str, *, yes: bool, option: str = "--yes") -> None:
        """Go on only when a person says so, or said so before by the option. Raises CommandError, or
        click.UsageError where nobody is there."""
        if yes:
            return
        if not sys.stdin.isatty():
            raise click.UsageError(f"Nobody is there to be asked: look at what it would do, then say {option}.")
        if not click.confirm(question, err=True):
            raise CommandError("Nothing was done")


class Bar:
    """How far something is, which may not know yet how far it has to go."""

    def __init__(self, progress: Progress, title: str) -> None:
        self._progress = progress
        self._title = title
        self._task = progress.add_task(title, total=None)

    def __call__(self, done: int, total: int | None, note: str = "") -> None:
        completed = min(done, total) if total else done
        words = f"{self._title} {note}".rstrip()
        self._progress.update(self._task, completed=completed, total=total or None, description=words)


def _least_width(rows: Sequence[Sequence[Text]], whole: set[int]) -> int:
    """Columns that a table takes at the least when no word is broken, and no cell of the columns `whole`."""
    widths = (
        max(cell.cell_len if place in whole else _longest_word(cell) for cell in column)
        for place, column in enumerate(zip(*rows, strict=True))
    )
    return sum(widths) + GAP * (len(rows[0]) - 1)


def _longest_word(text: Text) -> int:
    return max((Text(word).cell_len for word in text.plain.split()), default=0)


def _indented(text: object, style: str, indent: int) -> Padding:
    return Padding(Text(plain(text), style=style), (0, 0, 0, indent), expand=False)


def _trimmed(console: Console, what: Any) -> None:
    """Without the blanks that fill a line up to its end."""
    with console.capture() as capture:
        console.print(what)
    lines = capture.get().splitlines()
    click.echo("\n".join(line.rstrip() for line in lines), file=console.file, color=True)


def _console(file: Any) -> Console:
    terminal = file.isatty()
    return Console(file=file, highlight=False, width=None if terminal else NO_END, force_terminal=terminal)


def _text(cell: object) -> Text:
    return cell if isinstance(cell, Text) else Text(plain(cell))


def plain(value: object) -> str:
    """As people read it; what others wrote steers no terminal."""
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case list():
            return ", ".join(plain(each) for each in value)
        case dict():
            return ", ".join(f"{name}: {plain(each)}" for name, each in value.items())
    text = str(value)
    return text if text.isprintable() else "".join(each if each.isprintable() else " " for each in text)


def moment(at: object) -> str:
    """2026-11-25T22:44:01.5Z -> 2026-11-25 22:44 UTC; what is no moment stays as it is."""
    try:
        return datetime.fromisoformat(str(at)).astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    except ValueError:
        return plain(at)


def pause(seconds: float) -> None:
    """Until something may have changed."""
    time.sleep(seconds)
