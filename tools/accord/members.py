"""`accord members`: how members stand, why, what happened to them, and another try."""

import click

from tools.accord.asking import Asking, Id, asks, connection_argument, more, paging, shared_options
from tools.accord.client import Answer
from tools.accord.terminal import Terminal, moment, plain


@click.group()
def members() -> None:
    """See how members stand, and why."""


@members.command("list")
@connection_argument
@click.option("--status", metavar="STATUS", help="Only these: synced, excluded, failed, unsubscribed ...")
@paging
@shared_options
@asks
def list_members(
    asking: Asking, connection: str, status: str | None, limit: int, everything: bool, after: str | None
) -> None:
    """List members, all or of one status.

    \b
    accord members list zoo --status excluded
    accord members list zoo --all --json | jq -r '.members[].id'
    """
    document = asking.api.gather(
        "connections",
        connection,
        "members",
        items="members",
        most=None if everything else limit,
        query={"status": status, "after": after},
    )
    if asking.terminal.as_json:
        return asking.terminal.document(document)
    if not document["members"]:
        return asking.terminal.note("no members" + (f" with the status {status}" if status else ""))
    show_lines(asking.terminal, document["members"])
    return more(asking, document)


def show_lines(terminal: Terminal, lines: list[Answer]) -> None:
    """Members in a list."""
    rows = [(each["id"], each["status"], each["reason"]["code"], moment(each["since"])) for each in lines]
    terminal.table(("member", "status", "reason", "since"), rows)


@members.command()
@connection_argument
@click.argument("member", type=Id())
@shared_options
@asks
def show(asking: Asking, connection: str, member: str) -> None:
    """Show how MEMBER stands, and why.

    \b
    accord members show zoo m-17
    accord members show zoo m-17 --lang fr
    """
    document = asking.api.get("connections", connection, "members", member)
    if asking.terminal.as_json:
        return asking.terminal.document(document)
    contact, terminal = document.get("contact") or {}, asking.terminal
    terminal.say(f"{document['id']}  {document['status']}", style="bold")
    return terminal.facts(
        (
            ("why", document["reason"]["message"]),
            ("what to do", document["reason"]["next_step"]),
            ("since", moment(document["since"])),
            ("email", document["email"] or "none is known"),
            ("in Mailchimp", _contact(contact)),
            ("consent", consent_in_words(document.get("consent"))),
            ("version", _version(document)),
            ("attempts", document["attempts"] or None),
        )
    )


def _contact(contact: Answer) -> str:
    seen = contact.get("status") or "never seen"
    more_of_it = [contact[name] for name in ("contact_id", "url") if contact.get(name)]
    return ", ".join([seen, *more_of_it])


def _version(document: Answer) -> str:
    version, synced = document.get("version"), document.get("synced_version")
    if version == synced:
        return f"{version}, settled"
    return f"{version}; settled: {'none yet' if synced is None else synced}"


def consent_in_words(consent: Answer | None) -> str:
    """One statement on a line."""
    if not consent:
        return "nothing was ever said"
    words = [consent["status"].replace("_", " ")]
    if consent.get("at"):
        words.append(moment(consent["at"]))
    if consent.get("source"):
        words.append(f"by {plain(consent['source'])}")
    if consent.get("wording"):
        words.append(f"“{plain(consent['wording'])}”")
    return ", ".join(words)


@members.command()
@connection_argument
@click.argument("member", type=Id())
@paging
@shared_options
@asks
def history(asking: Asking, connection: str, member: str, limit: int, everything: bool, after: str | None) -> None:
    """Show what happened to MEMBER."""
    document = asking.api.gather(
        "connections",
        connection,
        "members",
        member,
        "history",
        items="events",
        most=None if everything else limit,
        query={"after": after},
    )
    if asking.terminal.as_json:
        return asking.terminal.document(document)
    if not document["events"]:
        return asking.terminal.note(f"nothing is known to have happened to {member}")
    show_events(asking.terminal, document["events"])
    return more(asking, document)


def show_events(terminal: Terminal, events: list[Answer]) -> None:
    """Lines of a history."""
    lines = [(moment(each["at"]), each["sentence"], _standing(each), _cause(each)) for each in events]
    terminal.table(("at", "what happened", "before → after", "because"), lines)


def _standing(event: Answer) -> str:
    """How the member stood before, and how since; nothing where that did not change."""
    before, after = (event.get("before") or {}).get("status"), event.get("status")
    return f"{before or '-'} → {after}" if after and after != before else ""


def _cause(event: Answer) -> str:
    cause = event.get("cause")
    return str(cause["sentence"]) if cause else ""


@members.command()
@connection_argument
@click.argument("member", type=Id())
@shared_options
@asks
def consent(asking: Asking, connection: str, member: str) -> None:
    """Show the certificate of consent.

    May MEMBER be mailed, and why: what they said, what they did, what Accord
    wrote.
    """
    document = asking.api.get("connections", connection, "members", member, "consent")
    if asking.terminal.as_json:
        return asking.terminal.document(document)
    terminal = asking.terminal
    may = "may be mailed" if document["may_be_mailed"] else "may not be mailed"
    terminal.say(f"{document['id']}  {may}", style="bold")
    terminal.facts((("why", document["reason"]["message"]), ("what to do", document["reason"]["next_step"])))
    terminal.say()
    terminal.say("What they said")
    for each in document["statements"]:
        terminal.say(f"{consent_in_words(each)} (received {moment(each['received_at'])})", indent=2)
    if not document["statements"]:
        terminal.say("nothing", indent=2)
    if document["in_mailchimp"]:
        terminal.say()
        terminal.say("What they did in Mailchimp")
        for each in document["in_mailchimp"]:
            terminal.say(f"{moment(each['at'])}  {each['what'].replace('_', ' ')}", indent=2)
    if document["writes"]:
        terminal.say()
        terminal.say("What Accord wrote")
        for each in document["writes"]:
            terminal.say(f"{moment(each['at'])}  {each['sentence']}", indent=2)
    return None


@members.command()
@connection_argument
@click.argument("member", type=Id())
@click.option("--hours", type=click.IntRange(1, 168), default=24, show_default=True, help="How long the URL is good.")
@shared_options
@asks
def badge(asking: Asking, connection: str, member: str, hours: int) -> None:
    """Print the URL of the badge of MEMBER, for a page.

    \b
    accord members badge zoo m-17 --lang fr
    """
    document = asking.api.get("connections", connection, "badges", query={"ids": member, "hours": hours})
    if asking.terminal.as_json:
        return asking.terminal.document(document)
    (shown,) = document["badges"]
    asking.terminal.say(shown["url"])
    return asking.terminal.note(f"{shown['colour']}: {shown['reason']['message']}", style="dim")


@members.command()
@connection_argument
@click.argument("member", type=Id())
@shared_options
@asks
def retry(asking: Asking, connection: str, member: str) -> None:
    """Try again for MEMBER, at once."""
    document = asking.api.post("connections", connection, "members", member, "retry")
    if asking.terminal.as_json:
        return asking.terminal.document(document)
    if not document["retried"]:
        return asking.terminal.say(f"There is nothing to try again for {member}.")
    asking.terminal.say(f"{member} is tried again.")
    return asking.terminal.note(f"see what comes of it: accord members show {connection} {member}", style="dim")
