"""The upstream side as a server: it takes the notices that Accord sends, if they are signed, and shows its members."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from tools.background_server import BackgroundServer
from tools.sample_application.members import Change

MAX_BODY = 1024 * 1024
REMEMBERED = 10_000
TAKEN = 204
LONGEST_DELAY = 60  # seconds


class SampleApplication(BackgroundServer):
    """A membership application on this machine: `with SampleApplication() as upstream:` serves `upstream.url`.

    GET  /notices   the notices that were received and verified, oldest first: [{"type", "timestamp", "data"}]
    POST /notices   one notice, signed as Standard Webhooks prescribes: 204, or 401 for a wrong signature
    POST /answers   {"statuses": [500, 410], "delay"?: 0} how to answer the next notices that are signed, one each, and
                    after how many seconds; what is not answered with 2xx is not listed
    GET  /tries     every notice that came and was signed, also twice: [{"id" (its webhook-id), "answer"}]
    GET  /members   the members, as they were last posted

    port: 0 chooses a free one. It trusts nobody until `trust` names a secret. It is used from any thread.
    """

    def __init__(self, *, port: int = 0, secrets: Iterable[str] = ()) -> None:
        self._port = port
        self._webhooks = [Webhook(secret) for secret in secrets]
        self._notices: dict[str, dict[str, Any]] = {}
        self._answers: deque[tuple[int, float]] = deque()
        self._tries: deque[dict[str, Any]] = deque(maxlen=REMEMBERED)
        self._members: dict[str, dict[str, Any]] = {}

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

    def answer_next(self, *statuses: int, delay: float = 0.0) -> None:
        """Answer the next notices so, one each, after so many seconds. Raises ValueError for what is no status."""
        if not all(200 <= status <= 599 for status in statuses) or not 0 <= delay <= LONGEST_DELAY:
            raise ValueError(f"statuses are from 200 to 599, the delay from 0 to {LONGEST_DELAY} seconds")
        self._answers.extend((status, delay) for status in statuses)

    def tries(self) -> list[dict[str, Any]]:
        """Every notice that came and was verified, with its `webhook-id` and how it was answered, oldest first."""
        return list(self._tries)

    def remember(self, changes: Iterable[Change]) -> None:
        """Keep these changes' members as its own; who left or was erased is a member no more."""
        for change in changes:
            if change["type"] == "member.upserted":
                self._members[change["id"]] = {"id": change["id"], **change["member"]}
            else:
                self._members.pop(change["id"], None)

    async def serve(self, ended: asyncio.Event, begun: Callable[[], object] = bool) -> None:
        """Listen until `ended` is set; `begun()` is called once requests are answered."""
        app = web.Application(client_max_size=MAX_BODY)
        app.router.add_get("/notices", self._show_notices)
        app.router.add_post("/notices", self._receive_notice)
        app.router.add_post("/answers", self._set_answers)
        app.router.add_get("/tries", self._show_tries)
        app.router.add_get("/members", self._show_members)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", self._port).start()
            self._port = runner.addresses[0][1]
            begun()
            await ended.wait()
        finally:
            await runner.cleanup()

    async def _show_notices(self, _request: web.Request) -> web.Response:
        return web.json_response(self.notices())

    async def _show_tries(self, _request: web.Request) -> web.Response:
        return web.json_response(self.tries())

    async def _set_answers(self, request: web.Request) -> web.Response:
        try:
            told = await request.json()
            self.answer_next(*told["statuses"], delay=told.get("delay", 0))
        except (ValueError, KeyError, TypeError, AttributeError):
            hint = f'say {{"statuses": [500], "delay": 0}}: 200 to 599, and {LONGEST_DELAY} seconds at most'
            return web.json_response({"error": hint}, status=400)
        return web.Response(status=TAKEN)

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
        status, delay = self._answers.popleft() if self._answers else (TAKEN, 0)
        id_ = request.headers["webhook-id"]
        self._tries.append({"id": id_, "answer": status})
        if status < 300:
            self._notices.setdefault(id_, kept)  # delivered at least once, listed once
        await asyncio.sleep(delay)
        return web.Response(status=status)


def _is_signed(webhook: Webhook, body: bytes, headers: dict[str, str]) -> bool:
    try:
        webhook.verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError):  # ValueError: what it says of headers that are not base64
        return False
    return True
