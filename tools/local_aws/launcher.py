"""The emulator's own process: MiniStack, mended, until it is told to stop or its parent is gone.

Runs in the emulator's virtual environment, started by `emulator.Emulator`, which also says what the environment holds.
"""

import os
import signal
import sys
import threading
from importlib.metadata import version

MINISTACK = "1.5.33"


def main() -> None:
    """Serve until SIGTERM. Ends with a message when MiniStack is not the version that the mends are written against."""
    if (found := version("ministack")) != MINISTACK:
        sys.exit(
            f"the mends are written against ministack {MINISTACK}, this is {found}: install {MINISTACK}, or read what "
            "changed in its internals, run tests/tools/local_aws, and raise MINISTACK in tools/local_aws/launcher.py"
        )
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    from ministack import app  # noqa: PLC0415  # of that version only

    from .mends import mend  # noqa: PLC0415

    mend()
    sys.argv = ["ministack"]
    app.main()


def _end_with_the_parent() -> None:
    """Standard input is a pipe that nobody writes to: it ends when the process that holds its other end does."""
    os.read(sys.stdin.fileno(), 1)
    # Nobody is left to kill what would outlast a SIGTERM, so the whole group, which this process leads, goes at once.
    os.killpg(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
