"""A reconciliation that waits, since it would go beyond a cap: what it would do, and a person's yes."""

from tools.accord.asking import Asking
from tools.accord.client import Answer
from tools.accord.errors import CommandError
from tools.accord.runs_in_words import state_of
from tools.accord.terminal import plain


def approve_run(asking: Asking, connection: str, run: Answer, *, at_most: int | None) -> None:
    """Let it go on: it does what it shows, and no more. Raises CommandError, or UsageError where nobody is there to be
    asked."""
    beyond = run.get("beyond_caps") or []
    if run["state"] != "proposed" or not beyond:
        raise CommandError(f"There is nothing to approve: {state_of(run)}", lines=_why(run))
    asking.terminal.note(plain(run["detail"]))
    most = max(cap["count"] for cap in beyond)
    if at_most is not None and most > at_most:
        raise CommandError(f"{most:,} are concerned; --at-most says {at_most:,}")
    asking.terminal.confirm("Let it go on?", yes=at_most is not None, option="--at-most N")
    asking.api.post("connections", connection, "runs", run["id"], "approve")


def _why(run: Answer) -> list[str]:
    return [str(run["detail"])] if run.get("detail") else []
