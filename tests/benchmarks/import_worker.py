"""One import of a file, in a process of its own, so that its memory is its own: prints seconds, messages, memory.

Usage: python -m tests.benchmarks.import_worker JOB LINES FOLDER
"""

import csv
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import email_validator

from accord.domain.file_import import ImportMode
from accord.ports import QueuedChanges
from accord.ports.importing import Uploaded
from tests.benchmarks.processes import peak_memory
from tests.builders import minutes
from tests.desk import Desk

A_PIECE = 64 * 1024
WITHIN = 10
"""Minutes of an invocation by the desk's clock, which stands still: one is enough here."""


class CountingQueue:
    """`ChangeQueue` that keeps nothing but numbers."""

    def __init__(self) -> None:
        self.messages = self.changes = 0

    def send(self, message: QueuedChanges) -> None:
        self.messages += 1
        self.changes += len(message.changes)


class DiskFiles:
    """`ImportFiles` with one file on disk; lists of bad lines are counted and dropped."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def upload_url(self, connection_id: str, import_id: str) -> str:
        return self._path.as_uri()

    def uploaded(self, connection_id: str, import_id: str) -> Uploaded:
        return Uploaded(self._path.stat().st_size, "1")

    def read(self, connection_id: str, import_id: str, uploaded: Uploaded) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            while piece := file.read(A_PIECE):
                yield piece

    def forget(self, connection_id: str, import_id: str) -> None:
        """It is needed once more."""

    def save_errors(self, connection_id: str, import_id: str, part: int, text: str) -> None:
        """All lines are good."""

    def join_errors(self, connection_id: str, import_id: str, head: str, parts: int) -> None:
        """None was listed."""

    def errors_url(self, connection_id: str, import_id: str) -> str:
        return ""


def write(lines: int, path: Path) -> dict[str, int]:
    """A file of so many members, as a membership application exports it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("id", "email", "first_name", "last_name", "plan", "consent", "consent date"))
        for number in range(lines):
            person = (f"m-{number}", f"vole-{number}@burrow.test", "Véra", f"Vole{number}")
            rows.writerow((*person, "Full time", "yes", "2024-05-01"))
    return {"bytes": path.stat().st_size}


def accept_test_addresses() -> None:
    """As the local stack does: `.test` is reserved for this."""
    email_validator.SPECIAL_USE_DOMAIN_NAMES.remove("test")


def imported(mode: ImportMode, path: Path) -> dict[str, int]:
    """The file through all steps of its import."""
    desk, bulk, urgent = Desk(), CountingQueue(), CountingQueue()
    files = DiskFiles(path)
    desk.manage = replace(desk.manage, files=files)
    desk.imports = replace(
        desk.imports, files=files, bulk=bulk, urgent=urgent, compare_with=replace(desk.imports.compare_with, bulk=bulk)
    )
    made, _ = desk.manage.create(desk.connection, path.name, mode, "")
    begun = desk.manage.begin(desk.connection, made.run.id)
    assert begun is not None
    run = desk.carry_out(begun.run, within=minutes(WITHIN).total_seconds())
    return {"lines": run.done, "taken": run.counts.get("taken", 0), "messages": bulk.messages, "sent": bulk.changes}


def upsert(_lines: int, path: Path) -> dict[str, int]:
    return imported(ImportMode.UPSERT, path)


def snapshot(_lines: int, path: Path) -> dict[str, int]:
    return imported(ImportMode.SNAPSHOT, path)


def plain(_lines: int, path: Path) -> dict[str, int]:
    """The lines read, and nothing else."""
    with path.open(encoding="utf-8", newline="") as file:
        return {"lines": sum(1 for _ in csv.DictReader(file))}


def in_memory(_lines: int, path: Path) -> dict[str, int]:
    """All read and kept, one message a line: as peers do it."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {"lines": len(rows), "messages": len([json.dumps(row) for row in rows])}


JOBS: dict[str, Callable[[int, Path], dict[str, int]]] = {
    job.__name__: job for job in (write, plain, upsert, snapshot, in_memory)
}


def main(job: str, lines: str, folder: str) -> None:
    accept_test_addresses()
    begun = time.perf_counter()
    found = JOBS[job](int(lines), Path(folder) / f"members-{lines}.csv")
    seconds = time.perf_counter() - begun
    memory = round(peak_memory(os.getpid()))
    sys.stdout.write(json.dumps({"seconds": seconds, "peak_mb": memory, **found}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
