"""HTTP -> Mailchimp -> secret: an operator begins, the account's owner agrees, the browser comes back."""

from typing import TYPE_CHECKING, Any

from accord import bootstrap
from accord.adapters.http.authorising import came_back, started
from accord.adapters.http.messages import Request, Response
from accord.adapters.http.pages import Page
from accord.adapters.http.problems import Route, answer
from accord.observability import count, discreet, logger_of, metrics_of

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
    return started(request, connecting.recognise, connecting.connect, lambda: _redirect_uri(request))


def get_callback(request: Request) -> Page:
    """Where Mailchimp sends the browser back to."""
    connecting = bootstrap.connect_mailchimp()
    back = came_back(request, "mailchimp", connecting.connect, lambda: _redirect_uri(request))
    if back.error is not None:
        logger.error("failed", extra={"error": type(back.error).__name__, "cause": str(back.error)})
        return back.page
    logger.info("finished", extra={"outcome": back.outcome, "connection": back.connection_id})
    count(metrics, "MailchimpConnected", int(back.outcome == "connected"))
    return back.page


ROUTES: dict[str, Route] = {
    "GET /mailchimp/oauth/start": get_start,
    f"GET {CALLBACK}": get_callback,
}


def _redirect_uri(request: Request) -> str:
    """As it is registered with Mailchimp: stored with the client's secret, else by the name of the API itself."""
    return bootstrap.connect_mailchimp().redirect_uri() or f"{request.origin}{CALLBACK}"
