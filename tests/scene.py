"""A small world around `sync_members` for unit tests: one connection, its fakes, and verbs to play a story."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count

from accord.domain.audience_hint import AudienceHint, HintKind
from accord.domain.changes import Arrived
from accord.domain.connection import Connection
from accord.domain.contact import ContactStatus
from accord.domain.reasons import ReasonCode, Status
from accord.domain.record import Record
from accord.domain.timing import Timing
from accord.ports import QueuedChanges, QueuedHint
from accord.usecases.apply_audience_events import ApplyAudienceEvents
from accord.usecases.collect_batches import CollectBatches, Collected
from accord.usecases.reconciling.read_contact import ReadContact
from accord.usecases.settling.send_batch import Batching
from accord.usecases.sync_members import SyncMembers, SyncResult
from tests.builders import SETUP, a_connection, key_of, minutes, no_us_phone
from tests.fake_batches import FakeBatches, FakeOpenBatches
from tests.fake_keeping import FakeEars
from tests.fake_undoing import FakeImages
from tests.fakes import FakeAudience, FakeClock, FakeHintQueue, FakeLedger, FakeQueue


@dataclass(slots=True)
class Scene:
    """Post changes, let time pass, look at both sides."""

    connection: Connection = field(default_factory=a_connection)
    clock: FakeClock = field(default_factory=FakeClock)
    ledger: FakeLedger = field(default_factory=FakeLedger)
    timing: Timing = field(default_factory=Timing)
    hints: FakeHintQueue = field(default_factory=FakeHintQueue)
    members: FakeQueue = field(default_factory=FakeQueue)
    """What the applier of hints queued."""
    ears: FakeEars = field(default_factory=FakeEars)
    batch_above: int = 1000
    open_batches: FakeOpenBatches = field(default_factory=FakeOpenBatches)
    images: FakeImages = field(default_factory=FakeImages)
    audience: FakeAudience = field(init=False)
    batches: FakeBatches = field(init=False)
    sync: SyncMembers = field(init=False)
    collect_batches: CollectBatches = field(init=False)
    apply: ApplyAudienceEvents = field(init=False)

    def __post_init__(self) -> None:
        tokens = (f"{number:08d}-token" for number in count())
        self.audience = FakeAudience(self.clock)
        self.batches = FakeBatches(self.audience)
        self.ledger.save_connection(self.connection)
        self.ledger.save_audience_setup(self.connection.id, SETUP)
        self.sync = SyncMembers(
            ledger=self.ledger,
            images=self.images,
            audience_of=lambda _connection: self.audience,
            clock=self.clock,
            key_of=key_of,
            national_phone=no_us_phone,
            timing=self.timing,
            new_token=lambda: next(tokens),
            batching=Batching(lambda _connection: self.batches, self.open_batches, self.batch_above),
        )
        self.collect_batches = CollectBatches(
            ledger=self.ledger,
            images=self.images,
            open_batches=self.open_batches,
            batches_of=lambda _connection: self.batches,
            audience_of=lambda _connection: self.audience,
            clock=self.clock,
            key_of=key_of,
            national_phone=no_us_phone,
            timing=self.timing,
            new_token=lambda: next(tokens),
        )

        self.apply = ApplyAudienceEvents(
            ledger=self.ledger,
            audience_of=lambda _connection: self.audience,
            clock=self.clock,
            queue=self.hints,
            read=ReadContact(self.ledger, self.clock, key_of, self.members),
            ears=self.ears,
            timing=self.timing,
        )

    def hear(self, kind: str, email: str, old_email: str = "") -> None:
        """A webhook about a contact comes in; what it leads to is done as well."""
        self.listen(AudienceHint(kind=HintKind(kind), received_at=self.clock.now(), email=email, old_email=old_email))

    def listen(self, *hints: AudienceHint) -> None:
        """Apply these hints, and those that are put back when their time has come; then settle."""
        waiting = [QueuedHint(self.connection.id, hint) for hint in hints]
        while waiting:
            _, failed = self.apply(waiting, self.clock.now() + minutes(5))
            assert failed == []
            put_back, self.hints.messages = self.hints.messages, []
            if put_back:
                self.pass_(max(delay for _, delay in put_back) + 60)
            waiting = [queued for queued, _ in put_back]
        queued, self.members.messages = self.members.messages, []
        self.work(*queued)

    def post(self, *changes: Arrived) -> SyncResult:
        """One message with these changes, worked on at once."""
        return self.work(QueuedChanges(self.connection.id, changes=changes))

    def work(self, *messages: QueuedChanges) -> SyncResult:
        return self.sync(messages, self.clock.now() + minutes(5))

    def offer(self) -> SyncResult:
        """What `offer_due_changes` does: all that is due comes again."""
        return self.work(QueuedChanges(self.connection.id, due=self.due()))

    def collect(self) -> Collected:
        """What happens every minute."""
        return self.collect_batches(self.clock.now() + minutes(1))

    def due(self) -> tuple[str, ...]:
        """The members whose time has come, urgent or not."""
        now = self.clock.now()
        return tuple(
            member_id for urgent in (True, False) for _, member_id in self.ledger.due(now, 1000, urgent=urgent)
        )

    def settle_all(self, days: int = 2) -> None:
        """Let time pass until nothing is due any more; fails after `days` of it."""
        for _ in range(days * 48):
            if not any(record.due_at for record in self.ledger.stored_records.values()):
                return
            self.pass_(1800)
            self.collect()
            self.offer()
        waiting = {r.member_id: (r.status, r.reason.code) for r in self.ledger.stored_records.values() if r.due_at}
        msg = f"still due: {waiting}"
        raise AssertionError(msg)

    def pass_(self, seconds: float) -> None:
        """Let time pass; calls that timed out take effect when Mailchimp gets to them, not later."""
        for _ in range(int(seconds // 60)):
            self.clock.pass_(60)
            self.audience.release_late(overdue=True)
            self.batches.work_off(overdue=True)

    def record(self, id_: str = "m-1") -> Record:
        return self.ledger.stored_records[self.connection.id, id_]

    def status(self, id_: str = "m-1") -> tuple[Status, ReasonCode]:
        return self.record(id_).status, self.record(id_).reason.code

    def seen(self, email: str) -> ContactStatus | None:
        """The contact's status in Mailchimp."""
        contact = self.audience.of(email)
        return contact.status if contact else None

    def kinds(self, id_: str = "m-1") -> list[str]:
        """What the member's history tells, oldest first."""
        events = self.ledger.history(self.connection.id, id_, None, 1000).items
        return [event.kind for event in reversed(events)]


def calls_made(scene: Scene, names: Iterable[str] = ()) -> list[str]:
    """The calls since the last look, and forget them."""
    made, scene.audience.calls = scene.audience.calls, []
    return [call for call in made if not names or call in names]
