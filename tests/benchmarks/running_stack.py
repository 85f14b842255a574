"""The local stack as the benchmarks drive it: post, wait until the ledger says that all is settled, count."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice

from accord.adapters.dynamodb.ledger import DynamoDBLedger
from accord.domain.record import Record
from tests.benchmarks.processes import peak_memory, workers_of
from tests.benchmarks.sample_members import Change, in_requests, version_of
from tools.local_stack import CONNECTION_ID, LocalStack, Timings

PRODUCTION = Timings(
    sync_timeout=300,
    visibility=1800,
    mailchimp_timeout=60,
    claim=150,
    retry_base=30,
    retry_max=900,
    busy_retry=20,
    paused_retry=900,
    offered_again=300,
)
"""The template's defaults: what is measured is what is deployed."""
POLL = 0.5  # seconds
A_LOOK = 100  # members


@dataclass(slots=True)
class Posting:
    """Changes that were accepted, when each was, and how they stood once they were settled."""

    accepted_at: dict[str, datetime]
    records: dict[str, Record] = field(default_factory=dict)
    seconds: float = 0.0

    def lags(self) -> list[float]:
        """Seconds from each 202 to the moment since which the member has its status, in ascending order."""
        return sorted(
            (self.records[member_id].since - accepted).total_seconds()
            for member_id, accepted in self.accepted_at.items()
        )


class RunningStack:
    """One local stack; nothing but the benchmark asks it for anything."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        self._ledger = DynamoDBLedger(stack.emulator.client("dynamodb"), stack.outputs["TableName"], workers=1)

    def post(self, changes: Sequence[Change], timeout: float) -> Posting:
        """Post, 500 to a request, and wait until every one of these changes is settled. Fails after `timeout` s."""
        begun = time.monotonic()
        posting = Posting({})
        for some in in_requests(changes):
            receipt = self.stack.api.post(some)
            assert not receipt.refused, receipt.refused[:3]
            moment = datetime.now(UTC)
            posting.accepted_at |= dict.fromkeys(receipt.accepted, moment)
        self.wait(changes, posting, timeout)
        posting.seconds = time.monotonic() - begun
        return posting

    def post_one(self, change: Change) -> dict[str, datetime]:
        """Post one change; who was accepted, and when."""
        receipt = self.stack.api.post([change])
        return dict.fromkeys(receipt.accepted, datetime.now(UTC))

    def wait(self, changes: Sequence[Change], posting: Posting, timeout: float) -> None:
        """Until all are settled, as these changes have them or newer. A look is one call, so that it costs little."""
        deadline = time.monotonic() + timeout
        open_ = {change["id"]: version_of(change) for change in changes}
        while open_:
            some = list(islice(open_, A_LOOK))
            found = self._ledger.records(CONNECTION_ID, some)
            done = {i: record for i, record in found.items() if _is_settled(record, open_[i])}
            posting.records |= done
            for member_id in done:
                del open_[member_id]
            if len(done) < len(some):
                assert time.monotonic() < deadline, f"after {timeout:.0f} s {len(open_)} of {len(changes)} are open"
                time.sleep(POLL)

    def calls(self) -> dict[str, int]:
        """The calls to Mailchimp by route, since they were last forgotten."""
        by_route: dict[str, int] = self.stack.audience.calls()["by_route"]
        return {route: count for route, count in by_route.items() if count}

    def peaks(self) -> list[tuple[str, float]]:
        """MiB of every part at its highest; of several workers the one that had most."""
        emulator = self.stack.emulator._process
        assert emulator is not None
        names = ("SyncMembers", "ReceiveChanges")
        workers = [(name, workers_of(emulator.pid, name)) for name in names]
        return [
            *(
                (f"{name}, the largest of {len(pids)}", max(map(peak_memory, pids), default=0.0))
                for name, pids in workers
            ),
            ("Mailchimp simulator", peak_memory(self.stack.audience.pid or 0)),
            ("emulator of AWS", peak_memory(emulator.pid)),
        ]


def _is_settled(record: Record, version: datetime) -> bool:
    return record.settled and datetime.fromisoformat(str(record.version)) >= version


def percentile(ascending: Sequence[float], percent: int) -> float:
    """The smallest value that so many percent do not exceed."""
    return ascending[max(0, -(-len(ascending) * percent // 100) - 1)]
