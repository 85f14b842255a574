"""/3.0 on the network: who may enter, how many at once, what goes wrong, and then the API itself."""

import asyncio
import base64
import binascii
import hmac
import json
import socket
import struct

from aiohttp import web

from tools.mailchimp_simulator.api import routes
from tools.mailchimp_simulator.api.router import Reply, Request, refusal
from tools.mailchimp_simulator.domain import problems
from tools.mailchimp_simulator.domain.account import Account
from tools.mailchimp_simulator.domain.problems import Problem
from tools.mailchimp_simulator.edge.world import World

PREFIX = "/3.0"
HELD = 130.0
_TRIGGERED = {
    "APIKeyMissing": problems.key_missing,
    "APIKeyInvalid": problems.key_invalid,
    "ResourceNotFound": problems.not_found,
    "TooManyRequests": problems.too_many_connections,
    "InternalServerError": problems.internal_server_error,
}


class Gate:
    """Answers every request under `/3.0`."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path = request.rel_url.raw_path.removeprefix(PREFIX).rstrip("/") or "/"
        try:
            method = _method(request)
        except Problem as problem:
            return _response(refusal(problem))
        found = routes.find(method, path)
        name = found.name if found else f"{method} (no such route)"
        world = self._world
        try:
            if not world.calls.begin(name):
                return _response(refusal(problems.too_many_connections()))
            return await self._admitted(request, Request(method, path, dict(request.query), await request.read()), name)
        finally:
            world.calls.end()

    async def _admitted(self, request: web.Request, asked: Request, name: str) -> web.StreamResponse:
        world = self._world
        fault = world.faults.strike(name)
        match fault:
            case "429":
                return _response(refusal(problems.too_many_connections()))
            case "500":
                return _response(refusal(problems.internal_server_error()))
            case "503_bare":
                return web.Response(status=503)
            case "reset":
                return _reset(request)
            case "timeout":
                await asyncio.sleep(HELD)
                return web.Response(status=504)
            case _:
                # Requests that are on the wire together are open together, as they are with the real one.
                await asyncio.sleep(world.latency)
        reply = await self._answer(request, asked)
        world.deliver()
        if fault == "timeout_after_effect":
            await asyncio.sleep(HELD)
        return _response(reply)

    async def _answer(self, request: web.Request, asked: Request) -> Reply:
        trigger = request.headers.get("X-Trigger-Error")
        if trigger in _TRIGGERED:
            return refusal(_TRIGGERED[trigger]())
        try:
            _authenticate(request, self._world.account)
        except Problem as problem:
            return refusal(problem)
        return await routes.answer(self._world.account, self._world, asked)


def _method(request: web.Request) -> str:
    """Raises Problem 422 for an override of anything but POST (FACTS 4)."""
    override = request.headers.get("X-HTTP-Method-Override")
    if override and request.method != "POST":
        raise problems.invalid_method_override()
    return (override or request.method).upper()


def _authenticate(request: web.Request, account: Account) -> None:
    """Basic with any user and the key, or Bearer with the key or a token (FACTS 1.1, which has no tokens in Basic).

    Raises Problem 401, for a token that was revoked as well.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if not token:
        raise problems.key_missing()
    if scheme.lower() == "basic":
        try:
            token = base64.b64decode(token, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            token = ""
    right = hmac.compare_digest(token.encode(errors="replace"), account.api_key.encode())
    right = right or (scheme.lower() == "bearer" and account.oauth.opens(token))
    if not right or scheme.lower() not in ("basic", "bearer"):
        raise problems.key_invalid()


def _reset(request: web.Request) -> web.Response:
    """Cut the connection so that the client sees a reset, not an end."""
    transport = request.transport
    if transport:
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()


def _response(reply: Reply) -> web.Response:
    if reply.body is None:
        return web.Response(status=reply.status, headers=reply.headers)
    kind = "application/json" if reply.status < 400 else "application/problem+json"
    headers = {**reply.headers, "Content-Type": f"{kind}; charset=utf-8"}
    return web.Response(body=json.dumps(reply.body).encode(), status=reply.status, headers=headers)
