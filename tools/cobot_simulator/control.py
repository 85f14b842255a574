"""/_simulator: what a test or a person tells the simulator, none of it part of Cobot."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tools.cobot_simulator.api import CobotApi
from tools.cobot_simulator.space import ImpossibleError, Space
from tools.cobot_simulator.world import World

PREFIX = "/_simulator"
type Handler = Callable[[web.Request], Awaitable[web.Response]]


class Control:
    """All control routes; see the package's documentation for their bodies."""

    def __init__(self, world: World, api: CobotApi) -> None:
        self._world = world
        self._api = api

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(f"{PREFIX}/spaces", _told(self.open_space)),
            web.post(PREFIX + "/spaces/{space}/members", _told(self.join)),
            web.post(PREFIX + "/spaces/{space}/members/{id}", _told(self.do)),
            web.post(PREFIX + "/spaces/{space}/revoke", _told(self.revoke)),
            web.post(f"{PREFIX}/pace", _told(self.pace)),
            web.post(f"{PREFIX}/clock", _told(self.clock)),
            web.post(f"{PREFIX}/admin", _told(self.admin)),
            web.get(f"{PREFIX}/calls", _told(self.calls)),
            web.delete(f"{PREFIX}/calls", _told(self.forget_calls)),
            web.get(f"{PREFIX}/deliveries", _told(self.deliveries)),
        ]

    async def open_space(self, request: web.Request) -> Any:
        space = self._world.open_space((await _body(request)).get("space"))
        return {"space": space.name, "url": self._world.space_url(space), "token": space.new_token()}

    async def join(self, request: web.Request) -> Any:
        space = self._space(request)
        member = space.join(await _body(request))
        self._world.deliveries.send(space, "created_membership", self._api.pointer(space, member))
        return member

    async def do(self, request: web.Request) -> Any:
        space, body = self._space(request), await _body(request)
        event, member = space.do(request.match_info["id"], str(body.get("deed", "")), body)
        gone = event == "deleted_membership"  # its URL leads nowhere any more: the whole object is told
        self._world.deliveries.send(space, event, dict(member) if gone else self._api.pointer(space, member))
        return member

    async def revoke(self, request: web.Request) -> Any:
        self._space(request).tokens.clear()
        return {}

    async def pace(self, request: web.Request) -> Any:
        per_minute = (await _body(request)).get("per_minute")
        if per_minute is not None and (not isinstance(per_minute, int) or per_minute < 0):
            raise ImpossibleError("per_minute: must be a whole number or null")
        self._world.pace.per_minute = per_minute
        return {}

    async def clock(self, request: web.Request) -> Any:
        self._world.clock.moved += float((await _body(request))["advance"])
        return {"now": self._world.clock.now().isoformat()}

    async def admin(self, request: web.Request) -> Any:
        self._world.admin_agrees = (await _body(request))["agrees"] is True
        return {}

    async def calls(self, request: web.Request) -> Any:
        by_route = self._world.calls
        return {"total": by_route.total(), "refused": self._world.refused, "by_route": dict(by_route)}

    async def forget_calls(self, request: web.Request) -> Any:
        self._world.calls.clear()
        self._world.refused = 0
        return {}

    async def deliveries(self, request: web.Request) -> Any:
        return {"deliveries": self._world.deliveries.report()}

    def _space(self, request: web.Request) -> Space:
        space = self._world.spaces.get(request.match_info["space"])
        if space is None:
            raise ImpossibleError("there is no such space")
        return space


def _told(handler: Callable[[web.Request], Awaitable[Any]]) -> Handler:
    async def answer(request: web.Request) -> web.Response:
        try:
            return web.json_response(await handler(request))
        except ImpossibleError as error:
            return web.json_response({"error": str(error)}, status=400)
        except (KeyError, TypeError, ValueError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)

    return answer


async def _body(request: web.Request) -> dict[str, Any]:
    text = await request.text()
    body = json.loads(text) if text else {}
    if not isinstance(body, dict):
        raise ImpossibleError("the body must be an object")
    return body
