"""HTTP -> ledger: what members did with the newsletter, one by one and together, and what became of campaigns."""

from typing import TYPE_CHECKING, Any

from accord import bootstrap
from accord.adapters.http import body
from accord.adapters.http.activity import shown_activity, shown_campaign, shown_links, wanted
from accord.adapters.http.members import cursor, language_of, member_id_of
from accord.adapters.http.messages import Request, Response
from accord.adapters.http.problems import Route, answer, unknown
from accord.observability import count, discreet, logger_of, metrics_of

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from accord.domain.connection import Connection

A_PAGE = 100
LARGEST_PAGE = 500

logger = logger_of("show_activity")
metrics = metrics_of("show_activity")


@logger.inject_lambda_context
@metrics.log_metrics
@discreet(logger, metrics)
def handler(event: dict[str, Any], _context: "LambdaContext") -> dict[str, Any]:
    count(metrics, "Requests", 1)
    return answer(event, ROUTES, logger)


def get_member_activity(request: Request) -> Response:
    """What a member received, opened, clicked..., newest first."""
    connection = _connection(request)
    asked, limit = wanted(request), body.number(request, "limit", A_PAGE, LARGEST_PAGE)
    with cursor(request) as after:
        shown = bootstrap.show_activity().show.of_member(connection, member_id_of(request), asked, after, limit)
    if shown is None:
        raise unknown("member")
    return Response(200, shown_activity(shown, language_of(request, connection), whose=False))


def get_activity(request: Request) -> Response:
    """Everything that happened to the list, and what all members did with its campaigns (S9), newest first."""
    connection = _connection(request)
    asked, limit = wanted(request), body.number(request, "limit", A_PAGE, LARGEST_PAGE)
    with cursor(request) as after:
        shown = bootstrap.show_activity().show.of_connection(connection, asked, after, limit)
    return Response(200, shown_activity(shown, language_of(request, connection), whose=True))


def get_campaigns(request: Request) -> Response:
    """The campaigns with their totals and rates, newest first."""
    connection = _connection(request)
    limit = body.number(request, "limit", A_PAGE, LARGEST_PAGE)
    with cursor(request) as after:
        page = bootstrap.show_activity().show.campaigns(connection, after, limit)
    language = language_of(request, connection)
    return Response(200, {"campaigns": [shown_campaign(each, language) for each in page.items], "next": page.next})


def get_campaign(request: Request) -> Response:
    """One campaign, with its links."""
    connection = _connection(request)
    campaign = bootstrap.show_activity().show.campaign(connection, request.path["campaign_id"])
    if campaign is None:
        raise unknown("campaign")
    shown = shown_campaign(campaign, language_of(request, connection))
    return Response(200, shown | {"links": shown_links(campaign)})


ONE = "/v1/connections/{connection_id}"
ROUTES: dict[str, Route] = {
    f"GET {ONE}/members/{{member_id}}/activity": get_member_activity,
    f"GET {ONE}/activity": get_activity,
    f"GET {ONE}/campaigns": get_campaigns,
    f"GET {ONE}/campaigns/{{campaign_id}}": get_campaign,
}


def _connection(request: Request) -> "Connection":
    recognise = bootstrap.show_activity().recognise
    connection = recognise.upstream_or_operator(request.connection_id, request.token)
    if connection is None:
        raise unknown("connection")
    return connection
