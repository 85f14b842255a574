"""A run: long work on a whole connection, with its progress and what came of it."""

from enum import StrEnum

from accord.domain.connection import Connection, Whom
from accord.domain.file_import import FileImport
from accord.domain.plan import PlanSum
from accord.domain.summary import Summary
from accord.domain.values import Moment, Value


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
    IMPORT = "import"
    """A file of members is read, line by line."""
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
    """One run of a connection. Ids are ordered by time. `done` of `total`: contacts read, or members settled; `total`
    is None as long as nobody knows it."""

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
    since: Moment | None = None
    """Of a reconciliation: only contacts that changed then or later are read. None: the whole audience."""
    calls: int = 0
    """Calls to Mailchimp that it made, once it is done."""
    least: int = 0
    """How many would have done."""
    summary: Summary | None = None
    plan: PlanSum | None = None
    """What a plan comes to."""
    adopts: bool = False
    """Of a plan: whether it is about contacts that are none of Accord's and can be taken over, and nothing else."""
    chosen: dict[str, str] = {}
    """Of an application: only these of the plan's members, each with the id that it gets; empty: all as they are."""
    applies: str = ""
    """The plan that is carried out, by its id."""
    applied_by: str = ""
    """The run that carries this plan out: it is carried out once."""
    file: FileImport | None = None
    """What is imported, and how far that is."""
    who: Whom | None = None
    """Who is asked in a reconfirmation."""
    detail: str = ""

    def is_of(self, connection: Connection) -> bool:
        """Whether it is about the audience that the connection has now."""
        return self.audience_id in {"", connection.audience_id}
