"""A small world around `fetch_cobot_members` for unit tests: a connection to an application that is read."""

from dataclasses import dataclass, field
from datetime import timedelta

from accord.domain.changes import Upserted
from accord.domain.cobot import Cobot
from accord.domain.connection import Connection
from accord.domain.timing import Timing
from accord.errors import Retryable
from accord.ports.applications import QueuedFetch
from accord.usecases.fetch_cobot_members import FetchCobotMembers, Fetched
from tests.builders import a_connection
from tests.fake_application import FakeApplication, FakeBoxes, FakeFetchQueue, FakeTurns
from tests.fakes import FakeClock, FakeLedger, FakeQueue

GAP = 10.0
AWAY = Retryable("away", effect_unknown=False)


@dataclass
class Hive:
    """A connection to an application that is read, and its world."""

    connection: Connection = field(default_factory=lambda: a_connection(id="hive", cobot=Cobot(space="beehive")))
    application: FakeApplication = field(default_factory=FakeApplication)
    ledger: FakeLedger = field(default_factory=FakeLedger)
    clock: FakeClock = field(default_factory=FakeClock)
    turns: FakeTurns = field(default_factory=FakeTurns)
    boxes: FakeBoxes = field(default_factory=FakeBoxes)
    queue: FakeFetchQueue = field(default_factory=FakeFetchQueue)
    members: FakeQueue = field(default_factory=FakeQueue)
    bulk: FakeQueue = field(default_factory=FakeQueue)
    number: int = 0

    def __post_init__(self) -> None:
        self.ledger.save_connection(self.connection)
        self.fetch = FetchCobotMembers(
            ledger=self.ledger,
            application_of=lambda _connection: self.application,
            turns=self.turns,
            boxes=self.boxes,
            queue=self.queue,
            members=self.members,
            bulk=self.bulk,
            clock=self.clock,
            timing=Timing(),
            gap=GAP,
        )

    def pointed(self, reference: str) -> QueuedFetch:
        """A message that has just come in."""
        self.number += 1
        return QueuedFetch("hive", reference, f"token-{self.number}")

    def work(self, *messages: QueuedFetch) -> dict[Fetched, int]:
        outcomes, failed = self.fetch(messages, self.clock.now() + timedelta(minutes=2))
        assert failed == []
        return dict(outcomes)

    def put_back(self) -> list[tuple[QueuedFetch, int]]:
        """What was put back, taken out."""
        messages, self.queue.messages = self.queue.messages, []
        return messages

    def said(self) -> list[tuple[str, str, str | None]]:
        """What was queued as changes: type, id, consent."""
        return [
            (
                arrived.change.type,
                arrived.change.id,
                arrived.change.member.consent.status
                if isinstance(arrived.change, Upserted) and arrived.change.member.consent
                else None,
            )
            for message in (*self.members.messages, *self.bulk.messages)
            for arrived in message.changes
        ]
