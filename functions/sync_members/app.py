"""Queue -> Mailchimp: apply the queued changes, hand back only the messages that must come again."""

from typing import TYPE_CHECKING, Any

from accord import bootstrap
from accord.adapters.sqs.batches import changes, failures
from accord.observability import count, deadline, described, discreet, logger_of, metrics_of

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logger_of("sync_members")
metrics = metrics_of("sync_members")


@logger.inject_lambda_context
@metrics.log_metrics
@discreet(logger, metrics)
def handler(event: dict[str, Any], context: "LambdaContext") -> "PartialItemFailureResponse":
    sync = bootstrap.sync_members()  # before anything is parsed: the stage says which addresses are well-formed
    batch = changes(event)
    result = sync(batch.messages, deadline(context, bootstrap.sync_members_margin()))
    for error in result.errors:
        logger.error("one member failed", extra=described(error))
    failed = batch.failed(result.failed)
    count(metrics, "MembersSettled", result.settled.total())
    logger.info(
        "synced",
        extra={
            "messages": len(event["Records"]),
            "settled": dict(result.settled),
            "postponed": result.postponed,
            "unreadable": batch.unreadable,
            "handed_back": failed,
        },
    )
    return failures(failed)
