"""`accord connections audiences, choose-audience, fields, groups, segments`: where members go, and how sorted."""

import sys
from typing import Any

import click

from tools.accord.asking import Asking, asks, connection_argument, shared_options
from tools.accord.client import Answer
from tools.accord.connections import connections
from tools.accord.terminal import plain

TEXTS = {
    "from_name": "Who campaigns come from.",
    "from_email": "The address that they come from.",
    "subject": "The usual subject.",
    "language": "The usual language, as en or fr.",
    "permission_reminder": "Why people get these mails, in a sentence.",
    "company": "The organisation, shown below each mail with its address.",
    "address1": "Street and number.",
    "address2": "What else belongs to the address.",
    "city": "City.",
    "state": "State or region.",
    "zip": "Postal code.",
    "country": "Country, as FR.",
    "phone": "Telephone.",
    "notify_on_subscribe": "Who is told of those who subscribe.",
    "notify_on_unsubscribe": "Who is told of those who unsubscribe.",
}
FLAGS = {
    "double_optin": "Mailchimp asks each person to confirm.",
    "marketing_permissions": "With fields for permissions under the GDPR.",
}


def _new_audience_options(function: Any) -> Any:
    for name, words in reversed(FLAGS.items()):
        function = click.option(f"--{name.replace('_', '-')}", is_flag=True, default=None, help=words)(function)
    for name, words in reversed(TEXTS.items()):
        function = click.option(f"--{name.replace('_', '-')}", metavar="TEXT", help=words)(function)
    return function


@connections.command()
@connection_argument
@shared_options
@asks
def audiences(asking: Asking, connection: str) -> None:
    """List the audiences there are."""
    document = asking.api.get("connections", connection, "audiences")
    if asking.terminal.as_json:
        return asking.terminal.document(document)
    return _show_audiences(asking, document)


def _show_audiences(asking: Asking, document: Answer) -> None:
    rows = [
        (each["id"], each["name"], each["member_count"], _asks(each), plain(each["used_by"] or None))
        for each in document["audiences"]
    ]
    if rows:
        asking.terminal.table(("id", "audience", "contacts", "opt-in", "used by"), rows, numbers=(2,))
    else:
        asking.terminal.note("this Mailchimp account has no audience yet")
    if several := document.get("contacts_in_several"):
        asking.terminal.say(f"{several:,} contacts are in several audiences: Mailchimp bills each of them.")
    if document.get("may_create"):
        asking.terminal.note("a new one: accord connections choose-audience --help", style="dim")
    else:
        asking.terminal.note("the plan allows no further audience", style="dim")


def _asks(audience: Answer) -> str:
    return ("double" if audience["double_optin"] else "single") + (
        ", GDPR" if audience.get("marketing_permissions") else ""
    )


@connections.command("choose-audience")
@connection_argument
@click.argument("audience", required=False)
@click.option("--new", metavar="NAME", help="Create an audience of this name instead.")
@_new_audience_options
@shared_options
@asks
def choose_audience(
    asking: Asking, /, connection: str, audience: str | None, new: str | None, **given: str | bool | None
) -> None:
    """Join CONNECTION to AUDIENCE.

    AUDIENCE is an id; without one it is chosen from a list. With --new one is
    made, and the options after it say how.

    \b
    accord connections choose-audience zoo b1rd5
    accord connections choose-audience zoo --new "The Zoo" \\
      --from-name Zoo --from-email news@zoo.test --company Zoo \\
      --subject News --language en --address1 "1 quai du Phoque" \\
      --city Paris --country FR --permission-reminder "You are a member."
    """
    if audience and new:
        raise click.UsageError("Either an audience that is there, or --new.")
    details = {name: value for name, value in given.items() if value is not None}
    if details and not new:
        raise click.UsageError("These options are for --new NAME: " + ", ".join(sorted(details)))
    body = {"create": {"name": new, **details}} if new else {"id": audience or _chosen(asking, connection)}
    document = asking.api.put("connections", connection, "audience", body=body)
    if asking.terminal.as_json:
        return asking.terminal.document(document)
    joined = document["connection"]
    asking.terminal.say(f"{connection} is joined to {joined['audience']['name']} ({joined['audience']['id']}).")
    return asking.terminal.note(f"then: accord connections test {connection}", style="dim")


def _chosen(asking: Asking, connection: str) -> str:
    if not sys.stdin.isatty() or asking.terminal.as_json:
        raise click.UsageError(f"Which audience? See: accord connections audiences {connection}")
    document = asking.api.get("connections", connection, "audiences")
    _show_audiences(asking, document)
    ids = [each["id"] for each in document["audiences"]]
    if not ids:
        raise click.UsageError("There is none to choose: create one with --new.")
    return str(click.prompt("Which one (id)", type=click.Choice(ids), show_choices=False, err=True))


@connections.command()
@connection_argument
@shared_options
@asks
def fields(asking: Asking, connection: str) -> None:
    """Show which field goes where.

    Which merge field each field of members goes to, and what does not fit.
    """
    document = asking.api.get("connections", connection, "fields")
    if asking.terminal.as_json:
        return asking.terminal.document(document)
    rows = [
        (each["source"], each["tag"], each["type"], each["state"].replace("_", " "), each.get("message") or "")
        for each in document["fields"]
    ]
    asking.terminal.table(("field", "tag", "type", "state", ""), rows)
    for each in document["fields"]:
        if each.get("proposal"):
            mapping = f"{each['source']}={each['proposal']}"
            asking.terminal.say(f"→ accord connections update {connection} --map {mapping}")
    return asking.terminal.say(f"{document['left']} more merge fields may be made in this audience.")


@connections.command()
@connection_argument
@click.argument("category")
@click.argument("names", nargs=-1, required=True)
@shared_options
@asks
def groups(asking: Asking, connection: str, category: str, names: tuple[str, ...]) -> None:
    """Make a group with NAMES to choose from.

    Members whose groups the audience does not have fail until it has them.
    What is there already stays as it is.

    \b
    accord connections groups zoo Interests Gardening Yodelling
    """
    body = {"category": category, "names": list(names)}
    document = asking.api.post("connections", connection, "groups", body=body)
    if asking.terminal.as_json:
        return asking.terminal.document(document)
    made = document["group"]
    asking.terminal.table((made["category"], "id"), [(each["name"], each["id"]) for each in made["interests"]])
    is_draft = document["connection"]["state"] == "draft"
    then = f"connections test {connection}" if is_draft else f"failures retry {connection} --reason field_invalid"
    return asking.terminal.note(f"then: accord {then}", style="dim")


@connections.command()
@connection_argument
@click.argument("by", type=click.Choice(("plan", "tag")))
@click.argument("values", nargs=-1)
@shared_options
@asks
def segments(asking: Asking, connection: str, by: str, values: tuple[str, ...]) -> None:
    """Make a saved segment for each of VALUES.

    Without values: for each tag that the audience has. What is there already
    stays as it is.

    \b
    accord connections segments zoo plan "Full time" "Part time"
    """
    body = {"by": by, **({"values": list(values)} if values else {})}
    document = asking.api.post("connections", connection, "segments", body=body)
    if asking.terminal.as_json:
        return asking.terminal.document(document)
    if document["left"]:
        asking.terminal.note(f"no time for {', '.join(document['left'])}: ask for them again")
    rows = [(each["name"], "made" if each["made"] else "was there") for each in document["segments"]]
    return asking.terminal.table(("segment", ""), rows)
