"""Queue -> ledger: read again the contacts that webhooks hinted at, hand back only what there was no time for."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from accord import bootstrap
from accord.adapters.sqs.batches import failures, hints
from accord.observability import count, deadline, discreet, logger_of, metrics_of

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logger_of("apply_audience_events")
metrics = metrics_of("apply_audience_events")

MARGIN = timedelta(seconds=75)
"""One call to Mailchimp, and time to store what it shows."""


@logger.inject_lambda_context
@metrics.log_metrics
@discreet(logger, metrics)
def handler(event: dict[str, Any], context: "LambdaContext") -> "PartialItemFailureResponse":
    apply = bootstrap.apply_audience_events()
    batch = hints(event)
    applied, again = apply(batch.messages, deadline(context, MARGIN))
    failed = batch.failed(again)
    count(metrics, "WebhooksApplied", applied.total())
    logger.info(
        "applied",
        extra={
            "messages": len(event["Records"]),
            "outcomes": dict(applied),
            "unreadable": batch.unreadable,
            "handed_back": failed,
        },
    )
    return failures(failed)
