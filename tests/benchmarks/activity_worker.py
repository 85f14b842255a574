"""A pull of activity in a process of its own, so that its memory is its own: prints seconds, calls, events, memory.

Usage: python -m tests.benchmarks.activity_worker URL API_KEY AUDIENCE FOLDER
"""

import json
import os
import sqlite3
import sys
import time
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from accord.adapters.mailchimp.http import MailchimpHttp
from accord.adapters.mailchimp.report_batches import MailchimpReportBatches
from accord.adapters.mailchimp.reports import MailchimpReports
from accord.domain.activity import Activity
from accord.domain.address import Address, Holder
from accord.domain.campaign import Campaign
from accord.domain.contact import ContactStatus
from accord.domain.inbox import Asked
from accord.domain.pulling import Patience
from accord.domain.run import Run, RunKind
from accord.usecases.pull_activity import Phase, PullActivity
from accord.usecases.pulling.ask_reports import AskReports
from tests.benchmarks.processes import peak_memory
from tests.builders import a_connection, key_of
from tests.fake_connections import FakeConnections
from tests.fake_outbox import FakeOutbox
from tests.fake_queues import FakeHintQueue
from tests.fake_tending import FakeRuns
from tests.fakes import FakeLedger

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class WholeLedger(FakeLedger):
    """Knows every address, and holds none in memory: each has a member of its own."""

    def addresses(self, audience_id: str, keys: Collection[str]) -> dict[str, Address]:
        return {key: self._whole(key) for key in keys}

    def _whole(self, key: str) -> Address:
        holder = Holder(connection_id="bench", member_id=key[:16], since=LONG_AGO)
        return Address(key=key, revision=1, seen=ContactStatus.SUBSCRIBED, holders=(holder,))


class DiskActivity:
    """As much of `ActivityLedger` as a pull asks for, in one SQLite file."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path)
        self._database.execute("CREATE TABLE IF NOT EXISTS events (name TEXT PRIMARY KEY) WITHOUT ROWID")
        self._database.execute("PRAGMA cache_size = -2000")  # 2 MB, so that its memory is not ours
        self._campaigns: dict[str, Campaign] = {}
        self.written = 0

    def campaigns(self, connection_id: str) -> list[Campaign]:
        return sorted(self._campaigns.values(), key=lambda campaign: campaign.sent_at, reverse=True)

    def save_campaign(self, connection_id: str, campaign: Campaign) -> None:
        self._campaigns[campaign.id] = campaign

    def add(self, connection_id: str, events: Iterable[Activity], read_at: datetime) -> None:
        names = [(_name(event),) for event in events]
        self._database.executemany("INSERT OR REPLACE INTO events VALUES (?)", names)
        self._database.commit()
        self.written += len(names)

    def known(self, connection_id: str, events: Collection[Activity], read_at: datetime) -> set[Activity]:
        look = "SELECT 1 FROM events WHERE name = ?"
        return {event for event in events if self._database.execute(look, (_name(event),)).fetchone()}

    def erased(self, connection_id: str, member_ids: Collection[str]) -> set[str]:
        return set()

    def forget(self, connection_id: str, member_ids: Iterable[str]) -> None:
        assert list(member_ids) == []

    def stored(self) -> int:
        (number,) = self._database.execute("SELECT COUNT(*) FROM events").fetchone()
        return int(number)


def _name(event: Activity) -> str:
    return "#".join(map(str, event.name))


def asked_nobody(_connection: object, run: Run) -> Run:
    """Conversations and surveys are another matter: what is compared with others is the activity."""
    return run.model_copy(update={"inbox": Asked(asked_at=run.at, over=True)})


def main(url: str, api_key: str, audience_id: str, folder: str) -> None:
    connection = a_connection(id="bench", audience_id=audience_id)
    ledger, runs, activity = WholeLedger(), FakeRuns(), DiskActivity(Path(folder) / "activity")
    ledger.save_connection(connection)
    http = MailchimpHttp(base_url=url, api_key=api_key, allow_any_host=True, timeout=120)
    given: Any = {"activity": activity, "inbox": asked_nobody}
    pull = PullActivity(
        connections=FakeConnections(ledger),
        ledger=ledger,
        runs=runs,
        reports_of=lambda _connection: MailchimpReports(http, audience_id),
        ask=AskReports(
            lambda _connection: MailchimpReports(http, audience_id),
            lambda _connection: MailchimpReportBatches(http, audience_id, timeout=120, allow_any_host=True),
            _Clock(),
        ),
        outbox=FakeOutbox(),
        hints=FakeHintQueue(),
        clock=_Clock(),
        key_of=key_of,
        patience=Patience(),
        **given,
    )
    first, again = (_pulled(pull, runs, connection.id, audience_id) for _ in range(2))
    memory = round(peak_memory(os.getpid()))
    figures = {"first": first, "again": again, "peak_mb": memory, "stored": activity.stored()}
    sys.stdout.write(json.dumps(figures | {"written": activity.written}) + "\n")


def _pulled(pull: PullActivity, runs: FakeRuns, connection_id: str, audience_id: str) -> dict[str, float]:
    connection = a_connection(id=connection_id, audience_id=audience_id)
    begun, run = time.perf_counter(), Run.new(connection, RunKind.ACTIVITY, datetime.now(UTC), f"run-{len(runs.kept)}")
    runs.save(run)
    pull.begin(connection_id, run.id)
    waited = 0
    while (phase := pull.pull(connection_id, run.id, datetime.now(UTC) + timedelta(minutes=13))) is not Phase.ENDED:
        waited = min(max(2 * waited, 1), 300) if phase is Phase.WAITS else 0  # as the function does
        time.sleep(waited)
    ended = runs.kept[connection_id, run.id]
    assert ended.done_at is not None, ended
    events = sum(ended.counts.get(kind, 0) for kind in ("sent", "opened", "clicked", "bounced"))
    return {
        "seconds": time.perf_counter() - begun,
        "calls": ended.calls,
        "least": ended.least,
        "rows": ended.done,
        "events": events,
    }


class _Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


if __name__ == "__main__":
    main(*sys.argv[1:])
