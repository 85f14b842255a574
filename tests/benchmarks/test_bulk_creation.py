"""Many new members at once: Accord's worker against a plain loop of one PUT for each, on the same simulator."""

import time
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

import pytest
import requests

from accord.adapters.mailchimp.audience import MailchimpAudience
from accord.domain.changes import Arrived, Upserted
from accord.domain.timing import Timing
from accord.domain.values import subscriber_hash
from accord.ports import QueuedChanges
from accord.usecases.sync_members import SyncMembers
from tests.benchmarks.report import Report
from tests.benchmarks.sample_members import A_REQUEST, Change, consenting, in_requests, untagged
from tests.builders import NOON, a_connection, key_of, minutes, no_us_phone
from tests.fake_batches import NO_BATCHES
from tests.fake_undoing import FakeImages
from tests.fakes import FakeClock, FakeLedger
from tools.local_stack import SimulatorProcess

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]

MEMBERS = 2_000
LATENCY = 0.01  # seconds that Mailchimp takes for a call at least; the real one takes more


def test_bulk_creation_against_one_put_per_member(report: Report, tmp_path: Path) -> None:
    changes = consenting(MEMBERS, occurred_at=NOON)
    with SimulatorProcess(tmp_path / "simulator.log", latency=LATENCY) as simulator:
        looped = _timed(simulator, lambda: _loop(simulator, changes))
        requests.post(f"{simulator.control_url}/reset", timeout=30).raise_for_status()
        worker = _worker(simulator)
        synced = _timed(simulator, lambda: _sync(worker, changes))
    report.add(
        f"{MEMBERS:,} new members without tags, by Accord's worker and by one PUT for each",
        ("", "calls", "seconds"),
        [
            ("one PUT for each", *looped),
            ("Accord, its ledger in memory", *synced),
            ("ratio", looped[0] / synced[0], looped[1] / synced[1]),
        ],
        f"One connection each, and a Mailchimp that takes {LATENCY * 1000:.0f} ms for a call.",
    )
    assert looped[0] == MEMBERS
    assert synced[0] == MEMBERS // A_REQUEST


def _timed(simulator: SimulatorProcess, work: Callable[[], None]) -> tuple[int, float]:
    """Calls made, and seconds."""
    simulator.forget_calls()
    begun = time.perf_counter()
    work()
    seconds = time.perf_counter() - begun
    total: int = simulator.calls()["total"]
    return total, seconds


def _loop(simulator: SimulatorProcess, changes: Sequence[Change]) -> None:
    """What an application does that has not heard of anything better."""
    account = simulator.account
    with requests.Session() as session:
        session.auth = ("anyone", account.api_key)
        for change in changes:
            member = change["member"]
            body = {
                "email_address": member["email"],
                "status_if_new": "subscribed",
                "merge_fields": {"FNAME": member["first_name"], "LNAME": member["last_name"]},
            }
            url = f"{account.url}/lists/{account.audience_id}/members/{subscriber_hash(member['email'])}"
            session.put(url, json=body, timeout=30).raise_for_status()


def _worker(simulator: SimulatorProcess) -> SyncMembers:
    """`sync_members` with Accord's own client of Mailchimp; the audience's set-up is read here, before it is timed."""
    account, ledger, tokens = simulator.account, FakeLedger(), count()
    audience = MailchimpAudience(
        base_url=account.url,
        api_key=account.api_key,
        audience_id=account.audience_id,
        timeout=30.0,
        allow_any_host=True,
    )
    connection = a_connection(audience_id=account.audience_id)
    ledger.save_connection(connection)
    ledger.save_audience_setup(connection.id, audience.setup())
    return SyncMembers(
        ledger=ledger,
        images=FakeImages(),
        audience_of=lambda _connection: audience,
        clock=FakeClock(),
        key_of=key_of,
        national_phone=no_us_phone,
        timing=Timing(),
        new_token=lambda: f"{next(tokens):032d}",
        batching=NO_BATCHES,
    )


def _sync(worker: SyncMembers, changes: Sequence[Change]) -> None:
    """As one invocation has it: several messages of 500 changes."""
    messages = [
        QueuedChanges(
            a_connection().id,
            changes=tuple(Arrived(change=Upserted.model_validate(each), received_at=NOON) for each in some),
        )
        for some in in_requests(untagged(changes))
    ]
    result = worker(messages, NOON + minutes(5))
    assert (result.failed, result.postponed, result.settled.total()) == ((), 0, len(changes))
