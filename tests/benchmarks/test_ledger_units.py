"""What each kind of change costs in DynamoDB: calls, and the units that are paid for, as the emulator counts them."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import pytest

from accord.adapters.dynamodb.definition import TABLE
from accord.adapters.dynamodb.ledger import DynamoDBLedger
from accord.domain.changes import Arrived
from accord.domain.member import Member
from accord.domain.timing import Timing
from accord.ports import QueuedChanges
from accord.usecases.sync_members import SyncMembers
from tests.benchmarks.report import Report
from tests.benchmarks.running_stack import RunningStack
from tests.builders import SETUP, a_connection, a_full_member, key_of, minutes, no_us_phone, opted_out, upserted
from tests.fake_batches import NO_BATCHES
from tests.fake_undoing import FakeImages
from tests.fakes import FakeAudience, FakeClock

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]

TOGETHER = 100

type Kind = Callable[[int], Member]


@dataclass(slots=True)
class Cost:
    """What one piece of work took."""

    consumed: list[tuple[str, float, float]]
    mailchimp: list[str]

    def per_member(self, members: int) -> tuple[float, float, float]:
        """Calls to DynamoDB, read units and write units."""
        return (
            len(self.consumed) / members,
            sum(reads for _, reads, _ in self.consumed) / members,
            sum(writes for _, _, writes in self.consumed) / members,
        )


@dataclass(slots=True)
class Worker:
    """`sync_members` in this process: the real ledger on a table of its own, and a fake audience."""

    running: RunningStack
    clock: FakeClock = field(default_factory=FakeClock)
    consumed: list[tuple[str, float, float]] = field(default_factory=list)
    audience: FakeAudience = field(init=False)
    sync: SyncMembers = field(init=False)

    def __post_init__(self) -> None:
        client = self.running.stack.emulator.client("dynamodb")
        table = f"ledger-{uuid.uuid4().hex}"
        client.create_table(TableName=table, **TABLE)
        ledger = DynamoDBLedger(client, table, on_consumed=lambda *each: self.consumed.append(each))
        connection, tokens = a_connection(), count()
        ledger.save_connection(connection)
        ledger.save_audience_setup(connection.id, SETUP)
        self.audience = FakeAudience(self.clock)
        self.sync = SyncMembers(
            ledger=ledger,
            images=FakeImages(),
            audience_of=lambda _connection: self.audience,
            clock=self.clock,
            key_of=key_of,
            national_phone=no_us_phone,
            timing=Timing(),
            new_token=lambda: f"{next(tokens):032d}",
            batching=NO_BATCHES,
        )

    def post(self, changes: Iterable[Arrived]) -> Cost:
        """One message, worked on to its end."""
        self.consumed.clear()
        self.audience.calls.clear()
        message = QueuedChanges(a_connection().id, changes=tuple(changes))
        result = self.sync([message], self.clock.now() + minutes(5))
        assert (result.failed, result.postponed, result.errors) == ((), 0, ())
        return Cost(list(self.consumed), list(self.audience.calls))

    def apply(self, kind: Kind, members: Sequence[int]) -> Cost:
        """The same kind of change for these members, an hour later than the one before."""
        self.clock.pass_(3600)
        moment = self.clock.now() - timedelta(seconds=5)
        return self.post(upserted(kind(n), f"m-{n}", moment, index) for index, n in enumerate(members))


def untagged(number: int) -> Member:
    return a_full_member(f"walrus-{number}@icefloe.test", tags=())


def tagged(number: int) -> Member:
    return a_full_member(f"seal-{number}@icefloe.test", tags=("Clients", "Divers"))


def replanned(number: int) -> Member:
    return untagged(number).model_copy(update={"plan": "Part time"})


def moved(number: int) -> Member:
    return replanned(number).model_copy(update={"email": f"walrus-{number}@beach.test"})


def refusing(number: int) -> Member:
    return moved(number).model_copy(update={"consent": opted_out()})


def silent(number: int) -> Member:
    return a_full_member(f"otter-{number}@kelp.test", consent=None)


STORY: tuple[tuple[str, Kind, int, dict[str, float]], ...] = (
    ("new member without tags", untagged, 0, {"create": 1 / TOGETHER}),
    ("unchanged, posted again", untagged, 0, {}),
    ("one field changed", replanned, 0, {"change": 1}),
    ("email address changed", moved, 0, {"change": 1}),
    ("opted out", refusing, 0, {"change": 1}),
    ("new member with two tags", tagged, 10_000, {"create": 1 / TOGETHER, "tag_many": 2 / TOGETHER}),
    ("new member without consent: excluded", silent, 20_000, {}),
)
"""Each kind of change, the first member that meets it, and the calls to Mailchimp that it may cost a member."""


def test_reads_and_writes_per_change(running: RunningStack, report: Report) -> None:
    worker = Worker(running)
    worker.apply(tagged, range(30_000, 30_010))  # so that both tags are known
    rows: list[tuple[str | float, ...]] = []
    for title, kind, first, allowed in STORY:
        alone = worker.apply(kind, [first])
        together = worker.apply(kind, range(first + 1, first + 1 + TOGETHER))
        rows.append((title, *alone.per_member(1), *together.per_member(TOGETHER)))
        counted = {name: together.mailchimp.count(name) / TOGETHER for name in set(together.mailchimp)}
        assert counted == pytest.approx(allowed), title
    one, many = "alone:", f"{TOGETHER} together:"
    report.add(
        "DynamoDB per change",
        ("change", f"{one} calls", "reads", "writes", f"{many} calls", "reads", "writes"),
        rows,
        "Units per member, as the emulator counts: a KB written, in indexes too, double in transactions; 4 KB read. "
        "Alone includes what every invocation reads: the connection and its audience's set-up.",
    )
