"""The routes that Cobot has: memberships, subscriptions, and OAuth."""

import secrets
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from tools.cobot_simulator.space import SCOPES, ImpossibleError, Membership, Space
from tools.cobot_simulator.world import World

CLIENT_ID = "accord"
CLIENT_SECRET = "hush"


class CobotApi:
    """Answers as cobot/FACTS says."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/oauth/authorize", self.authorize),
            web.post("/oauth/access_token", self.access_token),
            web.get("/{space}/api/memberships", self.memberships),
            web.get("/{space}/api/memberships/{id}", self.membership),
            web.get("/{space}/api/subscriptions", self.subscriptions),
            web.post("/{space}/api/subscriptions", self.subscribe),
            web.delete("/{space}/api/subscriptions/{id}", self.unsubscribe),
        ]

    def pointer(self, space: Space, member: Membership) -> dict[str, str]:
        """What an event carries: where the data is, not the data."""
        return {"url": f"{self._world.space_url(space)}/api/memberships/{member['id']}"}

    async def memberships(self, request: web.Request) -> web.Response:
        space = self._reading(request)
        return web.json_response(space.current_members())

    async def membership(self, request: web.Request) -> web.Response:
        space = self._reading(request)
        member = space.members.get(request.match_info["id"])
        return web.json_response(member) if member else _refused(404, "Not found")

    async def subscriptions(self, request: web.Request) -> web.Response:
        space = self._admitted(request, "read_subscriptions")
        url = self._world.space_url(space)
        return web.json_response([each.shown(url) for each in space.subscriptions.values()])

    async def subscribe(self, request: web.Request) -> web.Response:
        space = self._admitted(request, "write_subscriptions")
        body = await _body(request)
        try:
            made = space.subscribe(body.get("event"), body.get("callback_url"))
        except ImpossibleError as error:
            return _refused(422, str(error))
        if made is None:
            return _refused(409, "The subscription exists")
        return web.json_response(made.shown(self._world.space_url(space)), status=201)

    async def unsubscribe(self, request: web.Request) -> web.Response:
        space = self._admitted(request, "write_subscriptions")
        gone = space.subscriptions.pop(request.match_info["id"], None)
        return web.Response(status=204) if gone else _refused(404, "Not found")

    async def authorize(self, request: web.Request) -> web.Response:
        """The page on which the admin says yes, here without a page."""
        asked = request.query
        back, scopes = asked.get("redirect_uri", ""), frozenset(asked.get("scope", "").split())
        if asked.get("client_id") != CLIENT_ID or asked.get("response_type") != "code" or not back:
            return _refused(400, "client_id, response_type or redirect_uri is wrong")
        answer = {"state": asked["state"]} if "state" in asked else {}
        if not scopes <= SCOPES:
            answer["error"] = "invalid_scope"
        elif not self._world.admin_agrees:
            answer["error"] = "access_denied"
        else:
            answer["code"] = secrets.token_hex(16)
            self._world.codes[answer["code"]] = scopes, back
        return web.Response(status=302, headers={"location": f"{back}?{urlencode(answer)}"})

    async def access_token(self, request: web.Request) -> web.Response:
        """A token of the admin, who is the admin of every space here. A code counts once."""
        form = await request.post()
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return _refused(401, "invalid_client")
        found = self._world.codes.pop(str(form.get("code", "")), None)
        if found is None or form.get("grant_type") != "authorization_code" or form.get("redirect_uri", "") != found[1]:
            return _refused(400, "invalid_grant")
        token = secrets.token_hex(20)
        for space in self._world.spaces.values():
            space.tokens[token] = found[0]
        return web.json_response({"access_token": token, "token_type": "bearer"})

    def _reading(self, request: web.Request) -> Space:
        space = self._admitted(request, "read_memberships")
        if not space.takes_reading():
            self._world.refused += 1
            raise web.HTTPTooManyRequests
        return space

    def _admitted(self, request: web.Request, scope: str) -> Space:
        resource = request.match_info.route.resource
        self._world.calls[f"{request.method} {resource.canonical if resource else ''}"] += 1
        space = self._world.spaces.get(request.match_info["space"])
        if space is None:
            raise web.HTTPNotFound
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        scopes = space.tokens.get(token) if scheme.lower() == "bearer" else None
        if scopes is None:
            raise web.HTTPUnauthorized
        if scope not in scopes:
            raise web.HTTPForbidden
        return space


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _refused(status: int, why: str) -> web.Response:
    return web.json_response({"errors": [why]}, status=status)
