"""HTTP <-> the consent of an account's owner: an operator asks for a page, and a browser comes back from it."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from accord.adapters.http.members import preferred_language
from accord.adapters.http.messages import Request, Response
from accord.adapters.http.pages import Page, outcome_page, unfinished_page
from accord.adapters.http.problems import ProblemError, unknown, wrong_shape
from accord.domain.authorisation import Service
from accord.domain.connection import Connection
from accord.errors import Misconfigured, Retryable
from accord.usecases.connecting.ask_owner import Finished
from accord.usecases.explain_refusal import FieldError
from accord.usecases.recognise_caller import RecogniseCaller


class Connects(Protocol):
    """`ConnectMailchimp`, `ConnectCobot`."""

    def start(self, connection: Connection, operator_token: str, redirect_uri: str) -> str: ...

    def finish(self, state: str, code: str, redirect_uri: str) -> Finished: ...


class Returned(NamedTuple):
    """The page for a browser that came back, and what a log may say of it. Without an outcome there is an error."""

    page: Page
    outcome: str = ""
    connection_id: str | None = None
    error: Retryable | Misconfigured | None = None


def started(
    request: Request, recognise: RecogniseCaller, connects: Connects, redirect_uri: Callable[[], str]
) -> Response:
    """Where an operator sends the owner of the account: a page of the service, good for ten minutes."""
    name = request.query.get("connection", "")
    connection = recognise.operator(name, request.token)
    if not name:
        raise wrong_shape(FieldError("connection", "must name the connection: ?connection=zoo"))
    if connection is None:
        raise unknown("connection")
    try:
        url = connects.start(connection, request.token or "", redirect_uri())
    except Misconfigured as error:
        raise ProblemError(409, "Not set up", str(error)) from None
    return Response(200, {"authorize_url": url})


def came_back(request: Request, service: Service, connects: Connects, redirect_uri: Callable[[], str]) -> Returned:
    """Where the service sends the browser back to. Who comes is known by `state` alone."""
    language = preferred_language(request)
    state, code = request.query.get("state", ""), request.query.get("code", "")
    if "error" in request.query:
        code = ""
    try:
        finished = connects.finish(state, code, redirect_uri())
    except (Retryable, Misconfigured) as error:
        cause = str(error) if isinstance(error, Misconfigured) else ""
        return Returned(unfinished_page(service, language or "en", cause), error=error)
    connection = finished.connection
    if connection is None:
        return Returned(outcome_page(service, finished.outcome, "", language or "en"), finished.outcome)
    page = outcome_page(service, finished.outcome, connection.id, language or connection.language)
    return Returned(page, finished.outcome, connection.id)
