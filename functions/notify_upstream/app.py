"""Queue -> the application's endpoint: send the notices that are due, signed, hand back what there was no time for."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from accord import bootstrap
from accord.adapters.sqs.batches import failures, notices
from accord.observability import count, deadline, discreet, logger_of, metrics_of
from accord.usecases.notify_upstream import Sent

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logger_of("notify_upstream")
metrics = metrics_of("notify_upstream")

MARGIN = timedelta(seconds=20)
"""One call at its slowest, and time to store what came of it."""


@logger.inject_lambda_context
@metrics.log_metrics
@discreet(logger, metrics)
def handler(event: dict[str, Any], context: "LambdaContext") -> "PartialItemFailureResponse":
    notify = bootstrap.notify_upstream()
    batch = notices(event)
    sent, again = notify(batch.messages, deadline(context, MARGIN))
    failed = batch.failed(again)
    count(metrics, "NoticesDelivered", sent[Sent.DELIVERED])
    count(metrics, "NoticesFailed", sent[Sent.FAILED])
    logger.info(
        "notified",
        extra={
            "messages": len(event["Records"]),
            "outcomes": dict(sent),
            "unreadable": batch.unreadable,
            "handed_back": failed,
        },
    )
    return failures(failed)
