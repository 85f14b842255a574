"""What a function prints goes to a file of its own, whole, where MiniStack keeps a bounded tail per invocation."""

import os
from pathlib import Path
from typing import Any, BinaryIO

from ministack.core import lambda_runtime


def mend() -> None:
    """Append every line that an execution environment prints to `functions/<function>.log` of the emulator's folder."""
    folder = Path(os.environ["LOCAL_AWS_HOME"]) / "functions"
    folder.mkdir(parents=True, exist_ok=True)
    pump = lambda_runtime.ProvidedWorker._pump_output

    def pump_and_keep(self: Any, stream: BinaryIO, lines: Any) -> None:
        # Appended in one write a line, so that the environments of a function may share the file.
        with (folder / f"{self.func_name}.log").open("ab", buffering=0) as log:
            pump(self, _Copied(stream, log), lines)

    lambda_runtime.ProvidedWorker._pump_output = pump_and_keep


class _Copied:
    """A stream that copies what is read from it."""

    def __init__(self, stream: BinaryIO, copy: Any) -> None:
        self._stream, self._copy = stream, copy

    def readline(self) -> bytes:
        line = self._stream.readline()
        self._copy.write(line)
        return line

    def close(self) -> None:
        self._stream.close()
