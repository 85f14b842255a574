"""`accord plan`: what a reconciliation would do, shown by page: ten lines whole, a hundred thousand in part."""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import batched, islice
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from tools.accord.asking import (
    Asking,
    Id,
    asks,
    complete_connections,
    connection_argument,
    more,
    paging,
    shared_options,
)
from tools.accord.client import LARGEST_PAGE, Answer
from tools.accord.errors import CommandError
from tools.accord.following import watch_run
from tools.accord.plan_lines import SHOWN, Look, lines_of, some_of, write_file
from tools.accord.plans_in_words import DEEDS, deeds_shortly, is_good, rows_of, show_plan, until
from tools.accord.runs_in_words import progress_of, state_of
from tools.accord.terminal import Terminal, plain

HEADS = ("plan", "state", "members", "would", "may be applied")
STDOUT = "-"
KINDS = ", ".join(DEEDS)


class Plans(click.Group):
    """`accord plan zoo` is `accord plan make zoo`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        is_order = bool(args) and args[0] not in {*self.commands, *ctx.help_option_names}
        return super().parse_args(ctx, ["make", *args] if is_order else args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        connections = [CompletionItem(each) for each in complete_connections(ctx, None, incomplete)]
        return super().shell_complete(ctx, incomplete) + connections


def _checked(asking: Asking, look: Look) -> Look:
    """Raises click.UsageError for what does not go together."""
    if asking.json and (look.everything or look.output == STDOUT):
        raise click.UsageError("--json is one document, without the lines: --output has them, one JSON value each.")
    return look


def looking[F: Callable[..., Any]](function: F) -> F:
    """--show, --lines, --all, --output."""
    for each in (
        click.option("--output", metavar="FILE", help="Write all lines there, one JSON value each; - is stdout."),
        click.option("--all", "everything", is_flag=True, help="All lines."),
        click.option("--lines", "most", type=click.IntRange(0), default=SHOWN, show_default=True, help="So many."),
        click.option("--show", "deed", type=click.Choice(tuple(DEEDS)), metavar="DEED", help=f"Only these: {KINDS}."),
    ):
        function = each(function)
    return function


@click.group(cls=Plans, subcommand_metavar="CONNECTION | COMMAND [ARGS]...")
def plan() -> None:
    """See what a reconciliation would do.

    It is written down line by line, and nothing else is done; then all of it
    is done with `accord apply`, or nothing.

    \b
    accord plan zoo
    accord plan zoo --show archive --all
    accord plan show zoo 2026-11-25T22:44:01.500000Z-0badcafe --output plan.ndjson
    """


@plan.command()
@connection_argument
@looking
@click.option("--no-wait", is_flag=True, help="Do not wait until it is made.")
@shared_options
@asks
def make(
    asking: Asking, connection: str, deed: str | None, most: int, everything: bool, output: str | None, no_wait: bool
) -> None:
    """Make a plan for CONNECTION; `accord plan CONNECTION` does the same.

    The whole audience is read, and nothing is written. Ctrl-C leaves it being
    made.
    """
    look = _checked(asking, Look(deed, most, everything, output))
    made = asking.api.post("connections", connection, "plans", body={})["plan"]
    again, stop = f"accord plan show {connection} {made}", f"accord runs stop {connection} {made}"
    if no_wait:
        if asking.terminal.as_json:
            return asking.terminal.document({"plan": made})
        return asking.terminal.verbatim(f"The plan is being made. Look with: {again}")
    left = {"Look again": again, "End it": stop}
    document = watch_run(asking, connection, made, "plan", left, among="plans")
    return _tell(asking, connection, document, look)


@plan.command()
@connection_argument
@click.argument("plan_id", metavar="PLAN", type=Id())
@looking
@click.option("--left-out", is_flag=True, help="Only lines that were not applied with the others, and why.")
@shared_options
@asks
def show(
    asking: Asking,
    connection: str,
    plan_id: str,
    deed: str | None,
    most: int,
    everything: bool,
    output: str | None,
    left_out: bool,
) -> None:
    """Show PLAN, as it was made.

    Its lines are kept for two days.

    \b
    accord plan show zoo 2026-11-25T22:44:01.500000Z-0badcafe --all | less
    """
    look = _checked(asking, Look(deed, most, everything, output, left_out))
    document = asking.api.get("connections", connection, "plans", plan_id)
    if asking.terminal.as_json:
        asking.terminal.document(document)
    return _tell(asking, connection, document, look)


@plan.command("list")
@connection_argument
@paging
@shared_options
@asks
def list_plans(asking: Asking, connection: str, limit: int, everything: bool, after: str | None) -> None:
    """List plans, newest first."""
    document = asking.api.gather(
        "connections",
        connection,
        "plans",
        items="plans",
        most=None if everything else limit,
        query={"after": after},
    )
    if asking.terminal.as_json:
        return asking.terminal.document(document)
    if not document["plans"]:
        asking.terminal.note("no plans yet")
        return more(asking, document)
    listed = document["plans"]
    rows = [(each["id"], each["state"], _members(each), deeds_shortly(each), until(each)) for each in listed]
    asking.terminal.table(HEADS, rows, numbers=(2,), narrow=lambda: _show_narrow(asking.terminal, listed))
    return more(asking, document)


def _members(document: Answer) -> str:
    return progress_of(document) if document["lines"] is None else f"{document['lines']:,}"


def _show_narrow(terminal: Terminal, listed: list[Answer]) -> None:
    for each in listed:
        terminal.say(f"{each['id']}  {each['state']}", style="bold")
        for words in (deeds_shortly(each) or _members(each), until(each)):
            if words:
                terminal.say(words, indent=2)


# --- a plan and its lines -------------------------------------------------------------------------------------------


def _tell(asking: Asking, connection: str, document: Answer, look: Look) -> None:
    """What it comes to, and lines of it."""
    terminal = asking.terminal
    if not terminal.as_json and look.output != STDOUT:
        show_plan(terminal, connection, document)
    is_made = document["state"] == "done"
    if look.output is not None:
        if not is_made:
            raise CommandError(f"There are no lines yet: {state_of(document)}")
        return _write(asking, lines_of(asking.api, connection, document, look), look.output)
    if is_made and not terminal.as_json:
        show_lines(asking, connection, document, look)
        if document["lines"] and is_good(document):
            terminal.command_to_copy("Apply it", f"accord apply {connection} {document['id']}")
    return None


def show_lines(asking: Asking, connection: str, document: Answer, look: Look) -> None:
    """As many as are looked for, and how many there are."""
    terminal, lines = asking.terminal, lines_of(asking.api, connection, document, look)
    total = document["would"].get(look.deed, 0) if look.deed else document["lines"]
    if not total:
        if look.deed and document["lines"]:
            terminal.note(f"no line is {plain(look.deed)}")
        return
    if look.everything:
        shown: Iterable[Answer] = lines
    elif look.deed or look.left_out:
        shown = islice(lines, look.most)
    else:
        shown = some_of(lines, document["would"], look.most)
    count = 0
    for page in batched(shown, LARGEST_PAGE, strict=False):
        if not count:
            terminal.say()
        terminal.rows(row for line in page for row in rows_of(line))
        count += len(page)
    if count:
        terminal.say()
    _say_how_many(asking, connection, document, look, count, total)


def _say_how_many(asking: Asking, connection: str, document: Answer, look: Look, count: int, total: int) -> None:
    """Of those that there are."""
    terminal = asking.terminal
    if look.left_out and (look.everything or count < look.most):
        if not count:
            terminal.note("none was left out")
        return
    if not count and look.most:
        terminal.note("The lines are not kept any more.")
    elif count < total and not look.everything:
        only = (" --left-out" if look.left_out else "") + (f" --show {look.deed}" if look.deed else "")
        rest = "... there may be more" if look.left_out else f"... and {total - count:,} more"
        terminal.command_to_copy(rest, f"accord plan show {connection} {document['id']}{only} --all")


def _write(asking: Asking, lines: Iterator[Answer], output: str) -> None:
    """All of them. A file is there when it is whole, and not before."""
    written = (json.dumps(line, ensure_ascii=False) for line in lines)
    if output == STDOUT:
        for line in written:
            click.echo(line)
        return
    try:
        count = write_file(Path(output).resolve(), written)
    except OSError as error:
        raise CommandError(f"{output} can not be written: {error.strerror or type(error).__name__}") from None
    asking.terminal.note(f"{count:,} lines written to {output}")
