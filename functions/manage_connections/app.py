"""HTTP -> connections: what operators say of them, and how each of them stands."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from accord import bootstrap
from accord.adapters.http import body, runs
from accord.adapters.http.connections import (
    posted_audience,
    posted_reason,
    posted_reconfirmation,
    posted_settings,
    refusals,
    shown_audiences,
    shown_change,
    shown_check,
    shown_connection,
    shown_credentials,
)
from accord.adapters.http.groups import posted_group, shown_group
from accord.adapters.http.members import connection_of, cursor, language_of
from accord.adapters.http.messages import Request, Response
from accord.adapters.http.problems import Route, answer, unknown, wrong_shape
from accord.adapters.http.segments import posted_segments, shown_segments
from accord.domain.connection_settings import ConnectionSettings, NewConnection
from accord.domain.lifecycle import Step
from accord.domain.run import Run, RunKind
from accord.observability import count, deadline, discreet, logger_of, metrics_of
from accord.usecases.explain_refusal import FieldError

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from accord.domain.connection import Connection

A_PAGE = 50
LARGEST_PAGE = 500
MARGIN = timedelta(seconds=10)

logger = logger_of("manage_connections")
metrics = metrics_of("manage_connections")


@logger.inject_lambda_context
@metrics.log_metrics
@discreet(logger, metrics)
def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    count(metrics, "Requests", 1)
    until = deadline(context, MARGIN)
    routes = {
        **ROUTES,
        AUDIENCES: lambda request: get_audiences(request, until),
        SEGMENTS: lambda request: post_segments(request, until),
        RECONFIRM: lambda request: post_reconfirm(request, until),
    }
    return answer(event, routes, logger)


def post_connection(request: Request) -> Response:
    """A new connection, a draft; its credentials are told this once."""
    connecting = bootstrap.manage_connections()
    connecting.recognise.any_operator(request.token)
    said = posted_settings(request, NewConnection)
    with refusals():
        made, credentials = connecting.manage.create(said)
    count(metrics, "ConnectionsCreated", 1)
    shown = shown_connection(made, language_of(request, made))
    return Response(201, {"connection": shown, "credentials": shown_credentials(credentials, request, made)})


def get_connections(request: Request) -> Response:
    """All connections, by page."""
    connecting = bootstrap.manage_connections()
    connecting.recognise.any_operator(request.token)
    limit = body.number(request, "limit", A_PAGE, LARGEST_PAGE)
    with cursor(request) as after:
        page = connecting.manage.page(after, limit)
    listed = [shown_connection(each, language_of(request, each)) for each in page.items]
    return Response(200, {"connections": listed, "next": page.next})


def get_connection(request: Request) -> Response:
    """How the connection stands, why, and what to do next."""
    return _shown(request, _connection(request))


def patch_connection(request: Request) -> Response:
    """Settings, each singly; with `?dry_run=true` only what they would do."""
    connection = _connection(request)
    dry_run = body.flag(request, "dry_run")
    said = posted_settings(request, ConnectionSettings)
    language = language_of(request, connection)
    with refusals():
        changed = bootstrap.manage_connections().manage.change(connection, said, language, dry_run=dry_run)
    document = {
        "connection": shown_connection(changed.connection, language),
        "changes": [shown_change(change) for change in changed.changes],
        "applied": changed.applied,
    }
    return Response(200, document)


def get_audiences(request: Request, until: datetime) -> Response:
    """The account's audiences; `?overlap=true` counts the contacts that are in several."""
    connection = _connection(request)
    overlap = body.flag(request, "overlap")
    with refusals():
        choice = bootstrap.manage_connections().choose.audiences(connection, overlap=overlap, deadline=until)
    return Response(200, shown_audiences(choice))


def put_audience(request: Request) -> Response:
    """Join the connection to an audience of its account, or to one that is made for it."""
    connection = _connection(request)
    said = posted_audience(request)
    choose = bootstrap.manage_connections().choose
    with refusals():
        chosen = choose.choose(connection, said) if isinstance(said, str) else choose.create(connection, said)
    return _shown(request, chosen)


def get_fields(request: Request) -> Response:
    """Where each field of members goes in the audience."""
    connection = _connection(request)
    with refusals():
        bindings = bootstrap.manage_connections().approve.fields(connection)
    return Response(200, runs.shown_fields(bindings, language_of(request, connection)))


def post_test(request: Request) -> Response:
    """Look whether it all works; nothing is written to Mailchimp."""
    connection = _connection(request)
    with refusals():
        checks, checked = bootstrap.manage_connections().check(connection)
    language = language_of(request, checked)
    shown = [shown_check(each, language) for each in checks]
    return Response(200, {"checks": shown, "connection": shown_connection(checked, language)})


def get_summary(request: Request) -> Response:
    """What the first import would do."""
    connection = _connection(request)
    summary = bootstrap.manage_connections().approve.summary(connection)
    if summary is None:
        raise unknown("summary: test the connection, and wait until its audience is read")
    return Response(200, runs.shown_summary(summary, language_of(request, connection)))


def post_approve(request: Request) -> Response:
    """The connection is live, and its first import begins."""
    connection = _connection(request)
    summary = body.posted_object(request, allowed=("summary",)).get("summary")
    if not isinstance(summary, str):
        raise wrong_shape(FieldError("summary", "must be the id of the summary that you approve: read it first"))
    with refusals():
        live, run = bootstrap.manage_connections().approve(connection, summary, request.origin)
    logger.info("approved", extra={"connection": live.id, "run": run.id})
    return Response(202, {"connection": shown_connection(live, language_of(request, live)), "run": run.id})


def post_reconfirm(request: Request, until: datetime) -> Response:
    """How many people would be asked to confirm; with `approve`, they are."""
    connection = _connection(request)
    who, proposal = posted_reconfirmation(request)
    reconfirm = bootstrap.manage_connections().reconfirm
    with refusals():
        if proposal is None:
            proposed, all_counted = reconfirm.propose(connection, who, until)
            return Response(200, runs.shown_proposal(proposed, all_counted=all_counted))
        run = reconfirm.approve(connection, who, proposal)
    logger.info("reconfirmation approved", extra={"connection": connection.id, "run": run.id, "who": who.value})
    return Response(202, runs.shown_reconfirmation(run))


def get_runs(request: Request) -> Response:
    """What was done on the connection as a whole, newest first, with its progress."""
    connection = _connection(request)
    limit = body.number(request, "limit", A_PAGE, LARGEST_PAGE)
    with cursor(request) as after:
        page = bootstrap.manage_connections().approve.page(connection, after, limit)
    listed = [runs.shown_run(run, language_of(request, connection)) for run in page.items]
    return Response(200, {"runs": listed, "next": page.next})


def post_run(request: Request) -> Response:
    """Now, not at night or at the weekend: the audience reconciled, or the activity pulled."""
    connection = _connection(request)
    kind, full = runs.posted_run(request)
    with refusals():
        can = bootstrap.manage_connections()
        ordered = can.pull(connection) if kind is RunKind.ACTIVITY else can.order(connection, full=full)
    logger.info("run ordered", extra={"connection": connection.id, "run": ordered.id, "kind": kind, "full": full})
    return Response(202, {"run": ordered.id})


def get_run(request: Request) -> Response:
    """One run with its progress."""
    connection = _connection(request)
    return _shown_run(request, connection, bootstrap.manage_connections().order.run(connection, request.path["run_id"]))


def post_stop(request: Request) -> Response:
    """A run that can be stopped goes on no further; what was found or sent until then stands."""
    connection = _connection(request)
    with refusals():
        return _shown_run(request, connection, bootstrap.manage_connections().stop(connection, request.path["run_id"]))


def post_group(request: Request) -> Response:
    """A group and its interests in the audience; those that are there stay as they are."""
    connection = _connection(request)
    category, names = posted_group(request)
    with refusals():
        interests, after = bootstrap.manage_connections().groups(connection, category, names)
    return Response(
        200, {"group": shown_group(interests), "connection": shown_connection(after, language_of(request, after))}
    )


def post_segments(request: Request, until: datetime) -> Response:
    """A saved segment for each plan or tag; those that are there stay as they are."""
    connection = _connection(request)
    by, values = posted_segments(request)
    with refusals():
        created = bootstrap.manage_connections().segments(connection, by, values, until)
    return Response(200, shown_segments(created))


def post_credentials(request: Request) -> Response:
    """A new token or signing secret, told this once. The one before stays valid beside it, unless it is dropped."""
    connection = _connection(request)
    said = body.posted_object(request, allowed=("rotate", "drop_previous"))
    drop = said.get("drop_previous", False)
    if not isinstance(drop, bool):
        raise wrong_shape(FieldError("drop_previous", "must be true or false"))
    manage = bootstrap.manage_connections().manage
    ways = {"token": manage.rotate_token, "signing_secret": manage.rotate_signing_secret}
    rotate = ways.get(said["rotate"]) if isinstance(said.get("rotate"), str) else None
    if rotate is None:
        raise wrong_shape(FieldError("rotate", f"must be one of {', '.join(ways)}"))
    with refusals():
        credentials = rotate(connection, drop_previous=drop)
    return Response(200, {"credentials": shown_credentials(credentials, request, connection)})


def _step(step: Step) -> Route:
    def post_step(request: Request) -> Response:
        connection = _connection(request)
        reason = posted_reason(request)
        with refusals():
            connecting = bootstrap.manage_connections()
            moved = connecting.manage.step(connection, step, reason)
            if step is Step.DISCONNECT:
                moved = connecting.leave(moved)
        logger.info("stepped", extra={"connection": moved.id, "step": step.value, "state": moved.state.value})
        return _shown(request, moved)

    return post_step


ONE = "/v1/connections/{connection_id}"
AUDIENCES = f"GET {ONE}/audiences"
SEGMENTS = f"POST {ONE}/segments"
RECONFIRM = f"POST {ONE}/reconfirm"
ROUTES: dict[str, Route] = {
    "POST /v1/connections": post_connection,
    "GET /v1/connections": get_connections,
    f"GET {ONE}": get_connection,
    f"PATCH {ONE}": patch_connection,
    f"PUT {ONE}/audience": put_audience,
    f"GET {ONE}/fields": get_fields,
    f"POST {ONE}/test": post_test,
    f"GET {ONE}/summary": get_summary,
    f"POST {ONE}/approve": post_approve,
    f"POST {ONE}/groups": post_group,
    f"GET {ONE}/runs": get_runs,
    f"POST {ONE}/runs": post_run,
    f"GET {ONE}/runs/{{run_id}}": get_run,
    f"POST {ONE}/runs/{{run_id}}/stop": post_stop,
    f"POST {ONE}/credentials": post_credentials,
    f"POST {ONE}/pause": _step(Step.PAUSE),
    f"POST {ONE}/resume": _step(Step.RESUME),
    f"POST {ONE}/disconnect": _step(Step.DISCONNECT),
    f"POST {ONE}/reconnect": _step(Step.RECONNECT),
}


def _shown(request: Request, connection: "Connection") -> Response:
    return Response(200, {"connection": shown_connection(connection, language_of(request, connection))})


def _shown_run(request: Request, connection: "Connection", run: Run | None) -> Response:
    if run is None:
        raise unknown("run")
    return Response(200, runs.shown_run(run, language_of(request, connection)))


def _connection(request: Request) -> "Connection":
    return connection_of(request, bootstrap.manage_connections().recognise)
