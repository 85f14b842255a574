"""Before the second that the imports take: who presses Ctrl-C then sees no traceback.

Run as a file, `python launch.py run` or `demo`; the rest is `python -m tools.local_stack`.
"""

import os
import runpy
import signal
import sys
from types import FrameType


def main() -> None:
    """Run the package; from its first line on it has handlers of its own."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, _leave)
    runpy.run_module("tools.local_stack", run_name="__main__", alter_sys=True)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    """Nothing was started yet. `run` is meant to be stopped, `demo` is not.

    At once: SystemExit would be passed over where the signal comes within a weak reference's callback.
    """
    os._exit(0 if "run" in sys.argv else 130)


if __name__ == "__main__":
    main()
