"""A night for unit tests: the audience of a scene is reconciled with its ledger, and what follows is carried out."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import count

from accord.domain.connection import Connection
from accord.domain.run import Run, RunKind, RunState
from accord.domain.sweep import PagePlace
from accord.ports import Audience
from accord.ports.audiences import AudienceMemory
from accord.ports.reconciling import AudienceListing, Sweeps
from accord.usecases.reconcile_audience import ReconcileAudience
from accord.usecases.reconciling.adopt_contacts import PlanAdoptions
from accord.usecases.reconciling.compare_page import ComparePage
from accord.usecases.reconciling.find_gone import FindGone
from accord.usecases.reconciling.finish_reading import FinishReading
from accord.usecases.reconciling.hold_drift import HoldDrift
from accord.usecases.reconciling.plan_undo import PlanUndo
from accord.usecases.reconciling.read_former import ReadFormer
from accord.usecases.reconciling.write_plan import WritePlan
from accord.usecases.tending.check_nightly import CheckNightly
from accord.usecases.tending.check_webhook import CheckWebhook
from accord.usecases.tending.mend_webhook import MendWebhook
from accord.usecases.tending.take_along import TakeAlong
from tests.builders import key_of, minutes, no_us_phone
from tests.fake_audiences import FakeAudienceMemory
from tests.fake_connections import FakeConnections, FakeConnectionSecrets
from tests.fake_keeping import FakeWebhook
from tests.fake_planning import FakePlans
from tests.fake_reconciling import FakeListing, FakeRecounts, FakeSweeps
from tests.fake_tending import FakeRuns, FakeStepQueue
from tests.fakes import FakeQueue
from tests.scene import Scene


class Nights:
    """Over one scene; every night is a run of its own."""

    def __init__(self, scene: Scene, runs: FakeRuns | None = None, steps: FakeStepQueue | None = None) -> None:
        self.scene = scene
        self.runs, self.bulk = runs or FakeRuns(), FakeQueue()
        self.sweeps = FakeSweeps(self.runs)
        self.listing = FakeListing(scene.audience)
        self.former: dict[str, AudienceListing] = {}
        self.webhook, self.plans, memory = FakeWebhook(), FakePlans(), FakeAudienceMemory(scene.ledger)
        self.secrets, connections = FakeConnectionSecrets(), FakeConnections(scene.ledger)
        check_webhook = CheckWebhook(
            connections, self.secrets, self._webhook, scene.clock, lambda: "secret-of-the-night"
        )
        hold = HoldDrift(scene.ledger, self.sweeps, no_us_phone)
        plan = WritePlan(scene.ledger, self.plans, self.runs, scene.clock, no_us_phone)
        self.reconcile = ReconcileAudience(
            connections=connections,
            ledger=scene.ledger,
            memory=memory,
            sweeps=self.sweeps,
            runs=self.runs,
            audience_of=self._audience,
            listing_of=self._listing,
            clock=scene.clock,
            key_of=key_of,
            bulk=self.bulk,
            check=CheckNightly(scene.ledger, self.runs, self._audience, check_webhook, scene.clock),
            finish=FinishReading(
                connections=connections,
                ledger=scene.ledger,
                runs=self.runs,
                audience_of=self._audience,
                webhook_of=self._webhook,
                steps=steps or FakeStepQueue(),
                clock=scene.clock,
            ),
            mend=MendWebhook(scene.ears, check_webhook),
            recounts=FakeRecounts(scene.ledger),
            gone=FindGone(scene.ledger, memory, self.sweeps),
            former=ReadFormer(
                scene.ledger,
                self._listing,
                self.runs,
                scene.clock,
                key_of,
                TakeAlong(scene.ledger, memory, scene.clock),
            ),
            adoptions=PlanAdoptions(scene.ledger, self.plans, no_us_phone),
            compare=ComparePage(scene.ledger, scene.clock, key_of, self.bulk, hold),
            plan=plan,
            undo=PlanUndo(scene.ledger, scene.images, self.plans, self.runs, scene.clock, no_us_phone, plan.finish),
        )
        self._numbers = count(1)

    def with_parts(
        self, *, memory: AudienceMemory, sweeps: Sweeps, listing: AudienceListing, audience: Audience
    ) -> ReconcileAudience:
        """The same use case over another audience and another memory of it."""
        return replace(
            self.reconcile,
            memory=memory,
            sweeps=sweeps,
            listing_of=lambda _connection: listing,
            audience_of=lambda _connection: audience,
            gone=FindGone(self.scene.ledger, memory, sweeps),
            compare=replace(self.reconcile.compare, hold=replace(self.reconcile.compare.hold, sweeps=sweeps)),
        )

    def _listing(self, connection: Connection) -> AudienceListing:
        return self.former.get(connection.audience_id, self.listing)

    def _audience(self, _connection: object) -> Audience:
        return self.scene.audience

    def _webhook(self, _connection: object) -> FakeWebhook:
        return self.webhook

    def start(self, connection_id: str, run_id: str, *, approved: bool = False) -> None:
        """What the state machine does with a run: `Reconciliations`."""
        assert approved is (self.runs.kept[connection_id, run_id].approved_at is not None)
        run = self.runs.kept[connection_id, run_id]
        self.pages(run, self.reconcile.begin(connection_id, run_id))
        self.close(run)

    def begin(self, *, incremental: bool = False) -> Run:
        """A run; incremental: of what changed since the last one, with an overlap."""
        last = max((run.at for run in self.runs.kept.values() if run.state is RunState.DONE), default=None)
        run = Run(
            id=f"night-{next(self._numbers):03d}",
            connection_id=self.scene.connection.id,
            kind=RunKind.RECONCILIATION,
            audience_id=self.scene.connection.audience_id,
            at=self.scene.clock.now(),
            since=last - minutes(10) if incremental and last is not None else None,
        )
        self.runs.save(run)
        return run

    def pages(self, run: Run, places: Iterable[PagePlace]) -> None:
        for place in places:
            self.reconcile.page(run.connection_id, run.id, place)

    def close(self, run: Run) -> Run:
        """Look for those who are gone, in as many invocations as it takes; the run as it ended."""
        cursor: str | None = None
        while True:
            deadline = self.scene.clock.now() + minutes(5)
            cursor = self.reconcile.close(run.connection_id, run.id, cursor, deadline)
            if cursor is None:
                return self.runs.kept[run.connection_id, run.id]

    def night(self, *, incremental: bool = False) -> Run:
        """Some time later, from beginning to end, and what follows from it."""
        self.scene.clock.pass_(60)
        run = self.begin(incremental=incremental)
        self.pages(run, self.reconcile.begin(run.connection_id, run.id))
        ended = self.close(run)
        self.carry_out()
        return ended

    def carry_out(self) -> None:
        """What was queued is worked on, and whoever is due then."""
        queued, self.bulk.messages = self.bulk.messages, []
        self.scene.work(*queued)
        self.scene.settle_all()


def read_whole(scene: Scene) -> Run:
    """The whole audience is reconciled; what follows is only due."""
    nights = Nights(scene)
    run = nights.begin()
    nights.pages(run, nights.reconcile.begin(run.connection_id, run.id))
    return nights.close(run)
