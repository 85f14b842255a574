"""`stack.json`: what a running local stack tells others, for its owner's eyes only, there as long as the stack is."""

import fcntl
import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO


class TakenError(Exception):
    """Another stack tells of itself in this place."""


@dataclass(frozen=True)
class StackInfo:
    """The addresses and secrets of a local stack (DESIGN section 8)."""

    api_url: str
    console_url: str | None
    mailchimp_url: str
    mailchimp_api_key: str | None
    """None where Mailchimp is the real one: its key is written nowhere."""
    upstream_url: str
    connection_id: str
    audience_id: str
    signing_secret: str
    upstream_token: str
    operator_token: str
    aws_endpoint_url: str


class StackFile:
    """The file of one base folder, held by one process at a time; what a process that was killed left goes first."""

    def __init__(self, base: Path) -> None:
        self.path = base / "stack.json"
        self._lock: IO[str] | None = None

    def hold(self) -> None:
        """Take the place, until `remove`. Raises TakenError when another process has it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lock = self.path.with_suffix(".lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise TakenError(
                f"a local stack runs already and tells of itself in {self.path}: stop it, or start this one with "
                "another folder (make run ARGS='--base .local/second')"
            ) from None
        self._lock = lock
        self.path.unlink(missing_ok=True)

    def write(self, info: StackInfo) -> None:
        """All of it at once, by rename, readable by its owner alone."""
        descriptor, name = tempfile.mkstemp(prefix=".stack-", dir=self.path.parent)  # mode 0600
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(info), file, indent=2)
            file.write("\n")
        Path(name).replace(self.path)

    def remove(self) -> None:
        """The stack is no more; harmless when it never was."""
        lock, self._lock = self._lock, None
        if lock is None:
            return
        self.path.unlink(missing_ok=True)
        lock.close()
