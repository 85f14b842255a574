"""`accord reconcile`: an audience is read now, and what was found is said once it has ended."""

import click

from tools.accord.asking import Asking, asks, connection_argument, shared_options
from tools.accord.following import watch_run
from tools.accord.runs_in_words import RECONCILIATION, show_run


@click.command()
@connection_argument
@click.option("--full", is_flag=True, help="The whole audience, not only what changed since the last time.")
@click.option("--no-wait", is_flag=True, help="Do not wait until it has ended.")
@shared_options
@asks
def reconcile(asking: Asking, connection: str, full: bool, no_wait: bool) -> None:
    """Reconcile the audience of CONNECTION now.

    As every night: what no webhook told is found, and what others changed of
    Accord's own is written anew. Who is gone shows when the whole audience is
    read, which happens by itself once a week. Where it would do more than one
    run may, it waits for `accord runs approve`. Ctrl-C leaves it running.

    \b
    accord reconcile zoo
    accord reconcile zoo --full
    """
    order = {"kind": RECONCILIATION, "full": full}
    started = asking.api.post("connections", connection, "runs", body=order)
    look, stop = (f"accord runs {what} {connection} {started['run']}" for what in ("show", "stop"))
    if no_wait:
        if asking.terminal.as_json:
            return asking.terminal.document(started)
        return asking.terminal.verbatim(f"The reconciliation runs. Look with: {look}")
    run = watch_run(asking, connection, started["run"], RECONCILIATION, {"Look again": look, "End it": stop})
    if not asking.terminal.as_json:
        show_run(asking.terminal, run)
    if full and run.get("since"):
        again = f"accord reconcile {connection} --full"
        asking.terminal.command_to_copy("Another one was under way, and read only what changed. For the whole", again)
    return None
