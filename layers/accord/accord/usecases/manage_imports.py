"""Operators: a file of members that is to be imported, from its upload to its end."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from accord.domain.connection import Connection, ConnectionState
from accord.domain.file_import import MAX_BYTES, FileImport, ImportMode, Phase, seconds_left
from accord.domain.run import Run, RunKind, RunState
from accord.ports import Clock, Page
from accord.ports.importing import ImportFiles, Imports
from accord.ports.tending import Runs
from accord.usecases.connecting.reach_account import NotNowError

A_LOOK = 100
LOOKS = 10
"""Pages of runs among which imports are looked for; the others are nightly."""
TOO_LARGE = f"The file is larger than {MAX_BYTES // 1_000_000} MB. Split it, and bring its parts one after the other."
NO_FILE = "The file has not arrived: PUT it to the URL that the import was made with. It is good for an hour."


@dataclass(frozen=True, slots=True)
class ShownImport:
    """A run with what is known of its end."""

    run: Run
    seconds_left: int | None
    errors_url: str | None


@dataclass(frozen=True, slots=True)
class ManageImports:
    """`new_token` tells runs of one moment apart."""

    runs: Runs
    files: ImportFiles
    imports: Imports
    clock: Clock
    new_token: Callable[[], str]

    def create(self, connection: Connection, name: str, mode: ImportMode, source: str) -> tuple[ShownImport, str]:
        """An import that waits for its file, and where that goes. What it will say of members counts as said now.
        Raises NotNowError where the connection has ended."""
        if connection.state is ConnectionState.DISCONNECTED:
            raise NotNowError("The connection is disconnected: reconnect it, then import.")
        now = self.clock.now()
        run = Run.new(
            connection,
            RunKind.IMPORT,
            now,
            self.new_token()[:8],
            audience_id="",  # of whichever the connection has
            state=RunState.AWAITING_FILE,
            file=FileImport(name=name, mode=mode, source=source),
        )
        self.runs.save(run)
        return self._shown(run, now), self.files.upload_url(connection.id, run.id)

    def begin(self, connection: Connection, import_id: str) -> ShownImport | None:
        """The file has arrived. Again while it runs: the same. None: there is no such import. Raises NotNowError."""
        known = self._import(connection, import_id)
        if known is None:
            return None
        run, file = known
        now = self.clock.now()
        if run.state is RunState.AWAITING_FILE:
            uploaded = self.files.uploaded(connection.id, run.id)
            if uploaded is None:
                raise NotNowError(NO_FILE)
            size, version = uploaded
            file = file.model_copy(update={"size": size, "version": version, "phase_at": now})
            run = run.model_copy(update={"state": RunState.RUNNING, "file": file})
            if size > MAX_BYTES:
                run = run.model_copy(update={"state": RunState.FAILED, "done_at": now, "detail": TOO_LARGE})
            self.runs.save(run)
        elif run.state is not RunState.RUNNING:
            raise NotNowError(_why_not(run))
        if run.state is RunState.RUNNING:
            self.imports.start(connection.id, run.id, approved=file.approved)
        return self._shown(run, now)

    def approve(self, connection: Connection, import_id: str, at_most: int | None = None) -> ShownImport | None:
        """All that the file would do may be done, where it is no more than that: members who would leave. None: there
        is no such import. Raises NotNowError."""
        known = self._import(connection, import_id)
        if known is None:
            return None
        run, file = known
        now = self.clock.now()
        if run.state is RunState.PROPOSED:
            if at_most is not None and file.gone > at_most:
                raise NotNowError(f"{file.gone:,} members would leave, and {at_most:,} at the most are approved.")
            file = file.model_copy(update={"approved": True, "phase_at": now})
            run = run.model_copy(update={"state": RunState.RUNNING, "detail": "", "file": file})
            self.runs.save(run)
        elif run.state is not RunState.RUNNING or not file.approved:
            raise NotNowError(f"There is nothing to approve: the import is {_in_words(run)}.")
        self.imports.start(connection.id, run.id, approved=True)
        return self._shown(run, now)

    def one(self, connection: Connection, import_id: str) -> ShownImport | None:
        """None: there is no such import."""
        known = self._import(connection, import_id)
        return self._shown(known[0], self.clock.now()) if known is not None else None

    def page(self, connection: Connection, after: str | None, limit: int) -> Page[ShownImport]:
        """Newest first. A page may be shorter than `limit` and still have a next one. Raises ValueError for a cursor
        that no page of this connection gave."""
        now = self.clock.now()
        found: list[ShownImport] = []
        for _ in range(LOOKS):
            page = self.runs.page(connection.id, after, min(A_LOOK, limit - len(found)))
            found += [self._shown(run, now) for run in page.items if run.kind is RunKind.IMPORT]
            after = page.next
            if after is None or len(found) == limit:
                break
        return Page(found, after)

    def _import(self, connection: Connection, import_id: str) -> tuple[Run, FileImport] | None:
        run = self.runs.run(connection.id, import_id)
        if run is None or run.file is None:
            return None
        return run.as_it_stands(self.clock.now()), run.file

    def _shown(self, run: Run, now: datetime) -> ShownImport:
        run = run.as_it_stands(now)
        file = run.file
        url = self.files.errors_url(run.connection_id, run.id) if file is not None and file.listed else None
        return ShownImport(run, _left(run, now), url)


def _left(run: Run, now: datetime) -> int | None:
    file = run.file
    if file is None or run.state is not RunState.RUNNING:
        return None
    if file.phase is Phase.COMPARING:
        return seconds_left(run.counts.get("left", 0), file.gone, file.phase_at, now)
    return seconds_left(run.done, run.total, file.phase_at, now) if file.phase is Phase.READING else None


def _in_words(run: Run) -> str:
    return run.state.value.replace("_", " ")


def _why_not(run: Run) -> str:
    if run.state is RunState.PROPOSED:
        return "The import waits for your approval."
    return f"The import is {_in_words(run)}: make another one."
