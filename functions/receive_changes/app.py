"""HTTP -> queue: take the changes that upstream posts, and tell how a member stands."""

from typing import TYPE_CHECKING, Any

from accord import bootstrap
from accord.adapters.http import body
from accord.adapters.http.members import (
    cursor,
    language_of,
    member_id_of,
    receipt,
    shown_certificate,
    shown_erasure,
    shown_event,
    shown_member,
)
from accord.adapters.http.messages import Request, Response
from accord.adapters.http.notices import shown_notice
from accord.adapters.http.problems import answer, unknown, wrong_shape
from accord.domain.erasure import erasure_id
from accord.observability import count, discreet, logger_of, metrics_of
from accord.usecases.receive_changes import Receipt

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from accord.domain.connection import Connection

logger = logger_of("receive_changes")
metrics = metrics_of("receive_changes")

NOTICES = 100
MOST_NOTICES = 500


@logger.inject_lambda_context
@metrics.log_metrics
@discreet(logger, metrics)
def handler(event: dict[str, Any], _context: "LambdaContext") -> dict[str, Any]:
    count(metrics, "Requests", 1)
    return answer(event, ROUTES, logger)


def post_members(request: Request) -> Response:
    """Signed or with the connection's token: 1 to 500 changes."""
    connection = bootstrap.receive_changes().recognise.upstream(request.connection_id, request.token, request.signed)
    changes = body.posted_changes(request)
    return receipt(_received(connection, request, changes))


def put_member(request: Request) -> Response:
    """One change, without its id; `member.upserted` unless it says otherwise."""
    connection = _upstream(request)
    change = {"type": "member.upserted", **body.posted_change(request), "id": member_id_of(request)}
    return _one(connection, request, change)


def delete_member(request: Request) -> Response:
    """The member left; with `?erase=true` the person is to be erased. When is said in the body, in the query, or by
    the arrival."""
    connection = _upstream(request)
    kind = "member.erased" if body.flag(request, "erase") else "member.left"
    said = body.posted_change(request) if request.body else {}
    asked = {name: request.query[name] for name in ("occurred_at", "version") if name in request.query}
    change = {**asked, **said, "type": kind, "id": member_id_of(request)}
    return _one(connection, request, change, arrival_counts=True)


def get_member(request: Request) -> Response:
    """How the member stands, why, and what to do next."""
    connection = _readable(request)
    view = bootstrap.receive_changes().show(connection, member_id_of(request))
    if view is None:
        raise unknown("member")
    return Response(200, shown_member(view, language_of(request, connection)))


def get_history(request: Request) -> Response:
    """What happened to the member, newest first."""
    connection = _readable(request)
    with cursor(request) as after:
        page = bootstrap.receive_changes().show.history(connection, member_id_of(request), after)
    if page is None:
        raise unknown("member")
    language = language_of(request, connection)
    return Response(200, {"events": [shown_event(event, language) for event in page.items], "next": page.next})


def get_consent(request: Request) -> Response:
    """The certificate of consent."""
    connection = _readable(request)
    certificate = bootstrap.receive_changes().consent(connection, member_id_of(request))
    if certificate is None:
        raise unknown("member")
    return Response(200, shown_certificate(certificate, language_of(request, connection)))


def get_erasure(request: Request) -> Response:
    """The certificate of an erasure."""
    connection = _readable(request)
    shown = bootstrap.receive_changes().erasure(connection, request.path["erasure_id"])
    if shown is None:
        raise unknown("erasure")
    return Response(200, shown_erasure(shown, language_of(request, connection)))


def get_changes(request: Request) -> Response:
    """What happened to the members in Mailchimp, oldest first; `next` leads on, also where nothing is new."""
    connection = _readable(request)
    limit = body.number(request, "limit", NOTICES, MOST_NOTICES)
    with cursor(request) as after:
        page = bootstrap.receive_changes().notices(connection, after, limit)
    language = language_of(request, connection)
    return Response(200, {"notices": [shown_notice(told, language) for told in page.items], "next": page.next})


ROUTES = {
    "POST /v1/connections/{connection_id}/members": post_members,
    "PUT /v1/connections/{connection_id}/members/{member_id}": put_member,
    "DELETE /v1/connections/{connection_id}/members/{member_id}": delete_member,
    "GET /v1/connections/{connection_id}/members/{member_id}": get_member,
    "GET /v1/connections/{connection_id}/members/{member_id}/history": get_history,
    "GET /v1/connections/{connection_id}/members/{member_id}/consent": get_consent,
    "GET /v1/connections/{connection_id}/erasures/{erasure_id}": get_erasure,
    "GET /v1/connections/{connection_id}/changes": get_changes,
}


def _upstream(request: Request) -> "Connection":
    return bootstrap.receive_changes().recognise.upstream(request.connection_id, request.token)


def _readable(request: Request) -> "Connection":
    recognise = bootstrap.receive_changes().recognise
    connection = recognise.upstream_or_operator(request.connection_id, request.token)
    if connection is None:
        raise unknown("connection")
    return connection


def _received(
    connection: "Connection", request: Request, changes: list[object], *, arrival_counts: bool = False
) -> Receipt:
    received = bootstrap.receive_changes().receive(
        connection, changes, request_id=body.request_id(request), arrival_counts=arrival_counts
    )
    count(metrics, "ChangesAccepted", len(received.accepted))
    logger.info(
        "received",
        extra={
            "connection": connection.id,
            "accepted": len(received.accepted),
            "refused": len(received.refused),
        },
    )
    return received


def _one(
    connection: "Connection", request: Request, change: dict[str, Any], *, arrival_counts: bool = False
) -> Response:
    received = _received(connection, request, [change], arrival_counts=arrival_counts)
    if received.refused:
        raise wrong_shape(*received.refused[0].errors)
    if change["type"] == "member.erased":
        return Response(202, {"erasure": erasure_id(connection.id, change["id"], received.received_at)})
    return receipt(received)
