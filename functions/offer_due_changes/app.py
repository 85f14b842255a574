"""Every minute: offer the members whose unfinished work is due to `sync_members` again."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from accord import bootstrap
from accord.observability import count, deadline, discreet, logger_of, metrics_of

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

MARGIN = timedelta(seconds=10)

logger = logger_of("offer_due_changes")
metrics = metrics_of("offer_due_changes")


@logger.inject_lambda_context
@metrics.log_metrics
@discreet(logger, metrics)
def handler(_event: dict[str, Any], context: "LambdaContext") -> None:
    offered = bootstrap.offer_due_changes()(deadline(context, MARGIN))
    count(metrics, "MembersOffered", offered.members)
    logger.info("offered", extra={"members": offered.members, "messages": offered.messages, "notices": offered.notices})
