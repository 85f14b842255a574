"""A pull of activity for unit tests: the campaigns of a scene are read into its ledger."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import count

from accord.domain.activity import Activity, ActivityKind
from accord.domain.pulling import Happened, Patience
from accord.domain.report_batch import SINGLY
from accord.domain.run import Run, RunKind
from accord.ports import QueuedHint
from accord.usecases.pull_activity import Phase, PullActivity
from accord.usecases.pulling.ask_inbox import AskInbox
from accord.usecases.pulling.ask_reports import AskReports
from tests.builders import key_of, minutes
from tests.fake_activity import FakeActivity, FakeReportBatches, FakeReports
from tests.fake_audiences import FakeAudienceMemory
from tests.fake_connections import FakeConnections
from tests.fake_inbox import FakeInbox
from tests.fake_outbox import FakeOutbox
from tests.fake_tending import FakeMail, FakeRuns
from tests.scene import Scene

GATE = "https://zoo.test/gate"
"""A link in every campaign."""


class Pulls:
    """Over one scene; every pull is a run of its own."""

    def __init__(
        self,
        scene: Scene,
        reports: FakeReports | None = None,
        patience: Patience | None = None,
        *,
        singly: int = SINGLY,
    ) -> None:
        self.scene = scene
        self.runs = FakeRuns()
        self.reports = reports or FakeReports()
        self.batches = FakeReportBatches(self.reports)
        self.activity, self.outbox = FakeActivity(scene.ledger), FakeOutbox()
        self.inbox, self.mail = FakeInbox(), FakeMail()
        self.pull = PullActivity(
            connections=FakeConnections(scene.ledger),
            ledger=scene.ledger,
            activity=self.activity,
            runs=self.runs,
            reports_of=lambda _connection: self.reports,
            ask=AskReports(
                reports_of=lambda _connection: self.reports,
                batches_of=lambda _connection: self.batches,
                clock=scene.clock,
                singly=singly,
            ),
            inbox=AskInbox(
                ledger=scene.ledger,
                memory=FakeAudienceMemory(scene.ledger),
                activity=self.activity,
                outbox=self.outbox,
                mail=self.mail,
                inbox_of=lambda _connection: self.inbox,
                audience_of=lambda _connection: scene.audience,
                clock=scene.clock,
                key_of=key_of,
                kept=Patience().kept,
            ),
            outbox=self.outbox,
            hints=scene.hints,
            clock=scene.clock,
            key_of=key_of,
            patience=patience or Patience(),
        )
        self._numbers = count(1)

    @property
    def now(self) -> datetime:
        return self.scene.clock.now()

    def begin(self) -> Run:
        """A run that is noted."""
        run = Run.new(self.scene.connection, RunKind.ACTIVITY, self.now, f"pull-{next(self._numbers):03d}")
        self.runs.save(run)
        return run

    def carry_out(self, run: Run) -> Run:
        """From its beginning, or from where it is, to its end."""
        self.pull.begin(run.connection_id, run.id)
        while self.pull.pull(run.connection_id, run.id, self.now + minutes(5)) is not Phase.ENDED:
            self.scene.clock.pass_(20)
        return self.runs.kept[run.connection_id, run.id]

    def weekly(self, *, days: float = 7) -> Run:
        """So many days later, a run from beginning to end."""
        self.scene.clock.moment += timedelta(days=days)
        return self.carry_out(self.begin())

    def of(self, id_: str = "m-1", *kinds: ActivityKind) -> list[Activity]:
        """What the member did, oldest first."""
        kept = self.scene.ledger.activity.get((self.scene.connection.id, id_), {}).values()
        return sorted((each for each in kept if not kinds or each.kind in kinds), key=lambda event: event.at)

    def kinds(self, id_: str = "m-1") -> list[str]:
        return [event.kind.value for event in self.of(id_)]

    def hinted(self) -> list[QueuedHint]:
        """What was given to whoever reads contacts again."""
        queued, self.scene.hints.messages = self.scene.hints.messages, []
        return [hint for hint, _ in queued]


def opened(at: datetime) -> Happened:
    return Happened(ActivityKind.OPENED, at)


def clicked(at: datetime, link: str = GATE) -> Happened:
    return Happened(ActivityKind.CLICKED, at, link)


def unsubscribed(at: datetime, reason: str = "") -> Happened:
    return Happened(ActivityKind.UNSUBSCRIBED, at, detail=reason)


def complained(at: datetime) -> Happened:
    return Happened(ActivityKind.COMPLAINED, at)


def bounced(at: datetime, kind: str = "hard") -> Happened:
    return Happened(ActivityKind.BOUNCED, at, detail=kind)


def strangers(number: int) -> Iterable[str]:
    """People of whom nothing is known."""
    return (f"stranger-{each:04d}@woods.test" for each in range(number))
