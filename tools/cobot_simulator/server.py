"""The simulator as a server in a background thread, or for as long as a program runs."""

import asyncio
from collections.abc import Callable
from typing import Any

import requests
from aiohttp import web

from tools.background_server import BackgroundServer
from tools.cobot_simulator.api import CobotApi
from tools.cobot_simulator.control import PREFIX, Control
from tools.cobot_simulator.delivery import Deliveries
from tools.cobot_simulator.space import Space
from tools.cobot_simulator.world import World


class CobotSimulator(BackgroundServer):
    """A Cobot on this machine: `with CobotSimulator() as cobot: cobot.tell("spaces", space="beehive")`.

    port: 0 chooses a free one. retry_time_scale: factor on the pauses between attempts of an event (1: 20 hours).
    """

    def __init__(self, *, port: int = 0, retry_time_scale: float = 1.0) -> None:
        self._port = port
        self._world = World(Deliveries(retry_time_scale))

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, once started; a space is below it."""
        return f"http://127.0.0.1:{self._port}"

    def tell(self, path: str, **body: Any) -> dict[str, Any]:
        """A control route, called with this body. Raises requests.HTTPError for what makes no sense."""
        answer = requests.post(f"{self.url}{PREFIX}/{path}", json=body, timeout=10)
        answer.raise_for_status()
        said: dict[str, Any] = answer.json()
        return said

    def ask(self, path: str) -> dict[str, Any]:
        """What a control route shows: `calls`, `deliveries`."""
        answer = requests.get(f"{self.url}{PREFIX}/{path}", timeout=10)
        answer.raise_for_status()
        said: dict[str, Any] = answer.json()
        return said

    def space(self, name: str) -> Space:
        """What is in a space, seen from within."""
        return self._world.spaces[name]

    def forget_calls(self) -> None:
        """Count anew."""
        requests.delete(f"{self.url}{PREFIX}/calls", timeout=10).raise_for_status()

    async def serve(self, ended: asyncio.Event, begun: Callable[[], object] = bool) -> None:
        """Listen until `ended` is set; `begun()` is called once requests are answered."""
        api = CobotApi(self._world)
        app = web.Application()
        app.add_routes(Control(self._world, api).routes())
        app.add_routes(api.routes())
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._world.deliveries.start()
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", self._port).start()
            self._port = runner.addresses[0][1]
            self._world.url = self.url
            begun()
            await ended.wait()
        finally:
            await self._world.deliveries.stop()
            await runner.cleanup()
