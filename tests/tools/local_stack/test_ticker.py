"""The clock of the local stack: it goes on whatever happens, and stops when it is told."""

import time
from typing import Any

from tools.local_stack.ticker import Ticker


class FakeLambda:
    """Fails in every way, one after the other."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def invoke(self, **request: Any) -> dict[str, Any]:
        self.calls.append(request["FunctionName"])
        if len(self.calls) == 1:
            raise ConnectionError("no kiwi in sight")
        return {"FunctionError": "Unhandled"} if len(self.calls) == 2 else {"StatusCode": 200}


def test_it_calls_again_after_every_failure_and_counts_them() -> None:
    functions = FakeLambda()
    ticker = Ticker(functions, "offer-due-changes", interval=0.001)
    ticker.start()
    deadline = time.monotonic() + 30
    while len(functions.calls) < 4 and time.monotonic() < deadline:
        time.sleep(0.001)
    ticker.stop()
    done = len(functions.calls)
    time.sleep(0.01)

    assert set(functions.calls) == {"offer-due-changes"}
    assert done == len(functions.calls) >= 4
    assert ticker.failures == 2


def test_one_that_never_began_can_be_stopped() -> None:
    Ticker(FakeLambda(), "offer-due-changes").stop()
