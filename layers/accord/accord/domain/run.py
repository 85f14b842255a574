"""A run: long work on a whole connection, with its progress and what came of it."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from accord.domain.caps import Beyond
from accord.domain.connection import Connection, Whom
from accord.domain.file_import import FileImport
from accord.domain.inbox import Asked
from accord.domain.plan import PlanSum
from accord.domain.report_batch import PagesAsked
from accord.domain.summary import Summary
from accord.domain.values import Moment, Value, stamp

SILENT = timedelta(days=1)
"""No state machine works that long on a run: one that still counts as running then has lost it."""
WAITS = timedelta(days=3)
"""How long a run waits for a file or an approval: what it would be done with is not kept longer."""
LOST = "Nothing was heard of it for a day: the state machine that carried it out has ended. Begin another one."
NOBODY = "Nobody approved it within three days, and nothing was done. Begin another one."
NO_FILE_CAME = "No file came within three days. Begin another one."


class RunKind(StrEnum):
    """What is done."""

    AUDIENCE_READING = "audience_reading"
    """The whole audience is read, and what the first import would do is summed up."""
    RECONFIRMATION = "reconfirmation"
    """People who are in the audience are asked to confirm, once an operator approved it."""
    FIRST_IMPORT = "first_import"
    """Everybody who waited for the approval is carried to the audience."""
    RECONCILIATION = "reconciliation"
    """The audience is compared with what is known of it; what no webhook told is found, and what somebody changed of
    Accord's own is written anew."""
    PLAN = "plan"
    """The same comparison without effect: what a reconciliation would do."""
    APPLICATION = "application"
    """A plan is carried out: what was planned, and nothing else."""
    UNDO = "undo"
    """A plan of what would be put back of another run."""
    IMPORT = "import"
    """A file of members is read, line by line."""
    ACTIVITY = "activity"
    """What became of campaigns is read, and remembered with each member."""
    NIGHTLY_CHECK = "nightly_check"
    """Audience and webhook are looked at, and set right where somebody changed them."""


class RunState(StrEnum):
    """How far it is."""

    AWAITING_FILE = "awaiting_file"
    """An import whose file has not been uploaded yet."""
    PROPOSED = "proposed"
    """It waits for an operator's approval; `total` is what it would come to."""
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    """It ended without its result; `detail` says why."""
    STOPPED = "stopped"
    """An operator ended it: what was found until then stands."""


class Run(Value):
    """One run of a connection. Ids are ordered by time. `done` of `total`: contacts or rows read, or members settled;
    `total` is None as long as nobody knows it."""

    id: str
    connection_id: str
    kind: RunKind
    audience_id: str = ""
    """The audience that it is about; empty where it is about whichever the connection has."""
    state: RunState = RunState.RUNNING
    at: Moment
    done_at: Moment | None = None
    done: int = 0
    total: int | None = None
    counts: dict[str, int] = {}
    """Members by status, once an import is done; what was set right, once a check is; what a reconciliation found."""
    inbox: Asked | None = None
    """Of a pull of activity: how far the asking for what people wrote is."""
    pages: PagesAsked | None = None
    """Of a pull of activity: the batch in which the pages of reports are read."""
    since: Moment | None = None
    """Of a reconciliation: only contacts that changed then or later are read. None: the whole audience."""
    calls: int = 0
    """Calls to Mailchimp that it made, once it is done."""
    least: int = 0
    """How many would have done."""
    unread: tuple[str, ...] = ()
    """Audiences before that could not be read: what people did there since the last time, nobody knows."""
    summary: Summary | None = None
    plan: PlanSum | None = None
    """What a plan comes to."""
    adopts: bool = False
    """Of a plan: whether it is about contacts that are none of Accord's and can be taken over, and nothing else."""
    chosen: dict[str, str] = {}
    """Of an application: only these of the plan's members, each with the id that it gets; empty: all as they are."""
    asks: tuple[Beyond, ...] = ()
    """Of a reconciliation that waits: the caps that it would go beyond."""
    approved_at: Moment | None = None
    """When an operator let it go on."""
    applies: str = ""
    """The plan that is carried out, by its id."""
    applied_by: str = ""
    """The run that carries this plan out: it is carried out once."""
    undoes: str = ""
    """The run that an undo, planned or carried out, puts back."""
    undone_by: str = ""
    """The run in which this one was undone."""
    file: FileImport | None = None
    """What is imported, and how far that is."""
    who: Whom | None = None
    """Who is asked in a reconfirmation."""
    detail: str = ""

    @classmethod
    def new(cls, connection: Connection, kind: RunKind, at: datetime, name: str, **given: Any) -> Self:
        """A run of that moment in the audience that the connection has now; `name` tells it from others of then."""
        id_ = f"{stamp(at)}-{name}"
        told = {"connection_id": connection.id, "kind": kind, "audience_id": connection.audience_id, "at": at}
        return cls(id=id_, **(told | given))

    def is_of(self, connection: Connection) -> bool:
        """Whether it is about the audience that the connection has now."""
        return self.audience_id in {"", connection.audience_id}

    def as_it_stands(self, at: datetime) -> "Run":
        """The run as it is at that moment: one that nobody carries out any more, or for which nobody came, has ended,
        though nobody was there to write that down."""
        phase_at = self.file.phase_at if self.file is not None else None
        moved = max(each for each in (self.at, self.approved_at, phase_at) if each is not None)
        if self.state is RunState.RUNNING and self.kind in _BY_MACHINE and at - moved > SILENT:
            return self._ended(moved + SILENT, LOST)
        if self.kind in _BY_MACHINE and at - moved > WAITS:
            if self.state is RunState.PROPOSED:
                return self._ended(moved + WAITS, NOBODY)
            if self.state is RunState.AWAITING_FILE:
                return self._ended(moved + WAITS, NO_FILE_CAME)
        return self

    def _ended(self, at: datetime, why: str) -> "Run":
        return self.model_copy(update={"state": RunState.FAILED, "done_at": at, "detail": why})


_BY_MACHINE = frozenset(
    {
        RunKind.AUDIENCE_READING,
        RunKind.RECONCILIATION,
        RunKind.PLAN,
        RunKind.UNDO,
        RunKind.IMPORT,
        RunKind.NIGHTLY_CHECK,
    }
)
"""The others are steps in a queue, which may wait for as long as a connection is paused."""
