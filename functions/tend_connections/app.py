"""Queue -> ledger: the long work on connections, a step an invocation, hand back only what there was no time for."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from accord import bootstrap
from accord.adapters.sqs.batches import failures, steps
from accord.observability import count, deadline, discreet, logger_of, metrics_of

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logger_of("tend_connections")
metrics = metrics_of("tend_connections")

MARGIN = timedelta(seconds=90)
"""One call to Mailchimp at its slowest, and time to store a page of a thousand contacts."""


@logger.inject_lambda_context
@metrics.log_metrics
@discreet(logger, metrics)
def handler(event: dict[str, Any], context: "LambdaContext") -> "PartialItemFailureResponse":
    tend = bootstrap.tend_connections()  # before anything is parsed: the stage says which addresses are well-formed
    batch = steps(event)
    taken, again = tend(batch.messages, deadline(context, MARGIN))
    failed = batch.failed(again)
    count(metrics, "StepsTaken", taken.total())
    logger.info(
        "tended",
        extra={
            "messages": len(event["Records"]),
            "steps": dict(taken),
            "unreadable": batch.unreadable,
            "handed_back": failed,
        },
    )
    return failures(failed)
