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
@click.option("--yes", is_flag=True, help="Do not ask, even if a snapshot lacks many members.")
@click.option("--no-wait", is_flag=True, help="Do not wait until it is read.")
@shared_options
@asks
def import_file(asking: Asking, file: Path, connection: str, mode: str, source: str, yes: bool, no_wait: bool) -> None:
    """Import the members in FILE, CSV or NDJSON.

    The first line of a CSV names the columns: email, first_name,
    consent.status ... in English, French, or as Mailchimp exports them. Good
    lines are taken, bad ones listed in FILE.errors.csv with the reason.
    Consent is only what a column says. Ctrl-C leaves it running.

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
        found = _approved(asking, file, connection, found, yes=yes)
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
                bar(progress["done"], progress["total"], _estimate(progress))
                if found["state"] != "running":
                    return found
                pause(POLL)
    except (KeyboardInterrupt, CommandError):
        asking.terminal.note("It goes on without you.")
        asking.terminal.command_to_copy("Look again", look)
        raise


def _estimate(progress: Answer) -> str:
    """reading, 2 min left"""
    left = progress["seconds_left"]
    if left is None:
        return str(progress["phase"])
    return f"{progress['phase']}, {f'{round(left / 60)} min' if left >= 90 else f'{left} s'} left"


def _approved(asking: Asking, file: Path, connection: str, found: Answer, *, yes: bool) -> Answer:
    """With a person's yes, or `--yes`. Raises CommandError, or UsageError where nobody is there to be asked."""
    asking.terminal.note(str(found["detail"]))
    if errors := _errors_beside(asking, file, found):
        asking.terminal.note(f"What is wrong is in {errors}")
    asking.terminal.confirm(f"Have these {found['snapshot']['missing']:,} members left?", yes=yes)
    asking.api.post("connections", connection, "imports", found["id"], "approve")
    return _followed(asking, connection, found["id"], f"accord runs show {connection} {found['id']}")


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
