"""The files of imports in memory, and a state machine that carries out what it is told."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from accord.ports.importing import FileGoneError, Uploaded


class FakeImportFiles:
    """`ImportFiles` in dictionaries; `put` is what whoever has the URL does. A piece has `piece` bytes."""

    def __init__(self, piece: int = 64 * 1024) -> None:
        self.uploads: dict[tuple[str, str], tuple[str, bytes]] = {}
        self.parts: dict[tuple[str, str, int], str] = {}
        self.lists: dict[tuple[str, str], str] = {}
        self._piece = piece
        self._versions = 0

    def put(self, connection_id: str, import_id: str, body: bytes) -> None:
        self._versions += 1
        self.uploads[connection_id, import_id] = (f"version-{self._versions}", body)

    def upload_url(self, connection_id: str, import_id: str) -> str:
        return f"https://files.test/{connection_id}/{import_id}/upload"

    def uploaded(self, connection_id: str, import_id: str) -> Uploaded | None:
        known = self.uploads.get((connection_id, import_id))
        return Uploaded(len(known[1]), known[0]) if known is not None else None

    def read(self, connection_id: str, import_id: str, uploaded: Uploaded) -> Iterator[bytes]:
        for start in range(0, uploaded.size, self._piece):
            version, body = self.uploads.get((connection_id, import_id), ("", b""))
            if version != uploaded.version:
                raise FileGoneError("it is gone")
            yield body[start : start + self._piece]

    def forget(self, connection_id: str, import_id: str) -> None:
        self.uploads.pop((connection_id, import_id), None)

    def save_errors(self, connection_id: str, import_id: str, part: int, text: str) -> None:
        self.parts[connection_id, import_id, part] = text

    def join_errors(self, connection_id: str, import_id: str, head: str, parts: int) -> None:
        pieces = [self.parts[connection_id, import_id, part] for part in range(parts)]
        self.lists[connection_id, import_id] = "".join([head, *pieces])

    def errors_url(self, connection_id: str, import_id: str) -> str:
        return f"https://files.test/{connection_id}/{import_id}/errors.csv"


class FakeSendings:
    """`Sendings` in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str, int], tuple[int, datetime]] = {}

    def begun(self, connection_id: str, import_id: str, place: int, lines: int, at: datetime) -> None:
        self.kept[connection_id, import_id, place] = (lines, at)

    def arrived(self, connection_id: str, import_id: str, place: int) -> None:
        self.kept.pop((connection_id, import_id, place), None)

    def under_way(self, connection_id: str, before: str, at: datetime) -> int:
        kept = [(key, lines) for key, (lines, sent) in self.kept.items() if at < sent + timedelta(days=1)]
        return sum(lines for (connection, run, _), lines in kept if connection == connection_id and run < before)


class FakeImports:
    """`Imports` that keeps what it was told to start."""

    def __init__(self) -> None:
        self.started: list[tuple[str, str, bool]] = []

    def start(self, connection_id: str, run_id: str, *, approved: bool) -> None:
        self.started.append((connection_id, run_id, approved))
