"""HTTP -> Mailchimp -> secret: an operator begins, the account's owner agrees, the browser comes back."""

from typing import TYPE_CHECKING, Any

from accord import bootstrap
from accord.adapters.http_members import preferred_language
from accord.adapters.http_messages import Request, Response
from accord.adapters.http_pages import Page, outcome_page, unfinished_page
from accord.adapters.http_problems import ProblemError, Route, answer, unknown, wrong_shape
from accord.errors import Misconfigured, Retryable
from accord.observability import count, discreet, logger_of, metrics_of
from accord.usecases.explain_refusal import FieldError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logger_of("connect_mailchimp")
metrics = metrics_of("connect_mailchimp")

CALLBACK = "/mailchimp/oauth/callback"


@logger.inject_lambda_context
@metrics.log_metrics
@discreet(logger, metrics)
def handler(event: dict[str, Any], _context: "LambdaContext") -> dict[str, Any]:
    count(metrics, "Requests", 1)
    return answer(event, ROUTES, logger)


def get_start(request: Request) -> Response:
    """Where an operator sends the owner of the account: a page of Mailchimp, good for ten minutes."""
    connecting = bootstrap.connect_mailchimp()
    name = request.query.get("connection", "")
    connection = connecting.recognise.operator(name, request.token)
    if not name:
        raise wrong_shape(FieldError("connection", "must name the connection: ?connection=zoo"))
    if connection is None:
        raise unknown("connection")
    try:
        url = connecting.connect.start(connection, request.token or "", _redirect_uri(request))
    except Misconfigured as error:
        raise ProblemError(409, "Not set up", str(error)) from None
    return Response(200, {"authorize_url": url})


def get_callback(request: Request) -> Page:
    """Where Mailchimp sends the browser back to. Who comes is known by `state` alone."""
    language = preferred_language(request)
    state, code = request.query.get("state", ""), request.query.get("code", "")
    if "error" in request.query:
        code = ""
    try:
        finished = bootstrap.connect_mailchimp().connect.finish(state, code, _redirect_uri(request))
    except (Retryable, Misconfigured) as error:
        logger.error("failed", extra={"error": type(error).__name__, "cause": str(error)})  # noqa: TRY400
        return unfinished_page(language or "en", str(error) if isinstance(error, Misconfigured) else "")
    connection = finished.connection
    logger.info("finished", extra={"outcome": finished.outcome, "connection": connection.id if connection else None})
    count(metrics, "MailchimpConnected", int(finished.outcome == "connected"))
    if connection is None:
        return outcome_page(finished.outcome, "", language or "en")
    return outcome_page(finished.outcome, connection.id, language or connection.language)


ROUTES: dict[str, Route] = {
    "GET /mailchimp/oauth/start": get_start,
    f"GET {CALLBACK}": get_callback,
}


def _redirect_uri(request: Request) -> str:
    """As it is registered with Mailchimp: stored with the client's secret, else by the name of the API itself."""
    return bootstrap.connect_mailchimp().redirect_uri() or f"{request.origin}{CALLBACK}"
