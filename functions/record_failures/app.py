"""Dead letters -> ledger: keep what could not be processed, with a status that says so.

A message that nobody can read is handed back: it stays among the dead letters for fourteen days, where the alarm on
their age calls a person, and its id is logged each time.
"""

from typing import TYPE_CHECKING, Any

from accord import bootstrap
from accord.adapters.sqs.batches import failures, letters
from accord.observability import count, discreet, logger_of, metrics_of

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logger_of("record_failures")
metrics = metrics_of("record_failures")


@logger.inject_lambda_context
@metrics.log_metrics
@discreet(logger, metrics)
def handler(event: dict[str, Any], _context: "LambdaContext") -> "PartialItemFailureResponse":
    record = bootstrap.record_failures()  # before anything is parsed: the stage says which addresses are well-formed
    batch = letters(event)
    recorded = record(batch.messages)
    failed = batch.failed(recorded.failed)
    count(metrics, "MembersFailed", recorded.members)
    logger.error(
        "dead letters",
        extra={
            "messages": [record["messageId"] for record in event["Records"]],
            "members": recorded.members,
            "unreadable": batch.unreadable,
            "handed_back": failed,
        },
    )
    return failures(failed)
