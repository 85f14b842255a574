"""HTTP -> plans: what a reconciliation, or the undoing of a run, would do, line by line; and the yes to it."""

from typing import TYPE_CHECKING, Any

from accord import bootstrap
from accord.adapters.http import body
from accord.adapters.http.connections import refusals
from accord.adapters.http.members import connection_of, cursor, language_of
from accord.adapters.http.messages import Request, Response
from accord.adapters.http.plans import beyond_caps, posted_plan, posted_yes, shown_line, shown_plan
from accord.adapters.http.problems import Route, answer, unknown
from accord.adapters.http.runs import shown_run
from accord.domain.plan import Planned
from accord.observability import count, discreet, logger_of, metrics_of
from accord.usecases.manage_plans import BeyondCapsError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from accord.domain.connection import Connection
    from accord.domain.run import Run

A_PAGE = 100
LARGEST_PAGE = 500

logger = logger_of("manage_plans")
metrics = metrics_of("manage_plans")


@logger.inject_lambda_context
@metrics.log_metrics
@discreet(logger, metrics)
def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    count(metrics, "Requests", 1)
    return answer(event, ROUTES, logger)


def post_plan(request: Request) -> Response:
    """The plan is made: what is being read is seen in its progress."""
    connection = _connection(request)
    adopts = posted_plan(request)
    with refusals():
        plan = bootstrap.manage_plans().manage.make(connection, adopts=adopts)
    return Response(202, {"plan": plan.id})


def post_undo(request: Request) -> Response:
    """What would be put back of a run is planned: each contact that it wrote to is read."""
    connection = _connection(request)
    body.posted_object(request, allowed=())
    with refusals():
        plan = bootstrap.manage_plans().manage.undo(connection, request.path["run_id"])
    if plan is None:
        raise unknown("run")
    return Response(202, {"plan": plan.id})


def get_plans(request: Request) -> Response:
    """The connection's plans, newest first."""
    connection = _connection(request)
    limit = body.number(request, "limit", A_PAGE, LARGEST_PAGE)
    with cursor(request) as after:
        page = bootstrap.manage_plans().manage.page(connection, after, limit)
    return Response(200, {"plans": [shown_plan(plan) for plan in page.items], "next": page.next})


def get_plan(request: Request) -> Response:
    """How far the plan is, and what it comes to."""
    connection = _connection(request)
    plan = _plan(request, connection)
    return Response(200, shown_plan(plan, bootstrap.manage_plans().manage.beyond(connection, plan)))


def get_lines(request: Request) -> Response:
    """What would become of each member, by page."""
    connection = _connection(request)
    plan = _plan(request, connection)
    planned = body.choice(request.query.get("planned"), "planned", Planned)
    limit = body.number(request, "limit", A_PAGE, LARGEST_PAGE)
    with cursor(request) as after:
        page = bootstrap.manage_plans().manage.lines(plan, planned, after, limit)
    language = language_of(request, connection)
    return Response(200, {"lines": [shown_line(line, language) for line in page.items], "next": page.next})


def post_apply(request: Request) -> Response:
    """The plan is carried out, and nothing else."""
    connection = _connection(request)
    plan = _plan(request, connection)
    beyond, chosen = posted_yes(request, plan)
    with refusals():
        try:
            run = bootstrap.manage_plans().manage.apply(connection, plan, beyond_caps=beyond, chosen=chosen)
        except BeyondCapsError as asked:
            raise beyond_caps(asked.caps) from asked
    logger.info("plan applied", extra={"connection": connection.id, "plan": plan.id, "run": run.id, "beyond": beyond})
    return Response(202, {"run": run.id})


def post_approve(request: Request) -> Response:
    """A reconciliation goes on that would go beyond a cap."""
    connection = _connection(request)
    with refusals():
        run = bootstrap.manage_plans().approve(connection, request.path["run_id"])
    if run is None:
        raise unknown("run")
    asks = {cap.what: cap.count for cap in run.asks}
    logger.info("run approved", extra={"connection": connection.id, "run": run.id, "asks": asks})
    return Response(202, shown_run(run, language_of(request, connection)))


PLANS = "/v1/connections/{connection_id}/plans"
ROUTES: dict[str, Route] = {
    f"POST {PLANS}": post_plan,
    f"GET {PLANS}": get_plans,
    f"GET {PLANS}/{{plan_id}}": get_plan,
    f"GET {PLANS}/{{plan_id}}/lines": get_lines,
    f"POST {PLANS}/{{plan_id}}/apply": post_apply,
    "POST /v1/connections/{connection_id}/runs/{run_id}/approve": post_approve,
    "POST /v1/connections/{connection_id}/runs/{run_id}/undo": post_undo,
}


def _plan(request: Request, connection: "Connection") -> "Run":
    plan = bootstrap.manage_plans().manage.plan(connection, request.path["plan_id"])
    if plan is None:
        raise unknown("plan")
    return plan


def _connection(request: Request) -> "Connection":
    return connection_of(request, bootstrap.manage_plans().recognise)
