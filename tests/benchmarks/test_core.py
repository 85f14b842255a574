"""The pure core, `sync_members` over fakes: members a second, and against decoding the same changes from JSON."""

import json
import time
from collections.abc import Sequence

import pytest

from accord.domain.changes import Arrived, Upserted
from accord.domain.reasons import Status
from tests.benchmarks.report import Report
from tests.benchmarks.sample_members import A_REQUEST, Change, consenting, in_requests
from tests.builders import NOON, minutes
from tests.scene import Scene, calls_made

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]

MEMBERS = 5_000
RUNS = 3


def test_members_a_second_without_aws_and_mailchimp(report: Report) -> None:
    changes = consenting(MEMBERS, occurred_at=NOON)
    later = [{**change, "occurred_at": (NOON + minutes(5)).isoformat()} for change in changes]
    decoding = min(_decoded(changes) for _ in range(RUNS))
    new, unchanged = [], []
    for _ in range(RUNS):
        scene = Scene()
        new.append(_worked(scene, _arrived(changes)))
        assert scene.ledger.counts(scene.connection.id)[Status.SYNCED] == MEMBERS
        assert calls_made(scene, ["create"]) == ["create"] * (MEMBERS // A_REQUEST)
        scene.pass_(3600)
        unchanged.append(_worked(scene, _arrived(later)))
        assert calls_made(scene) == []
    report.add(
        f"The core alone: {MEMBERS:,} members over fakes, {A_REQUEST} to a message, the best of {RUNS} runs",
        ("members", "members a second", "times as long as json.loads of the same changes"),
        [(name, MEMBERS / min(each), min(each) / decoding) for name, each in (("new", new), ("unchanged", unchanged))],
    )


def _decoded(changes: Sequence[Change]) -> float:
    bodies = [json.dumps({"changes": some}) for some in in_requests(changes)]
    begun = time.perf_counter()
    for body in bodies:
        json.loads(body)
    return time.perf_counter() - begun


def _arrived(changes: Sequence[Change]) -> list[Arrived]:
    return [Arrived(change=Upserted.model_validate(change), received_at=NOON) for change in changes]


def _worked(scene: Scene, changes: list[Arrived]) -> float:
    messages = [changes[start : start + A_REQUEST] for start in range(0, len(changes), A_REQUEST)]
    begun = time.perf_counter()
    for message in messages:
        scene.post(*message)
    return time.perf_counter() - begun
