"""What the benchmarks found: shown table by table while they run, and once more at the end, to be pasted."""

import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from os import process_cpu_count
from pathlib import Path

from rich.console import Console
from rich.table import Table

type Cell = str | int | float


@dataclass(frozen=True, slots=True)
class Found:
    """One table: figures of one kind, with a line that says how to read them."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    def shown(self) -> Table:
        """For a terminal."""
        table = Table(*self.columns, title=self.title, title_justify="left", caption=self.note or None)
        for column in table.columns[1:]:
            column.justify = "right"
        for row in self.rows:
            table.add_row(*row)
        return table

    def markdown(self) -> str:
        """For a README."""
        lines = [self.columns, ("---", *("---:" for _ in self.columns[1:])), *self.rows]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return f"**{self.title}**\n\n{table}\n" + (f"\n{self.note}\n" if self.note else "")


@dataclass(slots=True)
class Report:
    """All tables of one run, in the order in which they were found."""

    console: Console = field(default_factory=lambda: Console(highlight=False, width=132))
    found: list[Found] = field(default_factory=list)

    def add(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]], note: str = "") -> None:
        """Show a table and keep it. Whole numbers get separators, others two figures behind the point."""
        table = Found(title, tuple(columns), tuple(tuple(map(_text, row)) for row in rows), note)
        self.found.append(table)
        self.console.print()
        self.console.print(table.shown())

    def markdown(self) -> str:
        """Everything, under the line that says where it was measured."""
        return "\n".join([machine(), "", *(table.markdown() for table in self.found)])


def machine() -> str:
    """The class of this machine, and how busy it was: whoever reads a time needs both."""
    load = Path("/proc/loadavg").read_text().split()[0] if Path("/proc/loadavg").exists() else "unknown"
    return (
        f"Measured {datetime.now(UTC):%Y-%m-%d} on {process_cpu_count()} cores ({platform.machine()}), "
        f"Python {platform.python_version()}, load {load} at the end. Times are of this machine, on which everything "
        "ran side by side: Accord, the emulator of AWS and the simulator of Mailchimp. Counts are exact on any."
    )


def _text(cell: Cell) -> str:
    if isinstance(cell, int):
        return f"{cell:,}"
    return f"{cell:,.2f}" if isinstance(cell, float) else cell
