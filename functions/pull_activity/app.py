"""State machine -> ledger: one step of a pull of activity, as the machine names it; see template.yaml."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from accord import bootstrap
from accord.adapters.step_functions.steps import given_up_after, listed
from accord.observability import count, deadline, discreet, logger_of, metrics_of
from accord.usecases.pull_activity import Phase

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logger_of("pull_activity")
metrics = metrics_of("pull_activity")

MARGIN = timedelta(seconds=120)
"""One call to Mailchimp at its slowest, and time to store what a thousand recipients did."""

LONGEST_WAIT = 300
"""Seconds between two looks at what Mailchimp reads in the background."""

type Answer = dict[str, Any]


@logger.inject_lambda_context
@metrics.log_metrics
@discreet(logger, metrics)
def handler(event: dict[str, Any], context: "LambdaContext") -> Answer:
    steps: dict[str, Callable[[], Answer]] = {
        "list": lambda: list_runs(event),
        "begin": lambda: begin_run(event),
        "pull": lambda: pull_pages(event, deadline(context, MARGIN)),
        "fail": lambda: fail_run(event),
    }
    answer = steps[event["step"]]()
    count(metrics, "StepsTaken", 1)
    named = {name: event.get(name) for name in ("step", "connection_id", "run_id")}
    logger.info("stepped", extra=named | {"runs": len(answer.get("runs", [])), "phase": answer.get("phase")})
    return answer


def list_runs(event: dict[str, Any]) -> Answer:
    """The run that is asked for, or those of this weekend."""
    return listed(event, bootstrap.pull_activity().begin.this_weekend)


def begin_run(event: dict[str, Any]) -> Answer:
    """What is to be read of every campaign is in the ledger."""
    bootstrap.pull_activity().pull.begin(event["connection_id"], event["run_id"])
    return {"phase": Phase.GOES_ON.value, "seconds": 0}


def pull_pages(event: dict[str, Any], until: datetime) -> Answer:
    """As many pages as the time allows, unless an audience is being read; whether it has ended, goes on, or waits, and
    for how many seconds: twice as long each time, as far as that is bearable."""
    pulling, phase = bootstrap.pull_activity(), Phase.WAITS
    if not pulling.begin.gives_way(datetime.now(UTC)):
        phase = pulling.pull.pull(event["connection_id"], event["run_id"], until)
    seconds = min(max(2 * event["waited"], 1), LONGEST_WAIT) if phase is Phase.WAITS else 0
    return {"phase": phase.value, "seconds": seconds}


def fail_run(event: dict[str, Any]) -> Answer:
    """The run ends: the machine gave up."""
    what = "look at the log of pull_activity, and begin another run, which goes on there"
    detail = f"given up after {given_up_after(event)}: {what}"
    bootstrap.pull_activity().pull.fail(event["connection_id"], event["run_id"], detail)
    return {}
