"""`accord connections`: made, read, changed, tested, and led from state to state."""

from collections.abc import Callable
from typing import Any

import click
from rich.text import Text

from tools.accord.asking import Asking, Id, asks, connection_argument, more, paging, shared_options
from tools.accord.client import Answer
from tools.accord.connection_shown import show_changes, show_connection, show_credentials
from tools.accord.settings_options import COBOT, api_key, settings_of, settings_options
from tools.accord.terminal import moment

ROTATED = ("token", "signing_secret", "webhook_secret", "mailchimp_webhook")


@click.group()
def connections() -> None:
    """Join applications to audiences."""


@connections.command("list")
@paging
@shared_options
@asks
def list_connections(asking: Asking, limit: int, everything: bool, after: str | None) -> None:
    """List all of them, with their states."""
    document = asking.api.gather(
        "connections", items="connections", most=None if everything else limit, query={"after": after}
    )
    if asking.terminal.as_json:
        return asking.terminal.document(document)
    if not document["connections"]:
        return asking.terminal.note("no connections yet: make one with accord connections create")
    rows = [
        (each["id"], each["state"], moment(each["state_since"]), (each.get("audience") or {}).get("name"))
        for each in document["connections"]
    ]
    asking.terminal.table(("connection", "state", "since", "audience"), rows)
    return more(asking, document)


@connections.command()
@connection_argument
@shared_options
@asks
def show(asking: Asking, connection: str) -> None:
    """Show all settings of CONNECTION."""
    document = asking.api.get("connections", connection)
    if asking.terminal.as_json:
        return asking.terminal.document(document)
    return show_connection(asking.terminal, document["connection"])


@connections.command()
@click.argument("connection", type=Id())
@click.option("--application", type=click.Choice(("api", "cobot")), help="Where members come from.")
@click.option("--api-key-stdin", is_flag=True, help="Read the Mailchimp API key from stdin.")
@click.option("--no-api-key", is_flag=True, help="Without a Mailchimp account for now: authorise it later.")
@settings_options
@shared_options
@asks
def create(
    asking: Asking, /, connection: str, application: str | None, api_key_stdin: bool, no_api_key: bool, **given: Any
) -> None:
    """Make CONNECTION, an id like zoo.

    Its credentials are shown, once.

    The Mailchimp API key is read from MAILCHIMP_API_KEY, from stdin, or asked
    for; on the local stack it is the simulator's.

    \b
    accord connections create zoo --preset recommended --name "The Zoo"
    accord connections create zoo --api-key-stdin < key.txt
    """
    body: Answer = {"id": connection, **settings_of(given)}
    if application:
        body["application"] = application
    if not no_api_key:
        body |= _account(asking, api_key_stdin, body)
    document = asking.api.post("connections", body=body)
    if asking.terminal.as_json:
        return asking.terminal.document(document)
    asking.terminal.say(f"{connection} is made.", style="bold")
    show_credentials(asking.terminal, document["credentials"])
    state = document["connection"]
    if state["reason"].get("next_step"):
        asking.terminal.say(f"→ {state['reason']['next_step']}")
    return asking.terminal.note(f"then: accord connections choose-audience {connection}", style="dim")


def _account(asking: Asking, from_stdin: bool, body: Answer) -> Answer:
    """The local stack tells the key of its simulator, unless another is given."""
    local = asking.target.local
    if local.get("mailchimp_api_key") and not from_stdin and not body.get("mailchimp_base_url"):
        asking.terminal.note("the Mailchimp account is the local stack's simulator", style="dim")
        return {"mailchimp_api_key": local["mailchimp_api_key"], "mailchimp_base_url": local["mailchimp_url"]}
    key = api_key(asking.terminal, from_stdin=from_stdin)
    return {"mailchimp_api_key": key} if key else {}


@connections.command()
@connection_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option("--new-api-key", is_flag=True, help="Take another Mailchimp API key: MAILCHIMP_API_KEY, or asked for.")
@click.option("--api-key-stdin", is_flag=True, help="Take another Mailchimp API key, read from stdin.")
@settings_options
@shared_options
@asks
def update(
    asking: Asking,
    /,
    connection: str,
    yes: bool,
    dry_run: bool,
    new_api_key: bool,
    api_key_stdin: bool,
    **given: Any,
) -> None:
    """Change settings, once seen what it does.

    Shows what the change would do to CONNECTION, and asks.

    \b
    accord connections update zoo --on-leave keep
    accord connections update zoo --map fields.company=COMPANY --dry-run
    """
    of_cobot = any(given[name] is not None for name in COBOT)
    known = asking.api.get("connections", connection)["connection"] if of_cobot else {}
    body = settings_of(given, known.get("cobot"))
    if new_api_key or api_key_stdin:
        key = api_key(asking.terminal, from_stdin=api_key_stdin)
        if key is None:
            raise click.UsageError("No API key was given: set MAILCHIMP_API_KEY, or write it to stdin.")
        body["mailchimp_api_key"] = key
    if not body:
        raise click.UsageError("Nothing is named to be changed. See: accord connections update --help")
    would = asking.api.patch("connections", connection, body=body, query={"dry_run": "true"})
    if asking.terminal.as_json and (dry_run or not would["changes"]):
        return asking.terminal.document(would)
    if not would["changes"]:
        return asking.terminal.say("That is so already: nothing would change.")
    if not asking.terminal.as_json:
        show_changes(asking.terminal, would["changes"])
    if dry_run:
        return None
    asking.terminal.confirm("Change it?", yes=yes)
    done = asking.api.patch("connections", connection, body=body, query={"dry_run": "false"})
    if asking.terminal.as_json:
        return asking.terminal.document(done)
    return asking.terminal.say("changed")


@connections.command()
@connection_argument
@shared_options
@asks
def test(asking: Asking, connection: str) -> None:
    """Check all of CONNECTION.

    Account, audience, fields, webhook and notices; exit status 1 if one of them
    is not well.
    """
    document = asking.api.post("connections", connection, "test")
    if asking.terminal.as_json:
        asking.terminal.document(document)
    else:
        asking.terminal.table(("", "check", "what was found"), [_checked(each) for each in document["checks"]])
    if not all(each["ok"] for each in document["checks"]):
        raise click.exceptions.Exit(1)


def _checked(check: Answer) -> tuple[object, ...]:
    if check["ok"]:
        return Text("ok", style="green"), check["check"], check["message"]
    return (
        Text("FAIL", style="red"),
        check["check"],
        f"{check['message']} → {check.get('next_step') or ''}".rstrip(" →"),
    )


@connections.command()
@connection_argument
@click.argument("service", type=click.Choice(("mailchimp", "cobot")), default="mailchimp")
@shared_options
@asks
def authorise(asking: Asking, connection: str, service: str) -> None:
    """Authorise by OAuth, in a browser.

    Prints the page where somebody lets CONNECTION into their Mailchimp account,
    or into their Cobot space.
    """
    document = asking.api.start_page(service, connection)
    if asking.terminal.as_json:
        return asking.terminal.document(document)
    asking.terminal.note("Open this in a browser, soon, as somebody who may give access:")
    return asking.terminal.verbatim(document["authorize_url"])


@connections.command()
@connection_argument
@click.argument("what", type=click.Choice(ROTATED))
@click.option("--drop-previous", is_flag=True, help="The old one ends at once, instead of both being valid.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@shared_options
@asks
def rotate(asking: Asking, connection: str, what: str, drop_previous: bool, yes: bool) -> None:
    """Make a new secret, shown once.

    The old one stays valid beside it, unless --drop-previous is given.
    """
    words = what.replace("_", " ")
    ends = "the old one ends at once" if drop_previous else "the old one stays valid beside it"
    asking.terminal.confirm(f"A new {words} for {connection}: {ends}. Go on?", yes=yes)
    body = {"rotate": what, **({"drop_previous": True} if drop_previous else {})}
    document = asking.api.post("connections", connection, "credentials", body=body)
    if asking.terminal.as_json:
        return asking.terminal.document(document)
    return show_credentials(asking.terminal, document["credentials"])


def _step(name: str, done: str, explained: str, *, question: str = "") -> Callable[..., None]:
    """A command that leads a connection to another state."""

    @connections.command(name, help=explained)
    @connection_argument
    @click.option("--reason", metavar="TEXT", help="Why, for those who look later.")
    @click.option("--yes", is_flag=True, help="Do not ask.", hidden=not question)
    @shared_options
    @asks
    def step(asking: Asking, connection: str, reason: str | None, yes: bool) -> None:
        if question:
            asking.terminal.confirm(question.format(connection), yes=yes)
        document = asking.api.post("connections", connection, name, body={"reason": reason} if reason else None)
        if asking.terminal.as_json:
            return asking.terminal.document(document)
        asking.terminal.say(f"{connection} is {done}.")
        next_step = document["connection"]["reason"].get("next_step")
        return asking.terminal.say(f"→ {next_step}") if next_step else None

    return step


pause = _step("pause", "paused", "Let CONNECTION rest.\n\nWhat arrives waits; opt-outs and erasures do not.")
resume = _step("resume", "no longer paused", "Let a paused CONNECTION go on.")
disconnect = _step(
    "disconnect",
    "disconnected",
    "End CONNECTION.\n\nNothing goes either way. What is known of opt-outs stays.",
    question="Disconnect {}? Nothing goes to Mailchimp or comes from it until it is reconnected.",
)
reconnect = _step("reconnect", "a draft again", "Begin again with CONNECTION.\n\nIt is tested, read and approved anew.")
