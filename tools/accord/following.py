"""Runs of a connection that go on: the newest of them, and one that is watched until it has ended."""

from tools.accord.asking import Asking
from tools.accord.client import Answer, Client
from tools.accord.errors import CommandError, RefusedError
from tools.accord.runs_in_words import found_shortly, progress_of
from tools.accord.terminal import Bar, pause

POLL = 1  # seconds


def newest_runs(api: Client, connection: str) -> list[Answer]:
    """The first page of them; none where this Accord knows no runs."""
    try:
        found: list[Answer] = api.get("connections", connection, "runs")["runs"]
    except RefusedError as error:
        if error.code != 404:
            raise
        return []
    return found


def follow_run(asking: Asking, connection: str, run_id: str, kind: str) -> None:
    """Watch a run until it is done, and say in a line what came of it. Raises what `watch_run` raises."""
    run = watch_run(asking, connection, run_id, kind, {"Look again": f"accord status {connection} --follow"})
    if not asking.terminal.as_json:
        progress, found = progress_of(run), found_shortly(run)
        asking.terminal.say(f"done: {progress} ({found})" if progress and found else f"done: {progress or found}")


def watch_run(
    asking: Asking,
    connection: str,
    run_id: str,
    kind: str,
    left: dict[str, str],
    *,
    among: str = "runs",
    last: bool = True,
) -> Answer:
    """Watch a run until it is done; with --json its document is shown, where it is the `last` of a command. Raises
    CommandError when it ends otherwise. Ctrl-C leaves it running, and so does an answer that does not come: `left` are
    the commands for then. A plan is a run that is looked at `among` plans."""
    try:
        with asking.terminal.bar(kind.replace("_", " ")) as bar:
            run = _ended(asking.api, connection, among, run_id, bar)
    except (KeyboardInterrupt, CommandError):
        asking.terminal.note("It goes on without you.")
        for what, command in left.items():
            asking.terminal.command_to_copy(what, command)
        raise
    if asking.terminal.as_json and last:
        asking.terminal.document(run)
    if run["state"] == "proposed":
        raise CommandError(
            "The run waits for an approval",
            lines=[str(run["detail"])],
            remedy=f"Give it with: accord runs approve {connection} {run_id}",
        )
    if run["state"] != "done":
        was = "failed" if run["state"] == "failed" else "was stopped"
        at = f" at {progress_of(run)}" if progress_of(run) else ""
        why = [str(run["detail"])] if run.get("detail") else []
        look = f"Look with: accord runs show {connection} {run_id}"
        raise CommandError(f"The run {was}{at}", lines=why, remedy=look)
    return run


def _ended(api: Client, connection: str, among: str, run_id: str, bar: Bar) -> Answer:
    while True:
        run = api.get("connections", connection, among, run_id)
        bar(run["done"], run.get("total"))
        if run["state"] != "running":
            return run
        pause(POLL)
