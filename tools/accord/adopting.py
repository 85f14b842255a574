"""`accord adopt`: contacts that are not Accord's, seen first, and then taken over by whoever says which."""

import csv
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import click

from tools.accord.asking import Asking, asks, connection_argument, shared_options
from tools.accord.client import Answer
from tools.accord.errors import CommandError
from tools.accord.following import watch_run
from tools.accord.plan_lines import SHOWN, Look, lines_of
from tools.accord.plans_in_words import rows_of, show_plan

MOST = 500
"""As many can be chosen by name at a time."""
ADOPTION = "application"


@click.command()
@connection_argument
@click.argument("who", nargs=-1)
@click.option("--file", "file", type=click.Path(path_type=Path, dir_okay=False, exists=True), metavar="CSV")
@click.option("--all", "everybody", is_flag=True, help="Everybody who can be taken over.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@shared_options
@asks
def adopt(asking: Asking, connection: str, who: tuple[str, ...], file: Path | None, everybody: bool, yes: bool) -> None:
    """Take over contacts of CONNECTION's audience that nobody is a member of.

    Without WHO they are only shown. WHO is an address, or a contact's id; a
    file has one in each line, and behind a comma the id of the member that it
    becomes. Only who is subscribed and is known to have opted in can be taken
    over; nothing of the contact changes, and from then on it is a member's.

    \b
    accord adopt zoo
    accord adopt zoo koala@example.org dingo@example.org
    accord adopt zoo --file members.csv
    accord adopt zoo --all
    """
    wanted = _wanted(who, file)
    if wanted and everybody:
        raise click.UsageError("Say who, or --all, not both.")
    plan = _planned(asking, connection)
    lines = lines_of(asking.api, connection, plan, Look(None, 0, True, None))
    chosen = _chosen(asking, lines, wanted) if wanted else _show(asking, lines)
    if not plan["lines"] or not (wanted or everybody):
        return asking.terminal.document(plan) if asking.terminal.as_json else _only_shown(asking, connection, plan)
    if not asking.terminal.as_json:
        show_plan(asking.terminal, connection, plan)
    number = len(chosen) or plan["lines"]
    asking.terminal.confirm(f"Take over {number:,} of {plan['lines']:,}?", yes=yes)
    order = {"members": chosen} if chosen else {}
    run_id = asking.api.post("connections", connection, "plans", plan["id"], "apply", body=order)["run"]
    look = f"accord runs show {connection} {run_id}"
    run = watch_run(asking, connection, run_id, ADOPTION, {"Look again": look})
    return None if asking.terminal.as_json else _say(asking, connection, plan, run)


def _planned(asking: Asking, connection: str) -> Answer:
    made = asking.api.post("connections", connection, "plans", body={"adopts": True})["plan"]
    left = {"Look again": f"accord plan show {connection} {made}", "End it": f"accord runs stop {connection} {made}"}
    return watch_run(asking, connection, made, "plan", left, among="plans", last=False)


def _wanted(who: Iterable[str], file: Path | None) -> dict[str, str | None]:
    """Address or contact's id -> the id of the member it becomes, or none. Raises click.UsageError, CommandError."""
    wanted: dict[str, str | None] = {each.strip().lower(): None for each in who}
    if file is not None:
        try:
            with file.open(encoding="utf-8-sig", newline="") as text:
                rows = [[cell.strip() for cell in row] for row in csv.reader(text)]
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise CommandError(f"{file} can not be read: {error}", remedy="Save it as CSV, in UTF-8.") from None
        if wrong := next((n for n, row in enumerate(rows, 1) if len(row) > 2), None):
            raise CommandError(f"{file}, line {wrong}: an address and an id at most, with a comma between them")
        wanted |= {row[0].lower(): (row[1] if len(row) > 1 and row[1] else None) for row in rows if row and row[0]}
    if len(wanted) > MOST:
        raise click.UsageError(f"{MOST} at a time at most; --all takes over everybody.")
    return wanted


def _chosen(asking: Asking, lines: Iterable[Answer], wanted: dict[str, str | None]) -> dict[str, str | None]:
    """The member of each line that is wanted, and the id it gets. Raises CommandError where somebody is not there."""
    found: dict[str, str | None] = {}
    missing = dict(wanted)
    for line in lines:
        contact = line.get("contact") or {}
        for name in (str(contact.get("email")).lower(), str(contact.get("contact_id")), line["id"]):
            with suppress(KeyError):
                found[line["id"]] = missing.pop(name)
    if missing:
        who = [f"{name}" for name in list(missing)[:SHOWN]]
        remedy = "They are members' already, not subscribed, or not known to have opted in: leave them out."
        raise CommandError(f"{len(missing):,} can not be taken over", lines=who, remedy=remedy)
    return found


def _show(asking: Asking, lines: Iterable[Answer]) -> dict[str, str | None]:
    """Some of those who can be taken over; nobody is chosen by name."""
    if not asking.terminal.as_json:
        for _, line in zip(range(SHOWN), lines, strict=False):
            asking.terminal.rows(rows_of(line))
    return {}


def _only_shown(asking: Asking, connection: str, plan: Answer) -> None:
    if not plan["lines"]:
        return asking.terminal.say("There is nobody to take over: all who are subscribed and agreed are members.")
    show_plan(asking.terminal, connection, plan)
    return asking.terminal.command_to_copy("Take over all of them", f"accord adopt {connection} --all")


def _say(asking: Asking, connection: str, plan: Answer, run: Answer) -> None:
    applied, left_out = (run["counts"].get(name, 0) for name in ("applied", "left_out"))
    asking.terminal.say(f"taken over: {applied:,}, left out: {left_out:,}")
    if left_out:
        asking.terminal.command_to_copy("Who, and why", f"accord plan show {connection} {plan['id']} --left-out")
