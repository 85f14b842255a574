"""The clock of a local stack: does every second what a schedule does every minute.

A schedule runs each minute at the most, here as on AWS. On AWS a minute is short beside the delays; here the delays
are seconds, so `offer_due_changes` and `collect_batches` are called in between as well.
"""

import threading
from typing import Any

INTERVAL = 1.0  # seconds


class Ticker:
    """Calls some functions again and again in a thread, until it is stopped; `failures` counts the calls that
    failed."""

    def __init__(self, functions: Any, *names: str, interval: float = INTERVAL) -> None:
        self._functions = functions
        self._names = names
        self._interval = interval
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._tick, name="ticker", daemon=True)
        self.failures = 0

    def start(self) -> None:
        """Begin; the first call comes after one interval."""
        self._thread.start()

    def stop(self) -> None:
        """No call begins after this, and none is under way."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def _tick(self) -> None:
        while not self._ended.wait(self._interval):
            for name in self._names:
                self._call(name)

    def _call(self, name: str) -> None:
        try:
            answer = self._functions.invoke(FunctionName=name, Payload=b"{}")
        except Exception:  # noqa: BLE001 - whatever it is, the next second tries again
            self.failures += 1
        else:
            self.failures += "FunctionError" in answer
