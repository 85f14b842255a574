"""Errors -> `application/problem+json` (RFC 9457), and the edge where a route's function becomes an answer."""

import traceback
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from accord.adapters.http.messages import Request, Response
from accord.errors import Misconfigured, Retryable
from accord.usecases.explain_refusal import FieldError
from accord.usecases.recognise_caller import UnrecognisedError

type Route = Callable[[Request], Answer]

RETRY_AFTER = {"retry-after": "30"}


class Answer(Protocol):
    """A response, or a page for a browser."""

    @property
    def status(self) -> int: ...

    def proxied(self) -> dict[str, Any]: ...


class Log(Protocol):
    """What the edge says to the log."""

    def info(self, msg: object, /, *, extra: Mapping[str, object]) -> None: ...

    def error(self, msg: object, /, *, extra: Mapping[str, object]) -> None: ...


class ProblemError(Exception):
    """An answer that is not what the caller hoped for: what is wrong, and what to do about it."""

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        *,
        errors: Iterable[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = headers or {}

    def response(self) -> Response:
        """The problem document."""
        document: dict[str, object] = {
            "type": f"urn:accord:problem:{self.title.lower().replace(' ', '-')}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            document["errors"] = listed(self.errors)
        return Response(self.status, document, {"content-type": "application/problem+json", **self.headers})


def listed(errors: Iterable[FieldError]) -> list[dict[str, str]]:
    """Errors as answers show them."""
    return [{"field": error.field, "message": error.message} for error in errors]


def wrong_shape(*errors: FieldError) -> ProblemError:
    """422: it was read, and is not what this route takes."""
    return ProblemError(422, "Wrong shape", "Correct the fields named in `errors` and send it again.", errors=errors)


def unknown(what: str) -> ProblemError:
    """404."""
    return ProblemError(404, "Not found", f"There is no such {what}.")


def answer(event: Mapping[str, Any], routes: Mapping[str, Route], log: Log) -> dict[str, Any]:
    """What the route's function answers, or the problem that it raised. Nothing that a caller sent is logged."""
    route = event["routeKey"]
    fault: dict[str, object] = {}
    response: Answer
    try:
        response = routes[route](Request.parse(event))
    except ProblemError as problem:
        response = problem.response()
    except UnrecognisedError:
        response = _unauthorised().response()
    except (Retryable, Misconfigured) as error:
        fault = {"error": type(error).__name__, "cause": str(error)}
        response = _unavailable().response()
    except Exception as error:  # noqa: BLE001 - the edge; an error's own text may repeat what was sent
        fault = {"error": type(error).__name__, "at": places(error)}
        response = _broken().response()
    if fault:
        log.error("failed", extra={"route": route, **fault})
    log.info("answered", extra={"route": route, "status": response.status})
    return response.proxied()


def places(error: BaseException) -> list[str]:
    """Where an error came from, innermost last: files and lines, no values."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]


def _unauthorised() -> ProblemError:
    detail = (
        "The signature or the token is missing, wrong or too late, or there is no such connection. Sign the body as "
        "Standard Webhooks prescribes, with a clock that is right to five minutes, or send `Authorization: Bearer`."
    )
    return ProblemError(401, "Not recognised", detail, headers={"www-authenticate": "Bearer"})


def _unavailable() -> ProblemError:
    return ProblemError(503, "Not taken", "Nothing was taken. Send it again, under the same id.", headers=RETRY_AFTER)


def _broken() -> ProblemError:
    return ProblemError(500, "Internal error", "Accord met an error of its own. Send it again, under the same id.")
