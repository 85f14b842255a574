"""Webhooks on their way: validated, signed, delivered, tried again."""

import asyncio
import hashlib
import hmac
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tools.mailchimp_simulator.domain.webhooks import Announcement

TIMEOUT = 10.0
# Growing intervals over 75 minutes (FACTS 5.2); the exact steps are not published.
RETRIES = (60, 300, 600, 1200, 2340)
AT_ONCE = 10
REMEMBERED = 10_000


@dataclass(slots=True)
class Delivery:
    """One form to one webhook. `state` is waiting, delivered, failed, disabled or lost."""

    announcement: Announcement
    body: bytes
    signature: str | None
    state: str = "waiting"
    attempts: list[dict[str, Any]] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        webhook, form = self.announcement.webhook, self.announcement.form
        return {
            "webhook_id": webhook.id,
            "url": webhook.url,
            "type": form[0][1],
            "form": dict(form),
            "body": self.body.decode(),
            "signature": self.signature,
            "state": self.state,
            "attempts": self.attempts,
        }


class Deliveries:
    """Sends announcements; lives in the server's event loop.

    `scale` shortens the intervals between attempts (0.001 makes 75 minutes 4.5 seconds). The signature's time is that
    of the first attempt (uncertain whether the real one renews it; the stricter reading) and of the real clock.
    """

    def __init__(self, scale: float, timeout: float) -> None:
        self._scale = scale
        self._timeout = timeout
        self._tasks: set[asyncio.Task[None]] = set()
        self._log: deque[Delivery] = deque(maxlen=REMEMBERED)

    async def start(self) -> None:
        self._slots = asyncio.Semaphore(AT_ONCE)
        timeout = aiohttp.ClientTimeout(total=self._timeout)
        self._session = aiohttp.ClientSession(timeout=timeout, headers={"User-Agent": "MailChimp.com"})

    async def stop(self) -> None:
        self.forget()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()

    def forget(self) -> None:
        """Stop what is on its way and empty the log."""
        for task in self._tasks:
            task.cancel()
        self._log.clear()

    def report(self) -> list[dict[str, Any]]:
        """All deliveries, the oldest first."""
        return [delivery.shown() for delivery in self._log]

    async def answers(self, url: str) -> bool:
        """The validator: a GET without parameters, to be answered with 200 (FACTS 5.2)."""
        try:
            agent = {"User-Agent": "MailChimp.com WebHook Validator"}
            async with self._session.get(url, headers=agent, allow_redirects=False) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return False

    def send(self, announcements: list[Announcement], is_lost: Callable[[], bool]) -> None:
        """Each on its way by itself; those that are lost are listed, and never sent."""
        for announcement in announcements:
            body = urlencode(announcement.form).encode()
            key = announcement.webhook.secret
            delivery = Delivery(announcement, body, sign(key, body, int(time.time())) if key else None)
            self._log.append(delivery)
            if is_lost():
                delivery.state = "lost"
                continue
            task = asyncio.create_task(self._deliver(delivery))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _deliver(self, delivery: Delivery) -> None:
        webhook = delivery.announcement.webhook
        for pause in (0, *RETRIES):
            await asyncio.sleep(pause * self._scale)
            if not webhook.enabled:
                delivery.state = "disabled"
                return
            async with self._slots:
                status = await self._attempt(delivery)
            if status == 200:
                delivery.state = "delivered"
                return
            webhook.enabled = status != 410
        delivery.state = "failed" if webhook.enabled else "disabled"

    async def _attempt(self, delivery: Delivery) -> int | None:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        headers |= {"X-Mailchimp-Signature": delivery.signature} if delivery.signature else {}
        began, status, failure = int(time.time()), None, None
        url = delivery.announcement.webhook.url
        try:
            async with self._session.post(url, data=delivery.body, headers=headers, allow_redirects=False) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            failure = type(error).__name__
        delivery.attempts.append({"at": began, "status": status, "error": failure})
        return status


def sign(key: str, body: bytes, moment: int) -> str:
    """`t=<unix>,v1=<hex>`: HMAC-SHA256 of `<t>.<raw body>` under the signing secret (FACTS 5.3)."""
    seal = hmac.new(key.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={seal}"
