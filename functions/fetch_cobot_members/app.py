"""Queue -> queue: read the members that Cobot told of, when it is their turn, and queue what is read as changes."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from accord import bootstrap
from accord.adapters.sqs.batches import failures, fetches
from accord.observability import count, deadline, discreet, logger_of, metrics_of

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logger_of("fetch_cobot_members")
metrics = metrics_of("fetch_cobot_members")

MARGIN = timedelta(seconds=90)
"""The longest call to Cobot, and time to remember and queue all that it shows."""


@logger.inject_lambda_context
@metrics.log_metrics
@discreet(logger, metrics)
def handler(event: dict[str, Any], context: "LambdaContext") -> "PartialItemFailureResponse":
    fetch = bootstrap.fetch_cobot_members()  # before anything is read: the stage says which addresses are well-formed
    batch = fetches(event)
    outcomes, again = fetch(batch.messages, deadline(context, MARGIN))
    failed = batch.failed(again)
    for outcome, messages in outcomes.items():
        count(metrics, f"CobotFetches{outcome.name.title().replace('_', '')}", messages)
    logger.info(
        "fetched",
        extra={
            "messages": len(event["Records"]),
            "outcomes": dict(outcomes),
            "unreadable": batch.unreadable,
            "handed_back": failed,
        },
    )
    return failures(failed)
