"""`accord approve`: what a first import would do, a person's yes, and the import until it is done."""

import click

from tools.accord.asking import Asking, asks, connection_argument, shared_options, with_remedy
from tools.accord.client import Answer
from tools.accord.errors import RefusedError
from tools.accord.following import POLL, follow_run, newest_runs
from tools.accord.terminal import Terminal, moment, pause

WOULD = (
    ("create", "contacts created"),
    ("update", "contacts updated"),
    ("leave_alone", "left alone"),
    ("unsubscribe", "unsubscribed"),
    ("archive", "archived"),
)


@click.command()
@connection_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Only show what the import would do.")
@click.option("--no-wait", is_flag=True, help="Do not wait for the import to be done.")
@shared_options
@asks
def approve(asking: Asking, connection: str, yes: bool, dry_run: bool, no_wait: bool) -> None:
    """Let the first import of CONNECTION begin.

    Shows what it would do, and asks. Nothing is written to an audience before. Ctrl-C while it runs leaves it
    running.

    \b
    accord approve zoo --dry-run
    accord approve zoo
    """
    summary = _summary(asking, connection)
    if asking.terminal.as_json and dry_run:
        return asking.terminal.document(summary)
    if not asking.terminal.as_json:
        show_summary(asking.terminal, connection, summary)
    if dry_run:
        return None
    asking.terminal.confirm("Let the import begin?", yes=yes)
    started = asking.api.post("connections", connection, "approve", body={"summary": summary["id"]})
    if not no_wait:
        return follow_run(asking, connection, started["run"], "first_import")
    if asking.terminal.as_json:
        return asking.terminal.document(started)
    return asking.terminal.say(f"The import runs. Look with: accord status {connection} --follow")


def _summary(asking: Asking, connection: str) -> Answer:
    """What is there, or what comes when the audience is read: a test begins that. Raises RefusedError."""
    try:
        return asking.api.get("connections", connection, "summary")
    except RefusedError as error:
        if error.code != 404:
            raise
        if _reading(asking, connection) is None:
            with_remedy(error, f"A summary comes with: accord connections test {connection}")
            raise
    with asking.terminal.bar("the audience is read") as bar:
        while reading := _reading(asking, connection):
            bar(reading["done"], reading.get("total"))
            pause(POLL)
    return asking.api.get("connections", connection, "summary")


def _reading(asking: Asking, connection: str) -> Answer | None:
    return next((run for run in newest_runs(asking.api, connection) if run["state"] == "running"), None)


def show_summary(terminal: Terminal, connection: str, summary: Answer) -> None:
    """What an import would do, in numbers."""
    terminal.say(f"What the first import of {connection} would do, as of {moment(summary['at'])}", style="bold")
    excluded = sum(each["count"] for each in summary["excluded"])
    change = summary["billed_contacts_change"]
    rows: list[tuple[str, object]] = [
        ("members given", summary["members"]),
        ("contacts in the audience", summary["contacts"]),
        *((words, summary["would"].get(name, 0)) for name, words in WOULD),
        ("excluded", excluded),
        *((f"  {each['message']}", each["count"]) for each in summary["excluded"]),
        ("people found who had unsubscribed", summary["unsubscribed_found"]),
        ("change in contacts that Mailchimp bills", f"{change:+,}"),
    ]
    terminal.table(("", ""), rows, numbers=(1,))
    for audience in summary["former_unread"]:
        terminal.say(
            f"The audience before, {audience}, can not be read any more: whoever unsubscribed there since it last was, "
            "and of whom no webhook told, is not known and would be made a contact."
        )
