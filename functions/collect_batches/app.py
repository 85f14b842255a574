"""Every minute: fetch the results of Mailchimp's batches that are finished, and settle their members."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from accord import bootstrap
from accord.observability import count, deadline, described, discreet, logger_of, metrics_of

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

MARGIN = timedelta(seconds=25)
"""For the last call, and to settle what it brought."""

logger = logger_of("collect_batches")
metrics = metrics_of("collect_batches")


@logger.inject_lambda_context
@metrics.log_metrics
@discreet(logger, metrics)
def handler(_event: dict[str, Any], context: "LambdaContext") -> None:
    collected = bootstrap.collect_batches()(deadline(context, MARGIN))
    for error in collected.errors:
        logger.error("one member failed", extra=described(error))
    count(metrics, "MembersSettled", collected.settled.total())
    logger.info(
        "collected",
        extra={
            "open": collected.open,
            "closed": collected.closed,
            "stopped": collected.stopped,
            "settled": dict(collected.settled),
            "postponed": collected.postponed,
        },
    )
