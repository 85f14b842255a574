"""`accord changes`: the feed of what happened to members in Mailchimp, once or as it happens."""

from collections.abc import Iterator

import click

from tools.accord.asking import Asking, asks, connection_argument, shared_options
from tools.accord.client import LARGEST_PAGE, Answer
from tools.accord.terminal import moment, pause, plain

POLL = 5  # seconds; the feed serves what is half a minute old


@click.command()
@connection_argument
@click.option("--after", metavar="CURSOR", help="Only what is newer than an earlier look.")
@click.option("--follow", is_flag=True, help="Go on as it happens, until Ctrl-C; with --json one notice a line.")
@shared_options
@asks
def changes(asking: Asking, connection: str, after: str | None, follow: bool) -> None:
    """Read what happened in Mailchimp.

    The feed of CONNECTION, which its application reads as well: oldest first.

    \b
    accord changes zoo
    accord changes zoo --follow
    """
    whole: Answer = {"notices": [], "next": None}
    try:
        for page in _pages(asking, connection, after, follow=follow):
            whole["next"] = page["next"]
            _show(asking, page, follow=follow)
            if not follow:
                whole["notices"] += page["notices"]
        if not whole["notices"]:
            asking.terminal.note("nothing new")
    finally:
        if whole["next"] and not (asking.json and not follow):
            command = f"accord changes {connection} --after '{whole['next']}'"
            asking.terminal.command_to_copy("go on later with", command)
    if asking.json and not follow:
        asking.terminal.document(whole)


def _pages(asking: Asking, connection: str, after: str | None, *, follow: bool) -> Iterator[Answer]:
    """`next` leads on even where nothing is new, so an empty page is the end."""
    while True:
        query = {"after": after, "limit": LARGEST_PAGE}
        page = asking.api.get("connections", connection, "changes", query=query)
        page["next"] = after = page.get("next") or after
        yield page
        if not page["notices"]:
            if not follow:
                return
            pause(POLL)


def _show(asking: Asking, page: Answer, *, follow: bool) -> None:
    for notice in page["notices"]:
        if not asking.json:
            asking.terminal.say(f"{moment(notice['timestamp'])}  {_in_words(notice)}")
        elif follow:
            asking.terminal.line_of_json(notice)


def _in_words(notice: Answer) -> str:
    data = notice["data"]
    words = f"{notice['type']}  {plain(data['id'])}" if data.get("id") else str(notice["type"])
    if data.get("reason"):
        words += f"  {plain(data['reason']['message'])}"
    if data.get("counts"):
        words += "  " + ", ".join(f"{number:,} {plain(status)}" for status, number in data["counts"].items())
    if data.get("fields"):
        words += f"  {plain(data['fields'])}"
    return words
