"""HTTP -> queue: take Mailchimp's webhooks. Whoever does not know the secret learns nothing."""

from typing import TYPE_CHECKING, Any

from accord import bootstrap
from accord.adapters.http.messages import Request, Response
from accord.adapters.http.problems import answer
from accord.adapters.mailchimp.webhook import UndigestibleError, is_signed, told
from accord.observability import count, discreet, logger_of, metrics_of
from accord.usecases.recognise_caller import UnrecognisedError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logger_of("receive_audience_events")
metrics = metrics_of("receive_audience_events")

NOTHING_HERE = Response(404, {})
TAKEN = Response(200, {})


@logger.inject_lambda_context
@metrics.log_metrics
@discreet(logger, metrics)
def handler(event: dict[str, Any], _context: "LambdaContext") -> dict[str, Any]:
    count(metrics, "Requests", 1)
    return answer(event, ROUTES, logger)


def get_webhook(request: Request) -> Response:
    """Mailchimp validates a URL before it registers a webhook."""
    try:
        bootstrap.receive_audience_events().recognise.mailchimp(request.connection_id, request.path["secret"])
    except UnrecognisedError:
        return NOTHING_HERE
    return TAKEN


def post_webhook(request: Request) -> Response:
    """One webhook. What is Mailchimp's and of no use is taken all the same: Mailchimp would repeat it for 75 minutes,
    and give a webhook up that answers with errors (FACTS section 5.2)."""
    hearing = bootstrap.receive_audience_events()
    now = hearing.clock.now()
    header = request.headers.get("x-mailchimp-signature", "")
    try:
        connection = hearing.recognise.mailchimp(
            request.connection_id,
            request.path["secret"],
            lambda secrets: is_signed(header, request.body, secrets, now),
        )
    except UnrecognisedError:
        return NOTHING_HERE
    try:
        audience_id, hint = told(request.body, now)
    except UndigestibleError as why:
        logger.warning("undigestible", extra={"connection": connection.id, "why": str(why)})
        count(metrics, "WebhooksUndigestible", 1)
        return TAKEN
    queued = hearing.receive(connection, audience_id, hint)
    count(metrics, "WebhooksQueued" if queued else "WebhooksPassedOver", 1)
    logger.info("heard", extra={"connection": connection.id, "kind": hint.kind, "queued": queued})
    return TAKEN


ROUTES = {
    "GET /mailchimp/webhooks/{connection_id}/{secret}": get_webhook,
    "POST /mailchimp/webhooks/{connection_id}/{secret}": post_webhook,
}
