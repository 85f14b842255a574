"""HTTP -> Cobot -> secret: an operator begins, the admin agrees, the browser comes back, the space is linked."""

from typing import TYPE_CHECKING, Any

from accord import bootstrap
from accord.adapters.http.authorising import came_back, started
from accord.adapters.http.messages import Request, Response
from accord.adapters.http.pages import Page
from accord.adapters.http.problems import Route, answer
from accord.observability import count, discreet, logger_of, metrics_of

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logger_of("connect_cobot")
metrics = metrics_of("connect_cobot")

CALLBACK = "/cobot/oauth/callback"


@logger.inject_lambda_context
@metrics.log_metrics
@discreet(logger, metrics)
def handler(event: dict[str, Any], _context: "LambdaContext") -> dict[str, Any]:
    count(metrics, "Requests", 1)
    return answer(event, ROUTES, logger)


def get_start(request: Request) -> Response:
    """Where an operator sends the admin of the space: a page of Cobot, good for ten minutes."""
    connecting = bootstrap.connect_cobot()
    return started(request, connecting.recognise, connecting.connect, lambda: _redirect_uri(request))


def get_callback(request: Request) -> Page:
    """Where Cobot sends the browser back to."""
    connecting = bootstrap.connect_cobot()
    back = came_back(request, "cobot", connecting.connect, lambda: _redirect_uri(request))
    if back.error is not None:
        logger.error("failed", extra={"error": type(back.error).__name__, "cause": str(back.error)})
        return back.page
    logger.info("finished", extra={"outcome": back.outcome, "connection": back.connection_id})
    count(metrics, "CobotConnected", int(back.outcome == "connected"))
    return back.page


ROUTES: dict[str, Route] = {
    "GET /cobot/oauth/start": get_start,
    f"GET {CALLBACK}": get_callback,
}


def _redirect_uri(request: Request) -> str:
    """As it is registered with Cobot: stored with the client's secret, else by the name of the API itself."""
    return bootstrap.connect_cobot().redirect_uri() or f"{request.origin}{CALLBACK}"
