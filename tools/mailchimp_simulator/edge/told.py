"""What a control request says, read strictly: whatever makes no sense is a 400 with the reason."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tools.mailchimp_simulator.domain.account import Account
from tools.mailchimp_simulator.domain.audience import Audience
from tools.mailchimp_simulator.domain.deed import Impossible, because_of
from tools.mailchimp_simulator.domain.problems import Problem

PREFIX = "/_simulator"
type Handler = Callable[[web.Request], Awaitable[web.Response]]


class Refused(Exception):
    """A control request that makes no sense; the text says why. Answered with 400."""


def told(handler: Callable[[web.Request], Awaitable[Any]]) -> Handler:
    async def answer(request: web.Request) -> web.Response:
        try:
            return web.json_response(await handler(request))
        except (Refused, Impossible) as refused:
            return web.json_response({"error": str(refused)}, status=400)
        except Problem as problem:
            return web.json_response({"error": str(because_of(problem))}, status=400)

    return answer


async def body_of(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.read() or b"{}")
    except ValueError as error:
        raise Refused("the body is not JSON") from error
    if not isinstance(body, dict):
        raise Refused("the body must be a JSON object")
    return body


def audience_of(account: Account, list_id: Any) -> Audience:
    """The first audience where no other is named."""
    try:
        return account.audience(account.default_list_id if list_id is None else str(list_id))
    except Problem as problem:
        known = ", ".join(audience.id for audience in account.audiences)
        raise Refused(f"list_id {list_id!r} is no audience here; there are: {known}") from problem


def count_of(body: dict[str, Any], name: str, most: int, default: int | None = None) -> int:
    """A whole number from 1."""
    count = body.get(name, default)
    if not isinstance(count, int) or isinstance(count, bool) or not 0 < count <= most:
        raise Refused(f"{name} must be a whole number from 1 to {most}; it is {count!r}")
    return count


def rate_of(body: dict[str, Any], name: str, default: float) -> float:
    rate = body.get(name, default)
    if not isinstance(rate, int | float) or isinstance(rate, bool) or not 0 <= rate <= 1:
        raise Refused(f"{name} must be a number from 0 to 1; it is {rate!r}")
    return rate
