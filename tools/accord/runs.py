"""`accord runs`: what was done on a connection as a whole, what it found, and an end to what goes on too long."""

import click

from tools.accord.approving_runs import approve_run
from tools.accord.asking import Asking, Id, asks, connection_argument, more, paging, shared_options
from tools.accord.client import Answer
from tools.accord.errors import CommandError
from tools.accord.importing import approve_import
from tools.accord.runs_in_words import (
    calls_of,
    duration_of,
    found_shortly,
    kind_of,
    progress_of,
    show_run,
    state_of,
    what_stands,
)
from tools.accord.terminal import Terminal

OPEN = frozenset({"running", "proposed", "awaiting_file"})
HEADS = ("run", "kind", "state", "done", "took", "found", "calls/least")


@click.group()
def runs() -> None:
    """See imports, readings and nightly work."""


@runs.command("list")
@connection_argument
@paging
@shared_options
@asks
def list_runs(asking: Asking, connection: str, limit: int, everything: bool, after: str | None) -> None:
    """List runs, newest first.

    A run's name begins with the moment at which the run began, in UTC. Calls
    are those to Mailchimp: made, and how few would have done.

    \b
    accord runs list zoo --limit 10
    accord runs list zoo --all --json | jq -r '.runs[] | [.at, .kind] | @tsv'
    """
    document = asking.api.gather(
        "connections",
        connection,
        "runs",
        items="runs",
        most=None if everything else limit,
        query={"after": after},
    )
    if asking.terminal.as_json:
        return asking.terminal.document(document)
    if not document["runs"]:
        return asking.terminal.note("no runs yet")
    listed = document["runs"]
    rows = [_line(run) for run in listed]
    asking.terminal.table(HEADS, rows, numbers=(3, 6), narrow=lambda: _show_narrow(asking.terminal, listed))
    return more(asking, document)


def _line(run: Answer) -> tuple[str, ...]:
    return (
        run["id"],
        kind_of(run),
        run["state"],
        progress_of(run),
        duration_of(run),
        found_shortly(run),
        calls_of(run),
    )


def _show_narrow(terminal: Terminal, listed: list[Answer]) -> None:
    """The same with lines for each, where a name leaves little room beside it."""
    for run in listed:
        terminal.say(f"{run['id']}  {kind_of(run)}  {run['state']}", style="bold")
        took, calls = duration_of(run), calls_of(run)
        parts = (progress_of(run), f"took {took}" if took else "", f"calls/least {calls}" if calls else "")
        terminal.say("  ".join(part for part in parts if part), indent=2)
        if found := found_shortly(run):
            terminal.say(found, indent=2)


@runs.command()
@connection_argument
@click.argument("run", type=Id())
@shared_options
@asks
def show(asking: Asking, connection: str, run: str) -> None:
    """Show RUN, and all that it found.

    \b
    accord runs show zoo 2026-11-25T03:00:00.000000Z-night
    """
    document = asking.api.get("connections", connection, "runs", run)
    if asking.terminal.as_json:
        return asking.terminal.document(document)
    return show_run(asking.terminal, document)


@runs.command()
@connection_argument
@click.argument("run", type=Id())
@click.option("--yes", is_flag=True, help="Do not ask.")
@shared_options
@asks
def stop(asking: Asking, connection: str, run: str, yes: bool) -> None:
    """End RUN: a reconciliation, a plan, an import or a pull of activity.

    It goes on no further, and waits no longer. What a reconciliation or
    a pull found until then stands, and the next one finds the rest; what an import sent
    stays accepted; of a plan nothing comes.

    \b
    accord runs stop zoo 2026-11-25T03:00:00.000000Z-night
    """
    known = asking.api.get("connections", connection, "runs", run)
    if known["state"] in OPEN:
        asking.terminal.note(state_of(known))
        asking.terminal.confirm("End it?", yes=yes)
    ended = asking.api.post("connections", connection, "runs", run, "stop")
    if asking.terminal.as_json:
        asking.terminal.document(ended)
    if ended["state"] in OPEN:
        raise CommandError(f"Only reconciliations, plans, imports and pulls can be stopped; this is: {state_of(ended)}")
    if asking.terminal.as_json:
        return None
    if known["state"] not in OPEN:
        return asking.terminal.say(f"There is nothing to stop: {state_of(ended)}")
    return asking.terminal.say(f"{ended['state']} at {progress_of(ended)}; {what_stands(ended)}.")


@runs.command()
@connection_argument
@click.argument("run", type=Id())
@click.option(
    "--at-most", type=click.IntRange(min=0), metavar="N", help="Do not ask where no more members are concerned."
)
@shared_options
@asks
def approve(asking: Asking, connection: str, run: str, at_most: int | None) -> None:
    """Let RUN go on, a reconciliation or an import that waits.

    It waits since it would do more than one may unasked: archive, subscribe or
    add to the bill too many (a reconciliation), or let too many members leave
    (a snapshot). It does what it shows, and no more.

    \b
    accord runs approve zoo 2026-11-25T03:00:00.000000Z-night
    accord runs approve zoo 2026-11-25T03:00:00.000000Z-night --at-most 250
    """
    known = asking.api.get("connections", connection, "runs", run)
    if known["state"] == "proposed" and known["kind"] == "import":
        waiting = asking.api.get("connections", connection, "imports", run)["import"]
        approve_import(asking, connection, waiting, may_leave=at_most, option="--at-most")
    else:
        approve_run(asking, connection, known, at_most=at_most)
    gone_on = asking.api.get("connections", connection, "runs", run)
    if asking.terminal.as_json:
        return asking.terminal.document(gone_on)
    return asking.terminal.verbatim(f"It goes on. Look with: accord runs show {connection} {run}")
