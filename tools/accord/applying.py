"""`accord apply`: what a plan comes to, a person's yes, a second one beyond the caps, and the run until it is done."""

import click

from tools.accord.asking import Asking, Id, asks, connection_argument, shared_options, with_remedy
from tools.accord.client import Answer
from tools.accord.errors import RefusedError
from tools.accord.following import watch_run
from tools.accord.plans_in_words import caps_in_words, is_good, show_plan

BEYOND_CAPS = "beyond-caps"
"""What the API calls a plan that does more than one may unasked."""


@click.command()
@connection_argument
@click.argument("plan", type=Id())
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--beyond-caps", is_flag=True, help="Also where it does more than one run may unasked.")
@click.option("--no-wait", is_flag=True, help="Do not wait until all is applied.")
@shared_options
@asks
def apply(asking: Asking, connection: str, plan: str, yes: bool, beyond_caps: bool, no_wait: bool) -> None:
    """Do what PLAN says, and nothing else.

    Shows what it comes to, and asks. A member that was changed since the plan
    was made, or whose contact was, is left out. Ctrl-C leaves it running.

    \b
    accord apply zoo 2026-11-25T22:44:01.500000Z-0badcafe
    """
    planned = asking.api.get("connections", connection, "plans", plan)
    if not asking.terminal.as_json:
        show_plan(asking.terminal, connection, planned)
    if planned["lines"] == 0 and is_good(planned):
        return asking.terminal.document(planned) if asking.terminal.as_json else None
    return carry_out(asking, connection, plan, yes=yes, beyond_caps=beyond_caps, no_wait=no_wait)


def carry_out(asking: Asking, connection: str, plan: str, *, yes: bool, beyond_caps: bool, no_wait: bool) -> None:
    """A person's yes, and the run until it is done. Raises CommandError."""
    asking.terminal.confirm("Apply it?", yes=yes)
    started = _order(asking, connection, plan, yes=yes, beyond_caps=beyond_caps)
    look = f"accord runs show {connection} {started['run']}"
    if no_wait:
        if asking.terminal.as_json:
            return asking.terminal.document(started)
        return asking.terminal.verbatim(f"It is being applied. Look with: {look}")
    run = watch_run(asking, connection, started["run"], "application", {"Look again": look})
    return None if asking.terminal.as_json else _say(asking, connection, plan, run)


def _order(asking: Asking, connection: str, plan: str, *, yes: bool, beyond_caps: bool) -> Answer:
    """What is answered, asked for once more where that is needed. Raises CommandError."""
    path = ("connections", connection, "plans", plan)
    try:
        return asking.api.post(*path, "apply", body={"beyond_caps": beyond_caps})
    except RefusedError as error:
        if error.problem != BEYOND_CAPS or beyond_caps:
            raise
        caps = caps_in_words(asking.api.get(*path))
        if yes:
            refused = RefusedError(error.code, "The plan does more than one may unasked", lines=caps or error.lines)
            with_remedy(refused, f"Look at it with `accord plan show {connection} {plan}`, then say --beyond-caps.")
        asking.terminal.note("It does more than one may unasked:", style="yellow")
        for cap in caps or error.lines:
            asking.terminal.note(cap, indent=2)
    asking.terminal.confirm("Apply it all the same?", yes=False)
    return asking.api.post(*path, "apply", body={"beyond_caps": True})


def _say(asking: Asking, connection: str, plan: str, run: Answer) -> None:
    """What came of it."""
    applied, left_out = (run["counts"].get(name, 0) for name in ("applied", "left_out"))
    asking.terminal.say()
    stays = run["counts"].get("not_undone", 0)
    also = f", not to be put back: {stays:,}" if stays else ""
    asking.terminal.say(f"applied: {applied:,}, left out: {left_out:,}{also}")
    if applied:
        asking.terminal.command_to_copy("Mailchimp hears it in the next moments", f"accord status {connection}")
    if left_out:
        asking.terminal.command_to_copy("Who was left out", f"accord plan show {connection} {plan} --left-out")
        asking.terminal.command_to_copy("What is to be done for them now", f"accord plan {connection}")
