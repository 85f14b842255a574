"""A file that was uploaded -> `bulk-changes`, the list of its bad lines, and, for a snapshot, who has left.

The run holds how far it is, so every step may be done again: what is sent twice has the same time and place, and
changes nothing. Each step does what its time allows, and says which comes next.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from accord.domain.connection import Connection, ConnectionState
from accord.domain.file_import import MAX_LINES, Columns, FileImport, ImportMode, Phase
from accord.domain.import_columns import ImportRefused, MatchedColumns, match_columns
from accord.domain.run import Run, RunKind, RunState
from accord.domain.seen_ids import SeenIds
from accord.domain.spreadsheet import csv_line
from accord.ports import ChangeQueue, Clock
from accord.ports.connections import Connections
from accord.ports.importing import FileGoneError, ImportFiles, Sendings, Uploaded
from accord.ports.tending import Runs
from accord.usecases.importing.compare_snapshot import CompareSnapshot
from accord.usecases.importing.import_lines import BadLine, ImportLines, MemberTable, Row, UnreadableFileError
from accord.usecases.importing.send_lines import SendLines

A_LOOK = 60
"""Runs among which imports are looked for that are still being read."""
LINES_AT_ONCE = 5_000
"""As many are sent between two looks at the clock; then the run says how far it is."""
TOO_MANY = f"The file has more than {MAX_LINES:,} lines. Split it, and bring its parts one after the other."
EMPTY = "The file holds no members: there is no line below its first one. Nothing was changed."
NONE_GOOD = "No line of the file could be taken, and nothing was changed. Correct the lines that are listed as bad."
WAITING = "It waits for the imports before it: {lines:,} of their lines are not in the ledger yet."
UNDER_WAY = "It waits for the import before it, which is still being read."
NEVER_CAME = "The lines of an import before it did not come to the ledger in six hours. Look why, then bring it again."
LONGEST_WAIT = timedelta(hours=6)
DISCONNECTED = "The connection was disconnected meanwhile. Reconnect it, and bring the file again."
BEYOND = (
    "{gone:,} of {present:,} members are not in the file. Is it whole? Nothing was sent yet: approve it, or bring "
    "another one."
)
IN_DOUBT = (
    "{unnamed:,} bad lines do not tell whom they are about, and {gone:,} members are on no other line. Approve that "
    "they have left, or correct the lines and bring the file again."
)
HEAD = "\ufeff" + csv_line(("line", "column", "what is wrong"))
"""With the mark by which spreadsheets know UTF-8."""


class _StoppedError(Exception):
    """Somebody ended the run; with how far it got."""

    def __init__(self, run: Run) -> None:
        super().__init__(run.id)
        self.run = run


@dataclass(frozen=True, slots=True)
class ImportMembers:
    """The steps of one import. `open_table` reads the bytes of a file of that name; `id_of` gives the id of a member by
    their address."""

    connections: Connections
    runs: Runs
    files: ImportFiles
    open_table: Callable[[Iterable[bytes], str], MemberTable]
    id_of: Callable[[str], str]
    urgent: ChangeQueue
    bulk: ChangeQueue
    compare_with: CompareSnapshot
    sendings: Sendings
    clock: Clock

    def count(self, connection_id: str, run_id: str, deadline: datetime) -> Phase | None:
        """Understand the file before anything is sent. The phase that is next; None where the run goes on no further.
        Raises Retryable, as all steps do."""
        return self._step(Phase.COUNTING, connection_id, run_id, deadline)

    def read(self, connection_id: str, run_id: str, deadline: datetime) -> Phase | None:
        """Send its lines."""
        return self._step(Phase.READING, connection_id, run_id, deadline)

    def compare(self, connection_id: str, run_id: str, deadline: datetime) -> Phase | None:
        """Send who has left."""
        return self._step(Phase.COMPARING, connection_id, run_id, deadline)

    def finish(self, connection_id: str, run_id: str, deadline: datetime) -> Phase | None:
        """Bring the list of bad lines together, and end the run."""
        return self._step(Phase.FINISHING, connection_id, run_id, deadline)

    def fail(self, connection_id: str, run_id: str, why: str) -> None:
        """The run ends without its result."""
        run = self.runs.run(connection_id, run_id)
        if run is not None and run.state is RunState.RUNNING:
            self._end(run, RunState.FAILED, why)

    def _step(self, phase: Phase, connection_id: str, run_id: str, deadline: datetime) -> Phase | None:
        connection, run = self.connections.connection(connection_id), self.runs.run(connection_id, run_id)
        if run is not None and run.state is RunState.STOPPED:
            self._tidy(run)
        if connection is None or run is None or run.file is None or run.state is not RunState.RUNNING:
            return None
        if connection.state is ConnectionState.DISCONNECTED:
            self._end(run, RunState.FAILED, DISCONNECTED)
            return None
        steps = {Phase.COUNTING: self._count, Phase.READING: self._read, Phase.COMPARING: self._compare}
        step = steps.get(phase, self._finish)
        due = Phase.COUNTING if run.file.phase is Phase.WAITING else run.file.phase
        try:
            return step(connection, run, run.file, deadline) if due is phase else due
        except (UnreadableFileError, FileGoneError) as error:
            self.fail(connection_id, run_id, str(error))
        except _StoppedError as stopped:
            self._tidy(stopped.run.model_copy(update={"state": RunState.STOPPED, "done_at": self.clock.now()}))
        return None

    # --- what the file is, and who is not in it ---------------------------------------------------------------------

    def _count(self, connection: Connection, run: Run, file: FileImport, deadline: datetime) -> Phase | None:
        if file.mode is ImportMode.SNAPSHOT and file.cursor is None and (why := self._waits_for(connection, run)):
            if self.clock.now() > run.at + LONGEST_WAIT:
                raise UnreadableFileError(NEVER_CAME)
            self._saved(run.model_copy(update={"detail": why}), file, phase=Phase.WAITING)
            return Phase.WAITING
        table, lines = self._opened(connection, run, file)
        total = 0
        ids = SeenIds(MAX_LINES) if file.mode is ImportMode.SNAPSHOT else None
        any_good = False
        for row in table:
            total += 1
            if total > MAX_LINES:
                raise UnreadableFileError(TOO_MANY)
            if ids is not None:
                _meet(ids, lines, row)
                any_good = any_good or (isinstance(row, Row) and not isinstance(lines(row, run.at), BadLine))
        if not total:
            raise UnreadableFileError(EMPTY)
        found = {"written_as": f"{table.kind.upper()}, {table.encoding}", "columns": _shown(_columns(table))}
        run = run.model_copy(update={"total": total, "detail": ""})
        run, file = self._saved(run, file, phase=Phase.COUNTING, **found)
        compared = ids if any_good else None  # without a good line nobody is asked whether all have left
        pages = self.compare_with.pages(connection, run, compared, file.cursor) if compared is not None else ()
        for page in pages:
            so_far = {"present": file.present + page.present, "gone": file.gone + len(page.left), "cursor": page.next}
            file = file.model_copy(update=so_far)
            if page.next is not None and self.clock.now() >= deadline:
                self._saved(run, file)
                return Phase.COUNTING
        if file.is_beyond_cap:
            self._ask(run, file, Phase.READING, BEYOND.format(gone=file.gone, present=file.present))
            return None
        return self._next(run, file, Phase.READING)

    def _waits_for(self, connection: Connection, run: Run) -> str:
        """Why a snapshot can not be compared yet: members whom an earlier import brings would not be seen."""
        now = self.clock.now()
        for other in self.runs.page(connection.id, None, A_LOOK).items:
            stands = other.as_it_stands(now)
            if stands.kind is RunKind.IMPORT and stands.state is RunState.RUNNING and stands.at < run.at:
                return UNDER_WAY
        lines = self.sendings.under_way(connection.id, run.id, now)
        return WAITING.format(lines=lines) if lines else ""

    # --- its lines --------------------------------------------------------------------------------------------------

    def _read(self, connection: Connection, run: Run, file: FileImport, deadline: datetime) -> Phase | None:
        table, lines = self._opened(connection, run, file)
        send = SendLines(
            lines,
            connection_id=connection.id,
            file=run.id,
            at=run.at,
            order=connection.order_by,
            urgent=self.urgent,
            bulk=self.bulk,
            keep=partial(self.files.save_errors, connection.id, run.id),
            parts=file.parts,
            begun=lambda place, lines: self.sendings.begun(connection.id, run.id, place, lines, self.clock.now()),
        )

        def flushed(done: int) -> tuple[Run, FileImport]:
            send.flush()
            counts = Counter(run.counts) + send.counts
            unnamed = file.unnamed + send.unnamed
            send.counts, send.unnamed = Counter(), 0
            ahead = run.model_copy(update={"done": done, "counts": dict(counts)})
            return self._saved(ahead, file, parts=send.parts, unnamed=unnamed)

        begun = place = run.done
        for place, row in enumerate(table, 1):
            if place <= begun:
                send.pass_over(row)
                continue
            send(place, row)
            if place % LINES_AT_ONCE == 0:
                run, file = flushed(place)
                if self.clock.now() >= deadline:
                    return Phase.READING
        run, file = flushed(place)
        compares = file.mode is ImportMode.SNAPSHOT and run.counts.get("taken")
        return self._next(run, file, Phase.COMPARING if compares else Phase.FINISHING)

    # --- who has left -----------------------------------------------------------------------------------------------

    def _compare(self, connection: Connection, run: Run, file: FileImport, deadline: datetime) -> Phase | None:
        if not file.gone:
            return self._next(run, file, Phase.FINISHING)
        if file.unnamed and not file.approved:
            run, file = self._listed(run, file)
            self._ask(run, file, Phase.COMPARING, IN_DOUBT.format(unnamed=file.unnamed, gone=file.gone))
            return None
        table, lines = self._opened(connection, run, file)
        ids = SeenIds(MAX_LINES)
        for row in table:
            _meet(ids, lines, row)
        for page in self.compare_with.pages(connection, run, ids, file.cursor):
            self.compare_with.send(connection, page)
            counts = Counter(run.counts) + Counter(left=len(page.left))
            run, file = self._saved(run.model_copy(update={"counts": dict(counts)}), file, cursor=page.next)
            if page.next is not None and self.clock.now() >= deadline:
                return Phase.COMPARING
        return self._next(run, file, Phase.FINISHING)

    # --- the end ----------------------------------------------------------------------------------------------------

    def _finish(self, _connection: Connection, run: Run, file: FileImport, _deadline: datetime) -> None:
        run, _ = self._listed(run, file)
        self.files.forget(run.connection_id, run.id)
        if run.counts.get("taken"):
            self._end(run, RunState.DONE, "")
        else:
            self._end(run, RunState.FAILED, NONE_GOOD)

    def _tidy(self, run: Run) -> None:
        """Somebody ended it: what was sent stays accepted, and is said; the file is not kept for it."""
        parts = run.file.parts if run.file is not None else 0
        if parts:
            self.files.join_errors(run.connection_id, run.id, HEAD, parts)
        self.files.forget(run.connection_id, run.id)
        file = run.file.model_copy(update={"listed": parts > 0}) if run.file is not None else None
        self.runs.save(run.model_copy(update={"file": file}))

    def _listed(self, run: Run, file: FileImport) -> tuple[Run, FileImport]:
        """With the list of bad lines in one piece."""
        if not file.parts or file.listed:
            return run, file
        self.files.join_errors(run.connection_id, run.id, HEAD, file.parts)
        return self._saved(run, file, listed=True)

    # --- the run ----------------------------------------------------------------------------------------------------

    def _opened(self, connection: Connection, run: Run, file: FileImport) -> tuple[MemberTable, ImportLines]:
        """From its first line on. Raises UnreadableFileError, FileGoneError."""
        pieces = self.files.read(run.connection_id, run.id, Uploaded(file.size, file.version))
        table = self.open_table(pieces, file.name)
        source = file.source or f"file {file.name}"
        return table, ImportLines(_columns(table), id_of=self.id_of, order=connection.order_by, source=source)

    def _saved(self, run: Run, file: FileImport, **changes: object) -> tuple[Run, FileImport]:
        file = file.model_copy(update=changes)
        run = run.model_copy(update={"file": file})
        if not self.runs.advance(run):
            raise _StoppedError(run)
        return run, file

    def _next(self, run: Run, file: FileImport, phase: Phase) -> Phase:
        self._saved(run, file, phase=phase, phase_at=self.clock.now(), cursor=None)
        return phase

    def _ask(self, run: Run, file: FileImport, phase: Phase, question: str) -> None:
        """It waits until an operator approves it, and goes on with that phase then."""
        waiting = run.model_copy(update={"state": RunState.PROPOSED, "detail": question})
        self._saved(waiting, file, phase=phase, cursor=None)

    def _end(self, run: Run, state: RunState, detail: str) -> None:
        self.runs.advance(run.model_copy(update={"state": state, "done_at": self.clock.now(), "detail": detail}))


def _columns(table: MemberTable) -> MatchedColumns | None:
    """None for NDJSON. Raises UnreadableFileError."""
    if not table.headers:
        return None
    columns = match_columns(table.headers)
    if isinstance(columns, ImportRefused):
        raise UnreadableFileError(columns.reason)
    return columns


def _shown(columns: MatchedColumns | None) -> Columns:
    if columns is None:
        return Columns()
    return Columns(understood=columns.understood, passed_over=columns.passed_over, unknown=columns.unknown)


def _meet(ids: SeenIds, lines: ImportLines, row: Row | BadLine) -> None:
    if isinstance(row, Row) and (id_ := lines.id_on(row)):
        ids.add(id_)
