"""A part of the stack as a process of its own, which never outlives the one that started it.

Run as a file, `python -P child.py <module> <arguments>`, so that it loads nothing else: it runs the module, and ends
it when its standard input, a pipe that nobody writes to, closes; that happens however the starting process ends.
"""

import os
import runpy
import signal
import sys
import threading


def main() -> None:
    """Run the module that the command line names."""
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    _, module, *arguments = sys.argv
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _end_with_the_parent() -> None:
    os.read(sys.stdin.fileno(), 1)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
