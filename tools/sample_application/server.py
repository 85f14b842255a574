"""The upstream side as a server: it takes the notices that Accord sends, if they are signed, and shows its members."""

import asyncio
import json
import threading
from collections.abc import Iterable
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Self

from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from tools.sample_application.members import Change

MAX_BODY = 1024 * 1024


class SampleApplication:
    """A membership application on this machine: `with SampleApplication() as upstream:` serves `upstream.url`.

    GET  /notices   the notices that were received and verified, oldest first: [{"type", "timestamp", "data"}]
    POST /notices   one notice, signed as Standard Webhooks prescribes: 204, or 401 for a wrong signature
    GET  /members   the members, as they were last posted

    port: 0 chooses a free one. It trusts nobody until `trust` names a secret. It is used from any thread.
    """

    def __init__(self, *, port: int = 0, secrets: Iterable[str] = ()) -> None:
        self._port = port
        self._webhooks = [Webhook(secret) for secret in secrets]
        self._notices: dict[str, dict[str, Any]] = {}
        self._members: dict[str, dict[str, Any]] = {}
        self._started: Future[None] = Future()

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, once started."""
        return f"http://127.0.0.1:{self._port}"

    def trust(self, secret: str) -> None:
        """From now on take notices that are signed with this `whsec_...` secret too."""
        self._webhooks.append(Webhook(secret))

    def notices(self) -> list[dict[str, Any]]:
        """The notices that were received and verified, oldest first."""
        return list(self._notices.values())

    def remember(self, changes: Iterable[Change]) -> None:
        """Keep these changes' members as its own; who left or was erased is a member no more."""
        for change in changes:
            if change["type"] == "member.upserted":
                self._members[change["id"]] = {"id": change["id"], **change["member"]}
            else:
                self._members.pop(change["id"], None)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._work, name="sample-application", daemon=True)
        self._thread.start()
        self._started.result()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()

    def _work(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as failure:  # noqa: BLE001 - raised again by the thread that waits for the start
            if not self._started.done():
                self._started.set_exception(failure)

    async def _serve(self) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application(client_max_size=MAX_BODY)
        app.router.add_get("/notices", self._show_notices)
        app.router.add_post("/notices", self._receive_notice)
        app.router.add_get("/members", self._show_members)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", self._port).start()
            self._port = runner.addresses[0][1]
            self._started.set_result(None)
            await self._ended.wait()
        finally:
            await runner.cleanup()

    async def _show_notices(self, _request: web.Request) -> web.Response:
        return web.json_response(self.notices())

    async def _show_members(self, _request: web.Request) -> web.Response:
        return web.json_response({"members": list(self._members.values())})

    async def _receive_notice(self, request: web.Request) -> web.Response:
        body = await request.read()
        if not any([_is_signed(webhook, body, dict(request.headers)) for webhook in self._webhooks]):  # noqa: C419
            return web.json_response({"error": "the signature is missing, wrong or late"}, status=401)
        try:
            notice = json.loads(body)
            kept = {name: notice[name] for name in ("type", "timestamp", "data")}
        except (ValueError, KeyError, TypeError):
            return web.json_response({"error": "a notice is an object of type, timestamp and data"}, status=400)
        self._notices.setdefault(request.headers["webhook-id"], kept)  # delivered at least once, listed once
        return web.Response(status=204)


def _is_signed(webhook: Webhook, body: bytes, headers: dict[str, str]) -> bool:
    try:
        webhook.verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError):  # ValueError: what it says of headers that are not base64
        return False
    return True
