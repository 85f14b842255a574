"""`accord undo`: what would be put back of a run and what can not be, a person's yes, and the run that does it."""

import click

from tools.accord.applying import carry_out
from tools.accord.asking import Asking, Id, asks, connection_argument, shared_options
from tools.accord.following import watch_run
from tools.accord.plan_lines import SHOWN, Look
from tools.accord.planning import show_lines
from tools.accord.plans_in_words import show_plan


@click.command()
@connection_argument
@click.argument("run", type=Id())
@click.option("--lines", "most", type=click.IntRange(0), default=SHOWN, show_default=True, help="Show so many.")
@click.option("--all", "everything", is_flag=True, help="Show all lines.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--beyond-caps", is_flag=True, help="Also where it does more than one run may unasked.")
@click.option("--no-wait", is_flag=True, help="Do not wait until all is applied.")
@shared_options
@asks
def undo(
    asking: Asking,
    connection: str,
    run: str,
    most: int,
    everything: bool,
    yes: bool,
    beyond_caps: bool,
    no_wait: bool,
) -> None:
    """Put back what RUN wrote.

    Reads each contact that the run wrote to, shows what would be put back and
    what can not be, and asks. What others changed since stays. With --json
    nothing is put back unless you say --yes.

    \b
    accord runs list zoo
    accord undo zoo 2026-11-25T22:44:01.500000Z-0badcafe
    """
    made = asking.api.post("connections", connection, "runs", run, "undo", body={})["plan"]
    again = f"accord plan show {connection} {made}"
    left = {"Look again": again, "End it": f"accord runs stop {connection} {made}"}
    plan = watch_run(asking, connection, made, "undo", left, among="plans", last=False)
    puts_back = plan["lines"] != plan["would"].get("held_back", 0)
    if asking.terminal.as_json:
        if not (yes and puts_back):
            return asking.terminal.document(plan)
    else:
        show_plan(asking.terminal, connection, plan)
        show_lines(asking, connection, plan, Look(None, most, everything, None))
        if not puts_back:
            return asking.terminal.note("Nothing of it can be put back.") if plan["lines"] else None
    return carry_out(asking, connection, made, yes=yes, beyond_caps=beyond_caps, no_wait=no_wait)
