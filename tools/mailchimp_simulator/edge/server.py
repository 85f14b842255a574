"""The simulator as a server in a background thread, or for as long as a program runs."""

import asyncio
from collections.abc import Callable

from aiohttp import web

from tools.background_server import BackgroundServer
from tools.mailchimp_simulator.domain.account import MAX_AUDIENCES, Account
from tools.mailchimp_simulator.domain.clock import Clock
from tools.mailchimp_simulator.domain.contact import Status
from tools.mailchimp_simulator.domain.problems import Problem
from tools.mailchimp_simulator.edge import gate
from tools.mailchimp_simulator.edge.campaign_control import CampaignControl
from tools.mailchimp_simulator.edge.control import Control
from tools.mailchimp_simulator.edge.delivery import TIMEOUT, Deliveries
from tools.mailchimp_simulator.edge.filling import fill
from tools.mailchimp_simulator.edge.oauth_pages import OAuthPages
from tools.mailchimp_simulator.edge.told import PREFIX
from tools.mailchimp_simulator.edge.world import World

MAX_BODY = 64 * 1024 * 1024


class Simulator(BackgroundServer):
    """A Mailchimp on this machine: `with Simulator() as simulator: requests.get(simulator.url + "/ping", ...)`.

    port: 0 chooses a free one. latency: seconds that every call takes at least. webhook_time_scale: factor on the
    intervals between attempts of a webhook (1 is 75 minutes in all). webhook_timeout, batch_delay: seconds.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        api_key: str = "",
        list_id: str = "",
        audience_name: str = "",
        max_audiences: int = MAX_AUDIENCES,
        latency: float = 0.002,
        webhook_time_scale: float = 1.0,
        webhook_timeout: float = TIMEOUT,
        batch_delay: float = 0.05,
    ) -> None:
        self._host = host
        self._port = port
        self._account = Account(Clock(), api_key, list_id, audience_name, max_audiences)
        self._world = World(self._account, Deliveries(webhook_time_scale, webhook_timeout), latency, batch_delay)

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT/3.0`, once started."""
        return f"http://{self._host}:{self._port}{gate.PREFIX}"

    @property
    def control_url(self) -> str:
        """`http://127.0.0.1:PORT/_simulator`, once started."""
        return f"http://{self._host}:{self._port}{PREFIX}"

    @property
    def login_url(self) -> str:
        """Stands for `https://login.mailchimp.com`, whose pages begin with `/oauth2`; once started."""
        return f"http://{self._host}:{self._port}"

    @property
    def api_key(self) -> str:
        return self._account.api_key

    @property
    def list_id(self) -> str:
        """The audience that is there from the start."""
        return self._account.default_list_id

    def fill(self, count: int, status: str = "subscribed", list_id: str = "") -> int:
        """Add made-up contacts without a request each; returns how many. Needs the server to be running."""

        async def work() -> int:
            audience = self._account.audience(list_id or self.list_id)
            return fill(audience, count, Status(status), self._account.clock.now())

        return asyncio.run_coroutine_threadsafe(work(), self._loop).result()

    async def serve(self, ended: asyncio.Event, begun: Callable[[], object] = bool) -> None:
        """Listen until `ended` is set; `begun()` is called once requests are answered."""
        app = web.Application(client_max_size=MAX_BODY)
        app.add_routes(Control(self._world).routes())
        app.add_routes(CampaignControl(self._world).routes())
        app.add_routes(OAuthPages(self._world).routes())
        app.router.add_get("/batch-results/{batch_id}/{file}", self._batch_results)
        app.router.add_route("*", gate.PREFIX + "{tail:(/.*)?}", gate.Gate(self._world).answer)
        runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.5)
        await self._world.deliveries.start()
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port, backlog=1024).start()
            self._port = runner.addresses[0][1]
            self._world.url = self.url
            begun()
            await ended.wait()
        finally:
            await self._world.stop()
            await runner.cleanup()

    async def _batch_results(self, request: web.Request) -> web.Response:
        """The archive of a batch's results, for ten minutes after the batch was read (FACTS 1.6)."""
        now = self._account.clock.now()
        try:
            batch = self._account.batches.get(request.match_info["batch_id"], now)
        except Problem:
            raise web.HTTPNotFound from None
        token = request.match_info["file"].removesuffix("-response.tar.gz")
        if batch.tokens.get(token, 0) < now:
            raise web.HTTPForbidden
        return web.Response(body=batch.archive(), content_type="application/gzip")
