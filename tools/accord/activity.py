"""`accord activity`: what members did with the newsletter: pulled now, looked at, or as a file."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from accord.domain.activity import ActivityKind
from accord.domain.spreadsheet import csv_line
from tools.accord.asking import Asking, Id, asks, connection_argument, more, paging, shared_options
from tools.accord.client import Answer
from tools.accord.exporting import write_lines
from tools.accord.following import watch_run
from tools.accord.runs_in_words import ACTIVITY, show_run
from tools.accord.terminal import moment, plain

KINDS = tuple(kind.value for kind in ActivityKind)
HEAD = ("member", "at", "kind", "campaign", "subject", "link", "detail")


@click.group()
def activity() -> None:
    """See what happened to the list, and who opened and clicked what."""


@activity.command()
@connection_argument
@click.option("--no-wait", is_flag=True, help="Do not wait until it has ended.")
@shared_options
@asks
def pull(asking: Asking, connection: str, no_wait: bool) -> None:
    """Pull what became of campaigns now.

    As every Saturday at noon: sent, opened, clicked, bounced, unsubscribed and
    reported as spam, a thousand recipients a call. Ctrl-C while it runs leaves
    it running.

    \b
    accord activity pull zoo
    """
    started = asking.api.post("connections", connection, "runs", body={"kind": ACTIVITY})
    look, stop = (f"accord runs {what} {connection} {started['run']}" for what in ("show", "stop"))
    if no_wait:
        if asking.terminal.as_json:
            return asking.terminal.document(started)
        return asking.terminal.verbatim(f"The pull runs. Look with: {look}")
    run = watch_run(asking, connection, started["run"], ACTIVITY, {"Look again": look, "End it": stop})
    if not asking.terminal.as_json:
        show_run(asking.terminal, run)
    return None


def filters[F: Callable[..., Any]](function: F) -> F:
    """--campaign, --kind."""
    kind = click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Only these; may be repeated.")
    return click.option("--campaign", type=Id(), help="Only of this campaign.")(kind(function))


@activity.command()
@connection_argument
@click.argument("member", type=Id(), required=False)
@filters
@paging
@shared_options
@asks
def show(
    asking: Asking,
    connection: str,
    member: str | None,
    campaign: str | None,
    kinds: tuple[str, ...],
    limit: int,
    everything: bool,
    after: str | None,
) -> None:
    """Show what MEMBER did, or all that happened.

    Newest first. Without MEMBER also how the list changed: who came, left,
    said no or has another address. Of one member `accord members history` tells
    that. What was only sent is left out: see campaigns.

    \b
    accord activity show zoo m-17
    accord activity show zoo --kind clicked --limit 20
    """
    query = {"campaign": campaign, "kind": ",".join(kinds) or None, "after": after}
    most = None if everything else limit
    document = asking.api.gather(*_path(connection, member), items="activity", most=most, query=query)
    if asking.terminal.as_json:
        return asking.terminal.document(document)
    if not document["activity"]:
        return asking.terminal.note("nothing is known that they did")
    rows = [_row(event, whose=member is None) for event in document["activity"]]
    heads = ("at", *(("member",) if member is None else ()), "what", "link")
    asking.terminal.table(heads, rows)
    if any(event["kind"] == "opened" for event in document["activity"]) and document.get("note"):
        asking.terminal.note(document["note"])
    return more(asking, document)


@activity.command()
@connection_argument
@click.argument("member", type=Id(), required=False)
@filters
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; else stdout.")
@shared_options
@asks
def export(
    asking: Asking,
    connection: str,
    member: str | None,
    campaign: str | None,
    kinds: tuple[str, ...],
    output: Path | None,
) -> None:
    """Export what MEMBER did, or everybody, as CSV.

    A spreadsheet opens it safely. With --json each line is one JSON value.

    \b
    accord activity export zoo --kind clicked --output clicks.csv
    accord activity export zoo --json | jq -r 'select(.kind == "opened") | .member'
    """
    query = {"campaign": campaign, "kind": ",".join(kinds) or None}
    write_lines(asking, _lines(asking, connection, member, query), output)


def _path(connection: str, member: str | None) -> tuple[str, ...]:
    return ("connections", connection, *(("members", member) if member else ()), "activity")


def _row(event: Answer, *, whose: bool) -> tuple[str, ...]:
    name = (event["member"],) if whose else ()
    return (moment(event["at"]), *name, plain(event["sentence"]), event["link"] or "")


def _lines(asking: Asking, connection: str, member: str | None, query: dict[str, str | None]) -> Iterator[str]:
    if not asking.terminal.as_json:
        yield csv_line(HEAD)
    for page in asking.api.pages(*_path(connection, member), query=query):
        for event in page["activity"]:
            told = {"member": member} | event if member else event
            yield json.dumps(told, ensure_ascii=False) + "\n" if asking.terminal.as_json else _line(told)


def _line(event: Answer) -> str:
    about = event["campaign"] or event.get("thread") or event.get("survey") or {}
    cells = (
        event["member"],
        event["at"],
        event["kind"],
        about.get("id"),
        about.get("subject") or about.get("title"),
        event["link"],
        event["detail"],
    )
    return csv_line(cell or "" for cell in cells)
