"""State machine -> ledger: one step of a reconciliation, as the machine names it; see template.yaml."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from accord import bootstrap
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
    told = event["input"]
    if "run_id" in told:
        return {"runs": [{"connection_id": told["connection_id"], "run_id": told["run_id"]}]}
    tonight = bootstrap.reconcile_audience().begin.tonight
    runs = tonight(datetime.fromisoformat(event["at"]), everywhere=bool(told.get("everywhere")))
    return {"runs": [{"connection_id": connection_id, "run_id": run_id} for connection_id, run_id in runs]}


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
    why = str(event.get("error", {}).get("Error", "unknown"))
    detail = f"given up after {why}: look at the log of reconcile_audience, and begin another run"
    bootstrap.reconcile_audience().reconcile.fail(event["connection_id"], event["run_id"], detail)
    return {}
