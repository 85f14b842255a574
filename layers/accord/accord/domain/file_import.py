"""A file of members that is imported: what an operator said of it, and how far it is; kept with its run."""

from datetime import datetime, timedelta
from enum import StrEnum

from accord.domain.values import Moment, Value

MAX_BYTES = 300_000_000
MAX_LINES = 1_000_000
"""Lines that are not blank, those that name the columns left out."""
FEW_GONE = 10
GONE_CAP = 0.2
"""As many members, and as large a part of all that are present, may have left by a snapshot without being asked for."""


class ImportMode(StrEnum):
    """What it means not to be in the file."""

    UPSERT = "upsert"
    """Nothing."""
    SNAPSHOT = "snapshot"
    """That the member has left."""


class Phase(StrEnum):
    """What is done with the file at the moment; one after the other."""

    WAITING = "waiting"
    """A snapshot: until the ledger has the lines of the imports before it. Then it is counted."""
    COUNTING = "counting"
    """Its columns are understood, its lines counted; for a snapshot also who is not in it. Nothing is sent."""
    READING = "reading"
    """Its lines are checked, and sent."""
    COMPARING = "comparing"
    """Those who have left are sent."""
    FINISHING = "finishing"
    """The bad lines are brought together."""


class Columns(Value):
    """What the columns were understood as, by header. Empty for NDJSON."""

    understood: dict[str, str] = {}
    passed_over: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


class FileImport(Value):
    """What is special in the run of an import. The run's own `done` and `total` count lines; its `counts` count what
    became of them."""

    name: str
    mode: ImportMode = ImportMode.UPSERT
    source: str = ""
    """What a consent counts as coming from where the file does not say it."""
    size: int = 0
    version: str = ""
    """The upload that was begun with: another one under the same name is not read."""
    written_as: str = ""
    """Kind and encoding, in words."""
    columns: Columns = Columns()
    phase: Phase = Phase.COUNTING
    phase_at: Moment | None = None
    parts: int = 0
    """How many pieces of the list of bad lines are stored; they become one at the end."""
    listed: bool = False
    """Whether that list can be read."""
    unnamed: int = 0
    """Bad lines that do not tell who they are about."""
    present: int = 0
    """Of a snapshot: the members that were present before anything was sent."""
    gone: int = 0
    """And those of them who are not in the file."""
    cursor: str | None = None
    approved: bool = False

    @property
    def is_beyond_cap(self) -> bool:
        """Whether so many would leave that it may be a mistake."""
        return self.gone > FEW_GONE and self.gone > GONE_CAP * self.present


def seconds_left(done: int, total: int | None, since: datetime | None, now: datetime) -> int | None:
    """An estimate: what is left goes on as fast as what is done. None where nothing tells."""
    if not done or not total or since is None or done >= total:
        return None
    return round(max(now - since, timedelta()) / timedelta(seconds=1) * (total - done) / done)
