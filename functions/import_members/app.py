"""State machine -> queues: one step of an import, as the machine names it; see template.yaml."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from accord import bootstrap
from accord.adapters.step_functions.steps import given_up_after
from accord.observability import count, deadline, discreet, logger_of, metrics_of

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logger_of("import_members")
metrics = metrics_of("import_members")

MARGIN = timedelta(seconds=120)
"""Five thousand lines of the largest size, with a queue that answers slowly; or a page of members."""
OVER = "over"

type Answer = dict[str, str]


@logger.inject_lambda_context
@metrics.log_metrics
@discreet(logger, metrics)
def handler(event: dict[str, Any], context: "LambdaContext") -> Answer:
    name = event["step"]
    answer = fail_import(event) if name == "fail" else step(name, event, context)
    count(metrics, "StepsTaken", 1)
    named = {each: event.get(each) for each in ("step", "connection_id", "run_id")}
    logger.info("stepped", extra=named | answer)
    return answer


def step(name: str, event: dict[str, Any], context: "LambdaContext") -> Answer:
    """The step that comes next."""
    import_members = bootstrap.import_members()
    steps = {
        "counting": import_members.count,
        "reading": import_members.read,
        "comparing": import_members.compare,
        "finishing": import_members.finish,
    }
    phase = steps[name](event["connection_id"], event["run_id"], deadline(context, MARGIN))
    return {"next": phase.value if phase is not None else OVER}


def fail_import(event: dict[str, Any]) -> Answer:
    """The run ends: the machine gave up."""
    detail = f"given up after {given_up_after(event)}: look at the log of import_members, and bring the file again"
    bootstrap.import_members().fail(event["connection_id"], event["run_id"], detail)
    return {"next": OVER}
