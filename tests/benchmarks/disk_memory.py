"""What a reconciliation asks of the ledger, on disk: for audiences that no emulator of DynamoDB would hold."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from accord.domain.address import Address
from accord.domain.contact import ContactStatus
from accord.domain.run import Run
from accord.domain.sweep import PagePlace, PageRead
from accord.ports import Page
from accord.ports.audiences import DIGITS, Marked, Remembered

TOGETHER = 500


class DiskMemory:
    """`AudienceMemory` in one SQLite file."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path)
        self._database.execute("CREATE TABLE IF NOT EXISTS known (key TEXT PRIMARY KEY, mark TEXT) WITHOUT ROWID")
        self._database.execute("PRAGMA cache_size = -2000")  # 2 MB, so that its memory is not ours

    def fill(self, marks: Iterable[tuple[str, str]]) -> None:
        self._database.executemany("INSERT OR REPLACE INTO known VALUES (?, ?)", marks)
        self._database.commit()

    def remembered(self, audience_id: str, after: str | None, limit: int, digits: str = DIGITS) -> Page[Remembered]:
        digit, key = (digits[0], "") if after is None else (after[0], after[1:])
        rows = self._database.execute(
            "SELECT key FROM known WHERE key > ? AND key < ? ORDER BY key LIMIT ?", (key or digit, digit + "g", limit)
        ).fetchall()
        items = [Remembered(row[0], ContactStatus.SUBSCRIBED) for row in rows]
        following = digits[digits.index(digit) + 1 :]
        if len(items) == limit:
            return Page(items, digit + items[-1].key)
        return Page(items, following[0] if following else None)

    def summaries(self, audience_id: str, keys: Collection[str]) -> dict[str, Address]:
        raise NotImplementedError("no reconciliation asks for them")

    def marks(self, audience_id: str, keys: Collection[str]) -> dict[str, Marked]:
        found: dict[str, Marked] = {}
        wanted = list(keys)
        for begin in range(0, len(wanted), TOGETHER):
            some = wanted[begin : begin + TOGETHER]
            places = ",".join("?" * len(some))
            rows = self._database.execute(f"SELECT key, mark FROM known WHERE key IN ({places})", some)  # noqa: S608
            found.update({key: Marked(mark, ours=True) for key, mark in rows})
        return found


class DiskSweeps:
    """`Sweeps`, a file a page; of the keys the first 64 bits, as in the ledger."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(exist_ok=True)

    def save(self, run: Run, page: PageRead) -> None:
        kept = page.model_copy(update={"keys": tuple(key[:16] for key in page.keys)})
        self._file(run, page.place).write_text(kept.model_dump_json())

    def page(self, run: Run, place: PagePlace) -> PageRead | None:
        file = self._file(run, place)
        return PageRead.model_validate(json.loads(file.read_text())) if file.exists() else None

    def pages(self, run: Run) -> Iterator[PageRead]:
        for file in sorted(self._folder.glob(f"{run.id}.*.json")):
            yield PageRead.model_validate_json(file.read_text())

    def _file(self, run: Run, place: PagePlace) -> Path:
        return self._folder / f"{run.id}.{place.id}.json"
