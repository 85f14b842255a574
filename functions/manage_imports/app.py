"""HTTP -> state machine: files of members that operators bring, and how their imports go."""

from typing import TYPE_CHECKING, Any

from accord import bootstrap
from accord.adapters.http import body
from accord.adapters.http.connections import refusals
from accord.adapters.http.imports import posted_approval, posted_import, shown_import, shown_upload
from accord.adapters.http.members import connection_of, cursor
from accord.adapters.http.messages import Request, Response
from accord.adapters.http.problems import Route, answer, unknown
from accord.observability import count, discreet, logger_of, metrics_of

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from accord.domain.connection import Connection
    from accord.usecases.manage_imports import ShownImport

A_PAGE = 50
LARGEST_PAGE = 100

logger = logger_of("manage_imports")
metrics = metrics_of("manage_imports")


@logger.inject_lambda_context
@metrics.log_metrics
@discreet(logger, metrics)
def handler(event: dict[str, Any], _context: "LambdaContext") -> dict[str, Any]:
    count(metrics, "Requests", 1)
    return answer(event, ROUTES, logger)


def post_import(request: Request) -> Response:
    """An import, and where its file is to be put."""
    connection = _connection(request)
    name, mode, source = posted_import(request)
    with refusals():
        made, url = bootstrap.manage_imports().manage.create(connection, name, mode, source)
    logger.info("import made", extra={"connection": connection.id, "import": made.run.id, "mode": mode.value})
    return Response(201, {"import": shown_import(made), "upload": shown_upload(url)})


def post_begin(request: Request) -> Response:
    """The file has arrived: it is read."""
    connection = _connection(request)
    with refusals():
        begun = bootstrap.manage_imports().manage.begin(connection, request.path["import_id"])
    return _shown(202, begun)


def post_approve(request: Request) -> Response:
    """Members who are not in the snapshot have left, though they are many."""
    connection = _connection(request)
    at_most = posted_approval(request)
    with refusals():
        approved = bootstrap.manage_imports().manage.approve(connection, request.path["import_id"], at_most)
    if approved is not None:
        logger.info("import approved", extra={"connection": connection.id, "import": approved.run.id})
    return _shown(202, approved)


def get_imports(request: Request) -> Response:
    """Imports, newest first, by page."""
    connection = _connection(request)
    limit = body.number(request, "limit", A_PAGE, LARGEST_PAGE)
    with cursor(request) as after:
        page = bootstrap.manage_imports().manage.page(connection, after, limit)
    return Response(200, {"imports": [shown_import(each) for each in page.items], "next": page.next})


def get_import(request: Request) -> Response:
    """One import: its progress, what was understood, and what is wrong."""
    connection = _connection(request)
    return _shown(200, bootstrap.manage_imports().manage.one(connection, request.path["import_id"]))


ALL = "/v1/connections/{connection_id}/imports"
ONE = f"{ALL}/{{import_id}}"
ROUTES: dict[str, Route] = {
    f"POST {ALL}": post_import,
    f"GET {ALL}": get_imports,
    f"GET {ONE}": get_import,
    f"POST {ONE}/begin": post_begin,
    f"POST {ONE}/approve": post_approve,
}


def _shown(status: int, found: "ShownImport | None") -> Response:
    if found is None:
        raise unknown("import")
    return Response(status, {"import": shown_import(found)})


def _connection(request: Request) -> "Connection":
    return connection_of(request, bootstrap.manage_imports().recognise)
