"""One running simulator: the account, and what is around it."""

import asyncio

from tools.mailchimp_simulator.api.batches import run
from tools.mailchimp_simulator.domain.account import Account
from tools.mailchimp_simulator.domain.batches import Batch
from tools.mailchimp_simulator.edge.calls import Calls
from tools.mailchimp_simulator.edge.delivery import Deliveries
from tools.mailchimp_simulator.edge.faults import Faults


class World:
    """Lives in the server's event loop; all state changes there, so nothing is locked."""

    def __init__(self, account: Account, deliveries: Deliveries, latency: float, batch_delay: float) -> None:
        self.account = account
        self.deliveries = deliveries
        self.latency = latency
        self.calls = Calls()
        self.faults = Faults()
        self.url = ""
        self._batch_delay = batch_delay
        self._tasks: set[asyncio.Task[None]] = set()

    async def answers(self, url: str) -> bool:
        return await self.deliveries.answers(url)

    def deliver(self) -> None:
        """Send what the last request left to be told, and begin the batches that it made."""
        self.deliveries.send(self.account.take_outbox(), self.faults.loses_webhook)
        for batch in self.account.batches.take_waiting():
            task = asyncio.create_task(self._run(batch))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.deliveries.stop()

    async def _run(self, batch: Batch) -> None:
        await asyncio.sleep(self._batch_delay)
        await run(batch, self.account, self)
        self.deliver()
