"""`accord failures`: what failed and why, and another try for all of it or for one reason."""

import click

from tools.accord.asking import Asking, asks, connection_argument, more, paging, shared_options
from tools.accord.members import show_lines


@click.group()
def failures() -> None:
    """See what failed, and try it again."""


@failures.command("list")
@connection_argument
@paging
@shared_options
@asks
def list_failures(asking: Asking, connection: str, limit: int, everything: bool, after: str | None) -> None:
    """List what failed, by reason.

    With what to do about it; then member by member.

    \b
    accord failures list zoo
    """
    document = asking.api.gather(
        "connections",
        connection,
        "failures",
        items="failures",
        most=None if everything else limit,
        query={"after": after},
    )
    if asking.terminal.as_json:
        return asking.terminal.document(document)
    if not document["failures"]:
        return asking.terminal.note("nothing failed")
    for reason in document.get("reasons") or []:
        asking.terminal.say(f"{reason['count']:,} × {reason['code']}", style="bold")
        asking.terminal.say(f"{reason['message']} {reason['next_step']}".strip(), indent=2)
    asking.terminal.say()
    show_lines(asking.terminal, document["failures"])
    more(asking, document)
    return asking.terminal.note(f"when it is mended: accord failures retry {connection}", style="dim")


@failures.command()
@connection_argument
@click.option("--reason", metavar="CODE", help="Only what failed for this reason.")
@shared_options
@asks
def retry(asking: Asking, connection: str, reason: str | None) -> None:
    """Try again, all or one reason.

    \b
    accord failures retry zoo --reason field_invalid
    """
    retried, document = 0, {"more": True}
    while document["more"]:  # a call tries as many as its time allows
        document = asking.api.post(
            "connections", connection, "failures", "retry", body={"reason": reason} if reason else None
        )
        retried += document["retried"]
        if not document["retried"]:
            break
    if asking.terminal.as_json:
        return asking.terminal.document({**document, "retried": retried})
    if not retried:
        return asking.terminal.say("There is nothing to try again.")
    asking.terminal.say(f"{retried:,} {'member is' if retried == 1 else 'members are'} tried again.")
    return asking.terminal.note(f"see what comes of it: accord failures list {connection}", style="dim")
