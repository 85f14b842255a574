"""Runs of a connection, an import or a reading of its audience: in words, and watched until they are done."""

from tools.accord.asking import Asking
from tools.accord.client import Answer, Client
from tools.accord.errors import CommandError, RefusedError
from tools.accord.terminal import Bar, moment, pause, plain

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


def in_words(run: Answer) -> str:
    """first import running since 2026-11-25 22:44 UTC: 120 of 1,000"""
    words = f"{run['kind'].replace('_', ' ')} {run['state']} since {moment(run['at'])}"
    return f"{words}: {_progress(run)}"


def follow_run(asking: Asking, connection: str, run_id: str, kind: str) -> None:
    """Watch a run until it is done. Raises CommandError when it fails; Ctrl-C leaves it
    running, and so does an answer that does not come."""
    try:
        with asking.terminal.bar(kind.replace("_", " ")) as bar:
            run = _done(asking.api, connection, run_id, bar)
    except (KeyboardInterrupt, CommandError):
        asking.terminal.note(f"It goes on without you. Look again with: accord status {connection} --follow")
        raise
    if asking.terminal.as_json:
        asking.terminal.document(run)
    if run["state"] == "failed":
        raise CommandError(f"The run failed at {_progress(run)}", remedy=f"Look with: accord status {connection}")
    if not asking.terminal.as_json:
        counts = {name.replace("_", " "): number for name, number in (run.get("counts") or {}).items() if number}
        asking.terminal.say(f"done: {_progress(run)}" + (f" ({plain(counts)})" if counts else ""))


def _done(api: Client, connection: str, run_id: str, bar: Bar) -> Answer:
    while True:
        run = next((each for each in newest_runs(api, connection) if each["id"] == run_id), None)
        if run is not None:
            bar(run["done"], run.get("total"))
            if run["state"] != "running":
                return run
        pause(POLL)


def _progress(run: Answer) -> str:
    total = run.get("total")
    return f"{run['done']:,}" + (f" of {total:,}" if total else "")
