"""HTTP -> ledger: what operators ask of all members, and another try for what failed."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from accord import bootstrap
from accord.adapters.http import body
from accord.adapters.http.members import connection_of, cursor, language_of, member_id_of, reason_in_words, shown_line
from accord.adapters.http.messages import Request, Response
from accord.adapters.http.problems import answer, unknown
from accord.domain.reasons import ReasonCode, Status
from accord.observability import count, deadline, discreet, logger_of, metrics_of

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from accord.domain.connection import Connection

A_PAGE = 100
LARGEST_PAGE = 500
MARGIN = timedelta(seconds=5)

logger = logger_of("manage_members")
metrics = metrics_of("manage_members")


@logger.inject_lambda_context
@metrics.log_metrics
@discreet(logger, metrics)
def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    count(metrics, "Requests", 1)
    until = deadline(context, MARGIN)
    routes = {**ROUTES, RETRY_ALL: lambda request: retry_failures(request, until)}
    return answer(event, routes, logger)


def get_members(request: Request) -> Response:
    """Members by page, of one status or of all."""
    connection = _connection(request)
    status = body.choice(request.query.get("status"), "status", Status)
    limit = body.number(request, "limit", A_PAGE, LARGEST_PAGE)
    with cursor(request) as after:
        page = bootstrap.manage_members().manage.members(connection, status, after, limit)
    language = language_of(request, connection)
    return Response(200, {"members": [shown_line(record, language) for record in page.items], "next": page.next})


def get_counts(request: Request) -> Response:
    """How many members have each status."""
    counts = bootstrap.manage_members().manage.counts(_connection(request))
    return Response(200, {"counts": {status.value: n for status, n in counts.items()}, "total": sum(counts.values())})


def retry_member(request: Request) -> Response:
    """Another try for one member, at once."""
    connection = _connection(request)
    retried = bootstrap.manage_members().manage.retry(connection, member_id_of(request))
    if retried is None:
        raise unknown("member")
    return Response(202, {"retried": int(retried)})


def get_failures(request: Request) -> Response:
    """What failed and why; the first page counts the reasons."""
    connection = _connection(request)
    limit = body.number(request, "limit", A_PAGE, LARGEST_PAGE)
    with cursor(request) as after:
        failures = bootstrap.manage_members().manage.failures(connection, after, limit)
    language = language_of(request, connection)
    reasons = None
    if failures.reasons is not None:
        reasons = [
            {**reason_in_words(code, "", language), "count": number}
            for code, number in sorted(failures.reasons.items(), key=lambda pair: (-pair[1], pair[0]))
        ]
    lines = [shown_line(record, language) for record in failures.page.items]
    return Response(200, {"failures": lines, "reasons": reasons, "next": failures.page.next})


def retry_failures(request: Request, until: datetime) -> Response:
    """Another try for all that failed, or for those of one reason; `more` says to ask again for the rest."""
    connection = _connection(request)
    said = body.posted_object(request, allowed=("reason",)) if request.body else {}
    reason = body.choice(said.get("reason", request.query.get("reason")), "reason", ReasonCode)
    retried = bootstrap.manage_members().manage.retry_failures(connection, reason, until)
    return Response(202, {"retried": retried.members, "more": retried.more})


RETRY_ALL = "POST /v1/connections/{connection_id}/failures/retry"
ROUTES = {
    "GET /v1/connections/{connection_id}/members": get_members,
    "GET /v1/connections/{connection_id}/counts": get_counts,
    "POST /v1/connections/{connection_id}/members/{member_id}/retry": retry_member,
    "GET /v1/connections/{connection_id}/failures": get_failures,
}


def _connection(request: Request) -> "Connection":
    return connection_of(request, bootstrap.manage_members().recognise)
