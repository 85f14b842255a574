"""Which function answers which route, and what it is given."""

import inspect
import json
import re
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import unquote

from tools.mailchimp_simulator.api.projection import Projection
from tools.mailchimp_simulator.domain.account import Account
from tools.mailchimp_simulator.domain.audience import Audience
from tools.mailchimp_simulator.domain.body import Body
from tools.mailchimp_simulator.domain.clock import parse_time
from tools.mailchimp_simulator.domain.problems import (
    Problem,
    bad_request,
    json_parse_exception,
    method_not_allowed,
    not_found,
    unfit,
)

MAX_COUNT = 1000


class Outside(Protocol):
    """What an answer needs of the world beyond the account."""

    url: str

    async def answers(self, url: str) -> bool:
        """Whether a webhook's URL answers the validator's GET with 200."""


@dataclass(frozen=True, slots=True)
class Request:
    """`path` is without `/3.0`; what it holds for a placeholder may be percent-encoded."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """`body` None is an empty answer."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Call:
    """One request to one route, with all that its function may use."""

    account: Account
    outside: Outside
    request: Request
    params: Mapping[str, str]
    projection: Projection

    @property
    def now(self) -> int:
        return self.account.clock.now()

    @property
    def audience(self) -> Audience:
        return self.account.audience(self.params["list_id"])

    @property
    def query(self) -> Mapping[str, str]:
        return self.request.query

    def flag(self, name: str) -> bool:
        return self.query.get(name, "").lower() == "true"

    def choice(self, name: str, choices: Collection[str]) -> str:
        """One of the choices, empty where none is asked for. Raises Problem 400."""
        value = self.query.get(name, "")
        if value and value not in choices:
            raise bad_request(f"{name} must be one of: {', '.join(choices)}.")
        return value

    def choices(self, name: str, choices: Collection[str]) -> set[str]:
        """Those of a comma-separated list, none where none is asked for. Raises Problem 400."""
        values = {value.strip() for value in self.query.get(name, "").split(",")} - {""}
        if not values <= set(choices):
            raise bad_request(f"{name} must be of: {', '.join(choices)}.")
        return values

    def moment(self, name: str) -> int | None:
        """A time, None where none is asked for. Raises Problem 400."""
        try:
            return parse_time(self.query[name]) if self.query.get(name) else None
        except ValueError as error:
            raise bad_request(f"{name} is not a valid date and time.") from error

    def between(self, moment: int, name: str) -> bool:
        """Whether it is after `since_...` and before `before_...`, both exclusive. Raises Problem 400."""
        since, before = self.moment(f"since_{name}"), self.moment(f"before_{name}")
        return (since is None or moment > since) and (before is None or moment < before)

    def body(self) -> Body:
        """The JSON object that was sent; nothing, and `null`, are an empty one. Raises Problem 400."""
        try:
            body = json.loads(self.request.body) if self.request.body.strip() else {}
        except ValueError as error:
            raise json_parse_exception() from error
        if body is None:
            return {}
        if not isinstance(body, dict):
            raise unfit(("", "Schema describes object, another type found instead"))
        return body

    def paging(self) -> tuple[int, int]:
        """Offset and count (10 unless given, 1000 at most). Raises Problem 400."""
        try:
            offset, count = int(self.query.get("offset") or 0), int(self.query.get("count") or 10)
        except ValueError as error:
            raise bad_request("count and offset must be integers.") from error
        if offset < 0 or not 0 <= count <= MAX_COUNT:
            raise bad_request(f"count must be between 0 and {MAX_COUNT}, offset not negative.")
        return offset, count

    def cut[T](self, items: Sequence[T]) -> Sequence[T]:
        offset, count = self.paging()
        return items[offset : offset + count]


type Handler = Callable[[Call], Any]


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    template: str
    pattern: re.Pattern[str]
    handler: Handler

    @property
    def name(self) -> str:
        """As calls are counted and faults are addressed: `GET /3.0/lists/{list_id}`."""
        return f"{self.method} /3.0{self.template}"

    def params(self, path: str) -> dict[str, str] | None:
        """What the path holds for each placeholder; None when it is not this route's."""
        matched = self.pattern.fullmatch(path)
        return {name: unquote(text) for name, text in matched.groupdict().items()} if matched else None


class Router:
    """All routes. A function returns the body of its 200, or None for a 204; it raises Problem for the rest."""

    def __init__(self) -> None:
        self.routes: list[Route] = []

    def __call__(self, method: str, template: str) -> Callable[[Handler], Handler]:
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))

        def add(handler: Handler) -> Handler:
            self.routes.append(Route(method, template, pattern, handler))
            return handler

        return add

    def find(self, method: str, path: str) -> Route | None:
        """The route that the request means, whether or not it can be answered."""
        return next((r for r in self.routes if r.method == method and r.params(path) is not None), None)

    async def answer(self, account: Account, outside: Outside, request: Request) -> Reply:
        """The answer to any request whose sender is known."""
        try:
            route = self.find(request.method, request.path)
            if route is None:
                allowed = [known.method for known in self.routes if known.params(request.path) is not None]
                raise method_not_allowed(allowed) if allowed else not_found()
            params = route.params(request.path) or {}
            call = Call(account, outside, request, params, Projection(request.query))
            body = route.handler(call)
            if inspect.isawaitable(body):
                body = await body
            return Reply(204) if body is None else Reply(200, call.projection(body))
        except Problem as problem:
            return refusal(problem)


def refusal(problem: Problem) -> Reply:
    """The answer that a problem makes."""
    return Reply(problem.status, problem.body(secrets.token_hex(16)), problem.headers)


route = Router()
