"""A server in a background thread: begun by `with`, which waits until it listens, and ended with it."""

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Self


class BackgroundServer(ABC):
    """What fails before it listens is raised by `with`."""

    @abstractmethod
    async def serve(self, ended: asyncio.Event, begun: Callable[[], object] = bool) -> None:
        """Listen until `ended` is set; `begun()` is called once requests are answered."""

    def __enter__(self) -> Self:
        self._started: Future[None] = Future()
        self._thread = threading.Thread(target=self._work, name=type(self).__name__, daemon=True)
        self._thread.start()
        self._started.result()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()

    def _work(self) -> None:
        try:
            asyncio.run(self._until_ended())
        except Exception as failure:  # noqa: BLE001 - raised again by the thread that waits for the start
            if not self._started.done():
                self._started.set_exception(failure)

    async def _until_ended(self) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        await self.serve(self._ended, lambda: self._started.set_result(None))
