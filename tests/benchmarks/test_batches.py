"""Updates one by one against one batch: calls, and the time until the last member is settled.

Everything is ten times as fast as it would be: a call to Mailchimp takes 25 ms for the quarter of a second that it
takes over the internet, and the collector comes every six seconds for every minute. It has always just been there when
a batch begins, which is its worst case; how long Mailchimp itself works on a batch nobody knows, here next to nothing.
"""

import time
from itertools import count
from pathlib import Path

import pytest

from accord.adapters.mailchimp.audience import MailchimpAudience
from accord.adapters.mailchimp.batches import MailchimpBatches
from accord.adapters.mailchimp.http import MailchimpHttp
from accord.clients import SystemClock
from accord.domain.changes import Arrived, Upserted
from accord.domain.timing import Timing
from accord.ports import QueuedChanges
from accord.settings import SyncMembersSettings
from accord.usecases.collect_batches import CollectBatches
from accord.usecases.settling.send_batch import Batching
from accord.usecases.sync_members import SyncMembers
from tests.benchmarks.report import Report
from tests.benchmarks.sample_members import Change, again, consenting, in_requests, untagged
from tests.builders import a_connection, key_of, minutes, no_us_phone
from tests.fake_batches import FakeOpenBatches
from tests.fake_undoing import FakeImages
from tests.fakes import FakeLedger
from tools.local_stack import SimulatorProcess

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]

SIZES = (10, 50, 100, 250, 500, 1_000)
FASTER = 10
LATENCY, MINUTE = 0.25 / FASTER, 60 / FASTER
ONE_BATCH = 4
"""Calls: it begins, is looked at, its results are fetched (not from the API), and it is ended."""


class Workers:
    """`sync_members` and `collect_batches` over one ledger in memory and one Mailchimp."""

    def __init__(self, simulator: SimulatorProcess, above: int) -> None:
        account, tokens, open_batches = simulator.account, count(), FakeOpenBatches()
        images = FakeImages()
        self.ledger = FakeLedger()
        audience = MailchimpAudience(
            base_url=account.url, api_key=account.api_key, audience_id=account.audience_id, allow_any_host=True
        )
        http = MailchimpHttp(base_url=account.url, api_key=account.api_key, allow_any_host=True)
        batches = MailchimpBatches(http, account.audience_id, allow_any_host=True)
        connection = a_connection(audience_id=account.audience_id)
        self.ledger.save_connection(connection)
        self.ledger.save_audience_setup(connection.id, audience.setup())
        self.clock = SystemClock()
        self.sync = SyncMembers(
            ledger=self.ledger,
            images=images,
            audience_of=lambda _connection: audience,
            clock=self.clock,
            key_of=key_of,
            national_phone=no_us_phone,
            timing=Timing(),
            new_token=lambda: f"{next(tokens):032d}",
            batching=Batching(lambda _connection: batches, open_batches, above),
        )
        self.collect = CollectBatches(
            ledger=self.ledger,
            images=images,
            open_batches=open_batches,
            batches_of=lambda _connection: batches,
            audience_of=lambda _connection: audience,
            clock=self.clock,
            key_of=key_of,
            national_phone=no_us_phone,
            timing=Timing(),
            new_token=lambda: f"{next(tokens):032d}",
        )

    def post(self, changes: list[Change]) -> None:
        """As one invocation has it."""
        now = self.clock.now()
        messages = [
            QueuedChanges(
                a_connection().id,
                changes=tuple(Arrived(change=Upserted.model_validate(each), received_at=now) for each in some),
            )
            for some in in_requests(changes)
        ]
        self.sync(messages, now + minutes(30))

    def settle(self) -> None:
        """The collector comes every minute, until nobody waits."""
        while any(record.due_at for record in self.ledger.stored_records.values()):
            time.sleep(MINUTE)
            self.collect(self.clock.now() + minutes(1))


def test_updates_singly_against_one_batch(report: Report, tmp_path: Path) -> None:
    rows: list[tuple[int, int, int, float, float, float]] = []
    with SimulatorProcess(tmp_path / "simulator.log", latency=LATENCY) as simulator:
        for size in SIZES:
            single, batch = (_updated(simulator, size, above) for above in (size, 0))
            rows.append((size, single[0], batch[0], single[1] * FASTER, batch[1] * FASTER, single[1] / batch[1]))
            assert (single[0], batch[0]) == (size, ONE_BATCH - 1)
    above = SyncMembersSettings.model_fields["batch_above"].default
    report.add(
        "Updates of one message, singly and as one batch",
        ("updates", "calls singly", "calls in a batch", "seconds singly", "seconds in a batch", "times as long singly"),
        rows,
        f"Seconds as if a call took 250 ms, and the collector came every minute. Above {above} updates go in a batch.",
    )
    by_size = {row[0]: row[5] for row in rows}
    assert by_size[SIZES[0]] < 1 < by_size[SIZES[-1]]


def _updated(simulator: SimulatorProcess, size: int, above: int) -> tuple[int, float]:
    """Calls, and seconds, until so many members with a new name are settled."""
    workers = Workers(simulator, above)
    yesterday = workers.clock.now() - minutes(24 * 60)
    members = untagged(consenting(size, seed=size, prefix=f"in-{size}-above-{above}", occurred_at=yesterday))
    workers.post(members)
    changed = [{**change, "member": {**change["member"], "last_name": "Evenings"}} for change in again(members)]
    simulator.forget_calls()
    begun = time.perf_counter()
    workers.post(changed)
    workers.settle()
    seconds = time.perf_counter() - begun
    assert {record.reason.code for record in workers.ledger.stored_records.values()} == {"in_agreement"}
    total: int = simulator.calls()["total"]
    return total, seconds
