"""`accord campaigns`: what became of each campaign, in figures."""

import click

from tools.accord.asking import Asking, Id, asks, connection_argument, more, paging, shared_options
from tools.accord.client import Answer
from tools.accord.terminal import moment, plain


@click.group()
def campaigns() -> None:
    """See what became of campaigns."""


@campaigns.command("list")
@connection_argument
@paging
@shared_options
@asks
def list_campaigns(asking: Asking, connection: str, limit: int, everything: bool, after: str | None) -> None:
    """List campaigns, newest first.

    As of the last pull of activity, with shares of the mails that arrived.

    \b
    accord campaigns list zoo
    """
    most = None if everything else limit
    document = asking.api.gather(
        "connections", connection, "campaigns", items="campaigns", most=most, query={"after": after}
    )
    if asking.terminal.as_json:
        return asking.terminal.document(document)
    if not document["campaigns"]:
        return asking.terminal.note(f"no campaigns yet; pull them with: accord activity pull {connection}")
    rows = [
        (each["id"], moment(each["sent_at"]), plain(each["subject"]), *_figures(each)) for each in document["campaigns"]
    ]
    heads = ("campaign", "sent", "subject", "mails", "opened", "clicked", "bounced", "unsubscribed")
    asking.terminal.table(heads, rows, numbers=(3, 4, 5, 6, 7))
    return more(asking, document)


@campaigns.command()
@connection_argument
@click.argument("campaign", type=Id())
@shared_options
@asks
def show(asking: Asking, connection: str, campaign: str) -> None:
    """Show CAMPAIGN, and its links.

    \b
    accord campaigns show zoo 42694e9e57
    """
    document = asking.api.get("connections", connection, "campaigns", campaign)
    if asking.terminal.as_json:
        return asking.terminal.document(document)
    totals, terminal = document["totals"], asking.terminal
    mails, opened, clicked, bounced, unsubscribed = _figures(document)
    terminal.say(f"{plain(document['subject'])}  {document['id']}", style="bold")
    terminal.facts(
        (
            ("sent", moment(document["sent_at"])),
            ("mails", mails),
            ("opened", f"{opened}: {totals['unique_opens']:,} people, {totals['opens']:,} times"),
            ("clicked", f"{clicked}: {totals['clickers']:,} people, {totals['clicks']:,} times"),
            ("bounced", f"{bounced}: {totals['hard_bounces']:,} for good, {totals['soft_bounces']:,} for now"),
            ("unsubscribed", f"{unsubscribed}: {totals['unsubscribed']:,}"),
            ("as spam", totals["abuse_reports"] or None),
            ("as of", moment(document["pulled_at"]) if document["pulled_at"] else "not read to its end yet"),
            ("gone", f"from Mailchimp, {moment(document['gone_at'])}" if document["gone_at"] else None),
        )
    )
    if document["links"]:
        terminal.say()
        rows = [(link["url"], link["clicks"], link["clickers"]) for link in document["links"]]
        terminal.table(("link", "clicks", "people"), rows, numbers=(1, 2))
    return terminal.note(document["note"])


def _figures(campaign: Answer) -> tuple[str, ...]:
    """Mails, and the shares of them."""
    rates = campaign["rates"]
    shares = (rates[f"{name}_rate"] for name in ("open", "click", "bounce", "unsubscribe"))
    return (f"{campaign['totals']['emails_sent']:,}", *(f"{share:.1%}" for share in shares))
