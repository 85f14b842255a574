"""`accord import`: a file is uploaded, followed until it is read, and what was understood of it is said."""

from pathlib import Path

import click

from tools.accord.asking import Asking, Id, asks, complete_connections, shared_options
from tools.accord.client import Answer
from tools.accord.errors import CommandError
from tools.accord.terminal import Terminal, pause, plain
from tools.accord.transferring import fetch_file, send_file

POLL = 1  # seconds
A_LINE = 10  # columns that are named, of those that nobody knows


may_leave_option = click.option(
    "--may-leave", type=click.IntRange(min=0), metavar="N", help="Do not ask where no more members have left by it."
)


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--connection", required=True, type=Id(), shell_complete=complete_connections, help="Whose members.")
@click.option(
    "--mode",
    type=click.Choice(["upsert", "snapshot"]),
    default="upsert",
    show_default=True,
    help="snapshot: the file holds all members; who is not in it has left.",
)
@click.option("--source", default="", help="Where they agreed, if the file does not say: 'paper forms 2024'.")
@may_leave_option
@click.option("--no-wait", is_flag=True, help="Do not wait until it is read.")
@shared_options
@asks
def import_file(
    asking: Asking, file: Path, connection: str, mode: str, source: str, may_leave: int | None, no_wait: bool
) -> None:
    """Import the members in FILE, CSV or NDJSON.

    The first line of a CSV names the columns: email, first_name,
    consent.status ... in English, French, or as Mailchimp exports them. Good
    lines are taken, bad ones listed in FILE.errors.csv with the reason.
    Consent is only what a column says. Ctrl-C leaves it running; `accord runs
    stop` ends it, `accord runs approve` answers what it asks.

    \b
    accord import members.csv --connection zoo
    accord import members.csv --connection zoo --mode snapshot
    """
    order = {"name": file.name[-200:], "mode": mode, "source": source}
    if not file.stat().st_size:
        raise CommandError(f"{file} is empty")
    made = asking.api.post("connections", connection, "imports", body=order)
    upload, import_id = made["upload"], made["import"]["id"]
    if file.stat().st_size > upload["max_bytes"]:
        most = upload["max_bytes"] // 1_000_000
        raise CommandError(f"{file} is larger than {most} MB", remedy="Split it, and bring one part after the other.")
    with asking.terminal.bar("upload, in KB") as bar:
        send_file(asking.target, upload["url"], file, lambda done, total: bar(done // 1000, total // 1000))
    begun = asking.api.post("connections", connection, "imports", import_id, "begin")["import"]
    look = f"accord runs show {connection} {import_id}"
    if no_wait:
        if asking.terminal.as_json:
            return asking.terminal.document(begun)
        return asking.terminal.verbatim(f"The import runs. Look with: {look}")
    found = _followed(asking, connection, import_id, look)
    if found["state"] == "proposed":
        found = _approved(asking, file, connection, found, may_leave=may_leave)
    errors = _errors_beside(asking, file, found)
    if asking.terminal.as_json:
        asking.terminal.document(found)
    else:
        show_import(asking.terminal, found, errors)
    if found["state"] != "done":
        raise CommandError(f"{file.name} was not imported: {found['detail'] or found['state']}")
    return None


def _followed(asking: Asking, connection: str, import_id: str, look: str) -> Answer:
    """Until it ends, or waits for an approval."""
    try:
        with asking.terminal.bar("import") as bar:
            while True:
                found: Answer = asking.api.get("connections", connection, "imports", import_id)["import"]
                progress = found["progress"]
                bar(progress["done"], progress["total"], str(found["detail"] or _estimate(progress)))
                if found["state"] != "running":
                    return found
                pause(POLL)
    except (KeyboardInterrupt, CommandError):
        asking.terminal.note("It goes on without you.")
        asking.terminal.command_to_copy("Look again", look)
        asking.terminal.command_to_copy("End it", look.replace(" show ", " stop ", 1))
        raise


def _estimate(progress: Answer) -> str:
    """reading, 2 min left"""
    left = progress["seconds_left"]
    if left is None:
        return str(progress["phase"])
    return f"{progress['phase']}, {f'{round(left / 60)} min' if left >= 90 else f'{left} s'} left"


def _approved(asking: Asking, file: Path, connection: str, found: Answer, *, may_leave: int | None) -> Answer:
    """With a person's yes, or as many as were said before. Raises CommandError, or UsageError where nobody is there to
    be asked."""
    if errors := _errors_beside(asking, file, found):
        asking.terminal.note(f"What is wrong is in {errors}")
    approve_import(asking, connection, found, may_leave=may_leave)
    return _followed(asking, connection, found["id"], f"accord runs show {connection} {found['id']}")


def approve_import(
    asking: Asking, connection: str, found: Answer, *, may_leave: int | None, option: str = "--may-leave"
) -> None:
    """Let an import go on that waits: so many members leave as it shows, and no more. Raises CommandError, or
    UsageError where nobody is there to be asked; `option` is how that number was said, or could be."""
    missing = found["snapshot"]["missing"]
    asking.terminal.note(str(found["detail"]))
    try:
        _ask(asking, missing, may_leave, option)
    except (CommandError, click.UsageError, click.Abort):
        asking.terminal.note("It waits for three days.")
        for what, verb in (("Let it go on", "approve"), ("End it", "stop")):
            asking.terminal.command_to_copy(what, f"accord runs {verb} {connection} {found['id']}")
        raise
    asking.api.post("connections", connection, "imports", found["id"], "approve", body={"at_most": missing})


def _ask(asking: Asking, missing: int, may_leave: int | None, option: str) -> None:
    if may_leave is not None and missing > may_leave:
        raise CommandError(f"{missing:,} members would have left; {option} says {may_leave:,}")
    question = f"Have these {missing:,} members left?"
    asking.terminal.confirm(question, yes=may_leave is not None, option=f"{option} N")


def _errors_beside(asking: Asking, file: Path, found: Answer) -> Path | None:
    """The list of bad lines, beside the file."""
    if not found["errors_url"]:
        return None
    beside = file.with_name(f"{file.name}.errors.csv")
    fetch_file(asking.target, found["errors_url"], beside)
    return beside


def show_import(terminal: Terminal, found: Answer, errors: Path | None) -> None:
    """What was understood, and what became of the lines."""
    counts, columns = found["counts"], found["columns"]
    terminal.say(f"{found['name']}  {found['state']}", style="bold")
    understood = [
        f"{header} → {field}" if header != field else header for header, field in columns["understood"].items()
    ]
    facts = [
        ("import", found["id"]),
        ("written as", found["written_as"]),
        ("columns", ", ".join(understood)),
        ("passed over", ", ".join(columns["passed_over"])),
        ("not known", _unknown(columns["unknown"])),
        ("lines", plain(found["progress"]["total"]) if found["progress"]["total"] else None),
        ("taken", plain(counts["taken"])),
        ("ids twice", plain(counts["duplicates"]) if counts["duplicates"] else None),
        ("shared addresses", plain(counts["shared_addresses"]) if counts["shared_addresses"] else None),
        ("bad", plain(counts["bad"]) if counts["bad"] else None),
        ("left", plain(counts["left"]) if found["mode"] == "snapshot" else None),
        ("what is wrong", str(errors) if errors else None),
    ]
    terminal.facts(facts)


def _unknown(columns: list[str]) -> str:
    """Headers that nobody knows, and what to do."""
    if not columns:
        return ""
    shown = ", ".join(columns[:A_LINE]) + (f" and {len(columns) - A_LINE} more" if len(columns) > A_LINE else "")
    return f"{shown} (left out; name a column fields.<name> to keep it)"
