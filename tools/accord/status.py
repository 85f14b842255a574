"""`accord status`: how every connection stands, and what needs a person."""

from collections.abc import Iterator

import click

from tools.accord.asking import Asking, Id, asks, shared_options
from tools.accord.client import Answer
from tools.accord.errors import RefusedError
from tools.accord.following import follow_run, newest_runs
from tools.accord.runs_in_words import kind_of, state_of
from tools.accord.terminal import moment, plain

NEXT = {
    "draft": "accord connections test {id}",
    "awaiting_approval": "accord approve {id}",
    "paused": "accord connections resume {id}",
    "broken": "accord connections update {id} --new-api-key",
}
"""The states that a person ends, and with which command."""


@click.command()
@click.argument("connection", required=False, type=Id())
@click.option("--follow", is_flag=True, help="Watch the run that goes on until it is done.")
@shared_options
@asks
def status(asking: Asking, connection: str | None, follow: bool) -> None:
    """See how it goes, and what needs a person.

    Every connection, or CONNECTION alone.

    \b
    accord status
    accord status zoo --follow
    """
    if follow and not connection:
        raise click.UsageError("Which connection is to be followed? accord status CONNECTION --follow")
    documents = [_one(asking, connection)] if connection else _all(asking)
    standings = [
        {"connection": each, **_counted(asking, each["id"]), "runs": newest_runs(asking.api, each["id"])}
        for each in documents
    ]
    if connection and follow:
        running = next((run for run in standings[0]["runs"] if run["state"] == "running"), None)
        if running:
            return follow_run(asking, connection, running["id"], running["kind"])
        asking.terminal.note("nothing is running")
    if asking.terminal.as_json:
        return asking.terminal.document(standings[0] if connection else {"connections": standings})
    if not standings:
        return asking.terminal.note("no connections yet: make one with accord connections create")
    for place, each in enumerate(standings):
        if place:
            asking.terminal.say()
        _show(asking, each)
    return None


def _counted(asking: Asking, connection: str) -> Answer:
    return asking.api.get("connections", connection, "counts")


def _one(asking: Asking, connection: str) -> Answer:
    try:
        found: Answer = asking.api.get("connections", connection)["connection"]
    except RefusedError as error:
        if error.code != 404:
            raise
        return {"id": connection}  # an Accord without this route: its counts tell whether there is such a connection
    return found


def _all(asking: Asking) -> list[Answer]:
    try:
        found: list[Answer] = asking.api.gather("connections", items="connections", most=None)["connections"]
    except RefusedError as error:
        only = asking.target.local.get("connection_id")
        if error.code != 404 or not only:
            raise
        return [{"id": only}]  # an Accord without this route; the local stack tells what it connected
    return found


def _show(asking: Asking, standing: Answer) -> None:
    connection, counts, terminal = standing["connection"], standing["counts"], asking.terminal
    words = [connection["id"]]
    if connection.get("state"):
        words.append(connection["state"].replace("_", " "))
    if connection.get("state_since"):
        words.append(f"since {moment(connection['state_since'])}")
    terminal.say("  ".join(words), style="bold")
    reason = connection.get("reason") or {}
    if reason.get("message"):
        terminal.say(reason["message"], indent=2)
    most_first = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    parts = [f"{number:,} {name.replace('_', ' ')}" for name, number in most_first if number]
    terminal.say(f"{standing['total']:,} members" + (": " + ", ".join(parts) if parts else ""), indent=2)
    for run in standing["runs"]:
        if run["state"] == "running":
            terminal.say(state_of(run), indent=2)
    for run in standing["runs"]:
        if run["state"] == "proposed" and run["kind"] in {"reconciliation", "import"}:
            terminal.say(f"→ {kind_of(run)} waits: {plain(run['detail'])}", style="yellow", indent=2)
            terminal.say(f"accord runs approve {connection['id']} {run['id']}", indent=4)
    for need, command in _needs(connection, counts):
        terminal.say(f"→ {need}", style="yellow", indent=2)
        terminal.say(command, indent=4)


def _needs(connection: Answer, counts: dict[str, int]) -> Iterator[tuple[str, str]]:
    """What does not go on by itself, and the command that leads on."""
    if command := NEXT.get(str(connection.get("state"))):
        said = (connection.get("reason") or {}).get("next_step")
        yield said or "A person has to look at it.", command.format(id=connection["id"])
    if failed := counts.get("failed"):
        yield f"{failed:,} failed. See why, mend it, try it again.", f"accord failures list {connection['id']}"
