"""`accord export`: how every member stands, as a file that a spreadsheet opens safely."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from accord.domain.spreadsheet import csv_line
from tools.accord.asking import Asking, asks, connection_argument, shared_options
from tools.accord.client import Answer
from tools.accord.errors import CommandError

HEAD = ("id", "status", "reason", "why", "since", "attempts")


@click.command()
@connection_argument
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; else stdout.")
@shared_options
@asks
def export(asking: Asking, connection: str, output: Path | None) -> None:
    """Export how all members of CONNECTION stand, as CSV.

    Ids, statuses and reasons, and nothing personal. With --json each line is
    one JSON value.

    \b
    accord export zoo --output zoo.csv
    accord export zoo --json | jq -r 'select(.status == "failed") | .id'
    """
    write_lines(asking, _lines(asking, connection), output)


def write_lines(asking: Asking, lines: Iterable[str], output: Path | None) -> None:
    """To a file, or to stdout where none is named. Raises CommandError."""
    if output is None:
        for line in lines:
            click.echo(line, nl=False)
        return
    encoding = "utf-8" if asking.terminal.as_json else "utf-8-sig"  # with the mark by which spreadsheets know it
    try:
        with output.open("w", encoding=encoding, newline="") as file, asking.terminal.bar("export") as bar:
            for count, line in enumerate(lines):
                file.write(line)
                bar(count, None)
    except OSError as error:
        raise CommandError(f"{output} can not be written ({error.strerror})") from None


def _lines(asking: Asking, connection: str) -> Iterator[str]:
    """Each member once, though one whose status changes meanwhile may be listed twice."""
    as_json = asking.terminal.as_json
    if not as_json:
        yield csv_line(HEAD)
    seen = set()
    for page in asking.api.pages("connections", connection, "members"):
        for member in page["members"]:
            if member["id"] not in seen:
                seen.add(member["id"])
                yield json.dumps(member, ensure_ascii=False) + "\n" if as_json else _line(member)


def _line(member: Answer) -> str:
    reason = member["reason"]
    return csv_line(
        (member["id"], member["status"], reason["code"], reason["message"], member["since"], member["attempts"])
    )
