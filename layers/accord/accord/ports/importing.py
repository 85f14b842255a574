"""What imports ask of the world, beside `ports`: the files that operators bring, and a state machine to read them."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple, Protocol


class FileGoneError(Exception):
    """The file has expired, or another one was put in its place. The message says what to do."""


class Uploaded(NamedTuple):
    """A file that has arrived."""

    size: int
    version: str
    """Tells it from any other that was put in its place."""


class ImportFiles(Protocol):
    """The files of imports, and the lists of what is wrong with them. Everything expires after three days."""

    def upload_url(self, connection_id: str, import_id: str) -> str:
        """Where the file can be put for an hour, by whoever knows the URL."""

    def uploaded(self, connection_id: str, import_id: str) -> Uploaded | None:
        """None where no file has arrived."""

    def read(self, connection_id: str, import_id: str, uploaded: Uploaded) -> Iterator[bytes]:
        """From its beginning, a piece at a time. Raises FileGoneError, at whichever piece."""

    def forget(self, connection_id: str, import_id: str) -> None:
        """Delete the file; its list of errors stays."""

    def save_errors(self, connection_id: str, import_id: str, part: int, text: str) -> None:
        """One piece of the list, over what is there."""

    def join_errors(self, connection_id: str, import_id: str, head: str, parts: int) -> None:
        """The head and the pieces 0 to `parts` - 1 as one list, over what is there; a piece at a time in memory."""

    def errors_url(self, connection_id: str, import_id: str) -> str:
        """Where the list can be read for an hour, by whoever knows the URL."""


class Sendings(Protocol):
    """Messages of imports whose lines are not in the ledger yet. One that nobody processed for a day is not waited for
    any longer."""

    def begun(self, connection_id: str, import_id: str, place: int, lines: int, at: datetime) -> None:
        """So many lines are sent, of which the first has that place in its file; again changes nothing."""

    def arrived(self, connection_id: str, import_id: str, place: int) -> None:
        """The ledger has the lines of the message that begins with this one."""

    def under_way(self, connection_id: str, before: str, at: datetime) -> int:
        """The lines of imports whose id is less than that one, at that moment; the first thousand messages of them."""


class Imports(Protocol):
    """The state machine that carries out imports."""

    def start(self, connection_id: str, run_id: str, *, approved: bool) -> None:
        """Carry out the run, or go on with it once it is approved; starting it again changes nothing."""
