"""Events on their way to those who subscribed: pointers, tried again for 20 hours, and never signed."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tools.cobot_simulator.space import Space, Subscription

TIMEOUT = 10.0
RETRIES = (30, 120, 300, 900, 1800, 3600, 7200, 10800, 18000, 29250)
"""Ten, at growing intervals over 20 hours (FACTS, Webhooks); the exact steps are not published."""
GONE = 410


@dataclass(slots=True)
class Delivery:
    """One event for one subscription. `state` is waiting, delivered or given_up."""

    subscription: Subscription
    body: Mapping[str, Any]
    state: str = "waiting"
    attempts: list[dict[str, Any]] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        return {
            "event": self.subscription.event,
            "callback_url": self.subscription.callback_url,
            "body": self.body,
            "state": self.state,
            "attempts": self.attempts,
        }


class Deliveries:
    """Sends events; lives in the server's event loop. `scale` shortens the pauses between attempts."""

    def __init__(self, scale: float) -> None:
        self._scale = scale
        self._tasks: set[asyncio.Task[None]] = set()
        self._log: list[Delivery] = []

    async def start(self) -> None:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()

    def report(self) -> list[dict[str, Any]]:
        """All deliveries, the oldest first."""
        return [delivery.shown() for delivery in self._log]

    def send(self, space: Space, event: str, body: Mapping[str, Any]) -> None:
        """Tell everybody who subscribed to this event."""
        for subscription in space.subscriptions.values():
            if subscription.event == event and subscription.active:
                delivery = Delivery(subscription, body)
                self._log.append(delivery)
                task = asyncio.create_task(self._deliver(delivery))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _deliver(self, delivery: Delivery) -> None:
        subscription = delivery.subscription
        for pause in (0, *RETRIES):
            await asyncio.sleep(pause * self._scale)
            status = await self._attempt(delivery) if subscription.active else GONE
            if status is not None and 200 <= status < 300:
                delivery.state = "delivered"
                return
            if status == GONE:
                break
        subscription.active = False
        delivery.state = "given_up"

    async def _attempt(self, delivery: Delivery) -> int | None:
        began, status, failure = int(time.time()), None, None
        try:
            url = delivery.subscription.callback_url
            async with self._session.post(url, json=delivery.body, allow_redirects=False) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            failure = type(error).__name__
        delivery.attempts.append({"at": began, "status": status, "error": failure})
        return status
