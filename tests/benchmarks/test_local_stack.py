"""The whole system under load: Mailchimp's calls, exactly; speed, lag and memory, as they come.

The tests run in the order in which they stand here: each goes on with the members of the one before.
"""

import time
from collections import Counter

import pytest

from accord.domain.reasons import Status
from accord.settings import SyncMembersSettings
from tests.benchmarks.report import Report
from tests.benchmarks.running_stack import Posting, RunningStack, percentile
from tests.benchmarks.sample_members import (
    A_REQUEST,
    Change,
    again,
    consenting,
    in_requests,
    tag_changes,
    untagged,
    with_new_plan,
)

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(900)]

CREATE = "POST /3.0/lists/{list_id}"
PATCH = "PATCH /3.0/lists/{list_id}/members/{subscriber_hash}"
TAG_ONE = "POST /3.0/lists/{list_id}/members/{subscriber_hash}/tags"
TAG_MANY = "POST /3.0/lists/{list_id}/segments/{segment_id}"
NEW_TAG = "POST /3.0/lists/{list_id}/segments"
BEGIN, END = "POST /3.0/batches", "DELETE /3.0/batches/{batch_id}"
WRITES = (CREATE, PATCH, BEGIN, END, TAG_ONE, TAG_MANY, NEW_TAG)

SINGLE = 40
PAUSE = 0.5  # seconds between single changes
PATIENCE = 420.0  # seconds for a burst


@pytest.fixture(scope="module")
def burst(members: int) -> list[Change]:
    return consenting(members)


def test_new_members(running: RunningStack, report: Report, burst: list[Change]) -> None:
    _set_up(report, running.calls())
    running.post(untagged(consenting(1, seed=72, prefix="warm")), 60.0)
    running.stack.audience.forget_calls()
    posting = running.post(burst, PATIENCE)
    calls = running.calls()
    tags = tag_changes(untagged(burst), burst)
    least = {CREATE: len(in_requests(burst)), TAG_MANY: sum(tags.values()), NEW_TAG: len(tags)}
    _calls(report, f"{len(burst):,} new members, posted {A_REQUEST} at a time", calls, least)
    _lag(report, f"a burst of {len(burst):,} new members", posting)
    report.add("Memory at its highest", ("process", "MiB"), running.peaks(), "Of sync_members' 1,024 MB.")
    assert _statuses(posting) == {Status.SYNCED: len(burst)}
    assert calls[CREATE] <= least[CREATE]
    assert calls.get(PATCH, 0) == 0


def test_single_changes_at_a_steady_rate(running: RunningStack, report: Report) -> None:
    singles = consenting(SINGLE, seed=71, prefix="single")
    posting = Posting({})
    begun = time.monotonic()
    for change in singles:
        posting.accepted_at |= running.post_one(change)
        time.sleep(PAUSE)
    running.wait(singles, posting, 60.0)
    posting.seconds = time.monotonic() - begun
    assert _statuses(posting) == {Status.SYNCED: SINGLE}
    _lag(report, f"{SINGLE} new members, one every {PAUSE} s", posting)


def test_unchanged_members(running: RunningStack, report: Report, burst: list[Change]) -> None:
    running.stack.audience.forget_calls()
    posting = running.post(again(burst), PATIENCE)
    calls = running.calls()
    _calls(report, f"{len(burst):,} unchanged members posted again", calls, {})
    _speed(report, f"{len(burst):,} unchanged members", posting)
    assert calls == {}


def test_changed_members(running: RunningStack, report: Report, burst: list[Change]) -> None:
    before = burst[: max(len(burst) // 10, 1)]
    after = with_new_plan(before)
    running.stack.audience.forget_calls()
    posting = running.post(after, PATIENCE)
    calls = running.calls()
    tags = tag_changes(before, after)
    in_batch = len(in_requests(after)[0]) > SyncMembersSettings.model_fields["batch_above"].default
    least = ({BEGIN: 1, END: 1} if in_batch else {PATCH: len(after)}) | {TAG_MANY: sum(tags.values())}
    _calls(report, f"{len(after):,} changed members, of whom every fourth changes tags", calls, least)
    _speed(report, f"{len(after):,} changed members", posting)
    assert _statuses(posting) == {Status.SYNCED: len(after)}
    assert calls.get(BEGIN, 0) <= (len(in_requests(after)) if in_batch else 0)
    assert calls.get(PATCH, 0) <= len(after)
    assert calls.get(TAG_MANY, 0) + calls.get(TAG_ONE, 0) <= len(tags) * len(in_requests(after))
    assert calls.get(CREATE, 0) == 0


def _statuses(posting: Posting) -> Counter[Status]:
    return Counter(record.status for record in posting.records.values())


def _calls(report: Report, title: str, calls: dict[str, int], least: dict[str, int]) -> None:
    routes = [*WRITES, *sorted(calls.keys() - WRITES)]
    rows = [(route, calls.get(route, 0), least.get(route, 0)) for route in routes if route in {*calls, *least}]
    rows += [("all", sum(calls.values()), sum(least.values()))]
    report.add(f"Calls to Mailchimp: {title}", ("call", "made", "least possible"), rows)


def _set_up(report: Report, calls: dict[str, int]) -> None:
    rows = [*sorted(calls.items()), ("all", sum(calls.values()))]
    report.add("Calls to Mailchimp: connecting an empty audience: its set-up and its contacts", ("call", "made"), rows)


def _lag(report: Report, title: str, posting: Posting) -> None:
    lags = posting.lags()
    row = (len(lags), len(lags) / posting.seconds, percentile(lags, 50), percentile(lags, 95), lags[-1])
    columns = ("members", "settled a second", "p50 s", "p95 s", "most s")
    report.add(f"From 202 to settled: {title}", columns, [row])


def _speed(report: Report, title: str, posting: Posting) -> None:
    count = len(posting.accepted_at)
    report.add(
        f"From the first 202 to all settled: {title}",
        ("members", "seconds", "settled a second"),
        [(count, posting.seconds, count / posting.seconds)],
    )
