"""`accord reconfirm`: who would be asked to confirm, a person's yes, and the asking until it is done."""

import click

from tools.accord.asking import Asking, asks, connection_argument, shared_options
from tools.accord.following import follow_run

WHO = {"all": "everybody in the audience", "without_proof": "those without proof of consent"}


@click.command()
@connection_argument
@click.option(
    "--who",
    type=click.Choice(tuple(WHO)),
    required=True,
    help="The whole list, or those of whom nobody said when they agreed, and where.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Only say how many would be asked.")
@click.option("--no-wait", is_flag=True, help="Do not wait until all were asked.")
@shared_options
@asks
def reconfirm(asking: Asking, connection: str, who: str, yes: bool, dry_run: bool, no_wait: bool) -> None:
    """Have people in the audience of CONNECTION asked to confirm.

    Says how many, and asks. They receive nothing else until they have
    confirmed; this can not be taken back. Ctrl-C while it runs leaves it
    running.

    \b
    accord reconfirm zoo --who without_proof --dry-run
    accord reconfirm zoo --who all
    """
    proposal = asking.api.post("connections", connection, "reconfirm", body={"who": who})
    if asking.terminal.as_json and dry_run:
        return asking.terminal.document(proposal)
    if not asking.terminal.as_json:
        more = "" if proposal["all_counted"] else "at least "
        asking.terminal.say(f"{more}{proposal['members']:,} to be asked: {WHO[who]}")
    if dry_run:
        return None
    asking.terminal.confirm("Have them asked? Nobody gets the newsletter until they confirm.", yes=yes)
    approved = {"who": who, "approve": proposal["proposal"]}
    started = asking.api.post("connections", connection, "reconfirm", body=approved)
    if not no_wait:
        return follow_run(asking, connection, started["run"], "reconfirmation")
    if asking.terminal.as_json:
        return asking.terminal.document(started)
    return asking.terminal.say(f"They are being asked. Look with: accord status {connection} --follow")
