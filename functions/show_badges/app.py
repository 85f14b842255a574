"""HTTP -> badges: an image for the pages of other applications, and what opens two hundred of them."""

from typing import TYPE_CHECKING, Any

from accord import bootstrap
from accord.adapters.http import body
from accord.adapters.http.badges import BadgeImage, asked_ids, not_opened, shown_badge
from accord.adapters.http.members import member_id_of
from accord.adapters.http.messages import Request, Response
from accord.adapters.http.problems import ProblemError, Route, answer, unknown
from accord.domain.badge_token import HOURS, MOST_HOURS
from accord.errors import Misconfigured
from accord.observability import count, discreet, logger_of, metrics_of
from accord.usecases.recognise_caller import UnrecognisedError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logger_of("show_badges")
metrics = metrics_of("show_badges")


@logger.inject_lambda_context
@metrics.log_metrics
@discreet(logger, metrics)
def handler(event: dict[str, Any], _context: "LambdaContext") -> dict[str, Any]:
    count(metrics, "Requests", 1)
    return answer(event, ROUTES, logger)


def get_badge(request: Request) -> BadgeImage:
    """The image, for whoever has its token."""
    try:
        connection, badge = bootstrap.show_badges().badges.one(
            request.connection_id, member_id_of(request), request.query.get("token", "")
        )
    except UnrecognisedError:
        raise not_opened() from None
    return BadgeImage.answering(request, badge, connection.language)


def get_badges(request: Request) -> Response:
    """How each of the members stands, and the URL of its image."""
    showing = bootstrap.show_badges()
    connection = showing.recognise.upstream_or_operator(request.connection_id, request.token)
    if connection is None:
        raise unknown("connection")
    ids, hours = asked_ids(request), body.number(request, "hours", HOURS, MOST_HOURS)
    try:
        table = showing.badges.table(connection, ids, hours)
    except Misconfigured as error:
        raise ProblemError(409, "Not set up", str(error)) from None
    return Response(200, {"badges": [shown_badge(each, request, connection.language) for each in table]})


ROUTES: dict[str, Route] = {
    "GET /v1/connections/{connection_id}/members/{member_id}/badge.svg": get_badge,
    "GET /v1/connections/{connection_id}/badges": get_badges,
}
