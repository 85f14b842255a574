"""State machine -> ledger: one step of a reconciliation, as the machine names it; see template.yaml."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from accord import bootstrap
from accord.adapters.step_functions.steps import given_up_after, listed
from accord.domain.sweep import PagePlace
from accord.observability import count, deadline, discreet, logger_of, metrics_of

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logger_of("reconcile_audience")
metrics = metrics_of("reconcile_audience")

MARGIN = timedelta(seconds=90)
"""One call to Mailchimp at its slowest, and time to store a page of a thousand contacts."""

type Answer = dict[str, Any]


@logger.inject_lambda_context
@metrics.log_metrics
@discreet(logger, metrics)
def handler(event: dict[str, Any], context: "LambdaContext") -> Answer:
    steps: dict[str, Callable[[], Answer]] = {
        "list": lambda: list_runs(event),
        "begin": lambda: begin_run(event),
        "page": lambda: read_page(event, deadline(context, MARGIN)),
        "close": lambda: close_run(event, deadline(context, MARGIN)),
        "fail": lambda: fail_run(event),
    }
    answer = steps[event["step"]]()
    count(metrics, "StepsTaken", 1)
    named = {name: event.get(name) for name in ("step", "connection_id", "run_id", "page")}
    logger.info("stepped", extra=named | {"runs": len(answer.get("runs", [])), "pages": len(answer.get("pages", []))})
    return answer


def list_runs(event: dict[str, Any]) -> Answer:
    """The run that is asked for, or those of tonight."""
    return listed(event, bootstrap.reconcile_audience().begin.tonight)


def begin_run(event: dict[str, Any]) -> Answer:
    """The places of the pages that are still to be read."""
    places = bootstrap.reconcile_audience().reconcile.begin(event["connection_id"], event["run_id"])
    return {"pages": [place.model_dump(mode="json", exclude_defaults=True) for place in places]}


def read_page(event: dict[str, Any], until: datetime) -> Answer:
    """Nothing: what was shown is in the ledger."""
    place = PagePlace.model_validate(event["page"])
    bootstrap.reconcile_audience().reconcile.page(event["connection_id"], event["run_id"], place, until)
    return {}


def close_run(event: dict[str, Any], until: datetime) -> Answer:
    """Where to go on, while the run has not ended."""
    close = bootstrap.reconcile_audience().reconcile.close
    cursor = close(event["connection_id"], event["run_id"], event.get("cursor"), until)
    return {"ended": cursor is None, "cursor": cursor}


def fail_run(event: dict[str, Any]) -> Answer:
    """The run ends: the machine gave up."""
    detail = f"given up after {given_up_after(event)}: look at the log of reconcile_audience, and begin another run"
    bootstrap.reconcile_audience().reconcile.fail(event["connection_id"], event["run_id"], detail)
    return {}
