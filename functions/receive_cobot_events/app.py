"""HTTP -> queue: take what Cobot tells. Whoever does not know the secret learns nothing."""

from typing import TYPE_CHECKING, Any

from accord import bootstrap
from accord.adapters.cobot.webhook import PassedOverError, pointed
from accord.adapters.http.messages import Request, Response
from accord.adapters.http.problems import answer
from accord.observability import count, discreet, logger_of, metrics_of
from accord.usecases.recognise_caller import UnrecognisedError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logger_of("receive_cobot_events")
metrics = metrics_of("receive_cobot_events")

NOTHING_HERE = Response(404, {})
TAKEN = Response(200, {})


@logger.inject_lambda_context
@metrics.log_metrics
@discreet(logger, metrics)
def handler(event: dict[str, Any], _context: "LambdaContext") -> dict[str, Any]:
    count(metrics, "Requests", 1)
    return answer(event, ROUTES, logger)


def post_event(request: Request) -> Response:
    """One event. What is of no use is taken all the same: Cobot would repeat it for 20 hours, and end a subscription
    whose events are not taken (cobot/FACTS, Webhooks)."""
    hearing = bootstrap.receive_cobot_events()
    try:
        connection, space = hearing.recognise.cobot(request.connection_id, request.path["secret"])
    except UnrecognisedError:
        return NOTHING_HERE
    try:
        reference = pointed(request.body, space.url(is_local=hearing.is_local))
    except PassedOverError as why:
        logger.warning("passed over", extra={"connection": connection.id, "why": str(why)})
        count(metrics, "CobotEventsPassedOver", 1)
        return TAKEN
    hearing.receive(connection, reference)
    count(metrics, "CobotEventsQueued", 1)
    logger.info("heard", extra={"connection": connection.id})
    return TAKEN


ROUTES = {"POST /cobot/webhooks/{connection_id}/{secret}": post_event}
