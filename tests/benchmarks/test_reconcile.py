"""A night over up to 1,000,000 contacts: calls, writes, memory; time against a plain loop over the same pages."""

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

import pytest
import requests

from tests.benchmarks.reconcile_worker import LATER
from tests.benchmarks.report import Report
from tools.local_aws.paths import REPOSITORY
from tools.local_stack import SimulatorProcess

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(3600)]

SIZES = (10_000, 100_000, 1_000_000)
CHANGED = 100
A_FILL = 100_000
PAIRS = 3
"""One night after one plain loop, so often: the machine's speed changes meanwhile."""
type Figures = dict[str, Any]


class Bench:
    """One audience that grows, and jobs over it, each in a process of its own."""

    def __init__(self, simulator: SimulatorProcess, folder: Path) -> None:
        self._simulator, self._folder = simulator, folder

    def grow(self, by: int) -> None:
        for begin in range(0, by, A_FILL):
            body = {"count": min(A_FILL, by - begin), "list_id": self._simulator.account.audience_id}
            answer = requests.post(f"{self._simulator.control_url}/contacts", json=body, timeout=600)
            assert answer.ok, answer.text

    def later(self) -> None:
        """Mailchimp's clock is put forward, so that what changes now did not change with the others."""
        seconds = LATER.total_seconds()
        assert requests.post(f"{self._simulator.control_url}/clock", json={"advance": seconds}, timeout=30).ok

    def change(self, number: int) -> None:
        """A contact is edited by the staff."""
        list_id = self._simulator.account.audience_id
        body = {"list_id": list_id, "deed": "edit", "merge_fields": {"FNAME": "Changed"}}
        url = f"{self._simulator.control_url}/staff/member-{number}@filled.test"
        assert requests.post(url, json=body, timeout=30).ok

    def job(self, name: str) -> Figures:
        account = self._simulator.account
        command = [sys.executable, "-m", "tests.benchmarks.reconcile_worker", name, account.url, account.api_key]
        command += [account.audience_id, str(self._folder)]
        paths = os.pathsep.join((str(REPOSITORY), str(REPOSITORY / "layers" / "accord")))
        done = subprocess.run(
            command, cwd=REPOSITORY, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
        figures: Figures = json.loads(done.stdout)
        return figures


def row(title: str, figures: Figures) -> tuple[str, int, float, int]:
    return title, figures["calls"], figures["seconds"], figures["peak_mb"]


def test_a_night_at_scale(report: Report, tmp_path: Path) -> None:
    rows: list[tuple[str | int | float, ...]] = []
    sizes = [size for size in SIZES if size <= int(os.environ.get("ACCORD_BENCH_CONTACTS", SIZES[-1]))]
    with SimulatorProcess(tmp_path / "simulator.log", latency=0) as simulator:
        bench, before = Bench(simulator, tmp_path), 0
        for size in sizes:
            bench.grow(size - before)
            before = size
            bench.job("prepare")
            pairs = [(bench.job("plain"), bench.job("reconcile")) for _ in range(PAIRS)]
            plain, night = pairs[-1]
            rows.append(row(f"{size:,} unchanged, a plain loop", plain))
            rows.append(row(f"{size:,} unchanged, a full night", night))
            ratios = sorted(night["seconds"] / plain["seconds"] for plain, night in pairs)
            rows.append((f"  ratio of their times: the median of {PAIRS} pairs", "", median(ratios), ""))
            rows.append(("  from, and to", f"{ratios[0]:.2f}", ratios[-1], ""))
            rows.append(row(f"{size:,} unchanged, all compared in memory", bench.job("in_memory")))
            for plain, night in pairs:
                assert (night["contacts"], night["ledger_writes"]) == (size, 0)
                assert night["calls"] == night["least"] == size // 1000 + 1  # and one for the archived
                assert plain["calls"] == night["calls"]
        bench.later()
        for number in range(CHANGED):
            bench.change(number)
        some = bench.job("incremental")
        rows.append(row(f"{CHANGED} changed among {sizes[-1]:,}, an incremental night", some))
        assert (some["contacts"], some["calls"]) == (CHANGED, 2)
        singly = bench.job("one_by_one")
        rows.append(row(f"{singly['contacts']} contacts, one PUT and one tag call each", singly))
        batched = bench.job("in_batches")
        rows.append(row(f"{batched['contacts']:,} contacts, two operations of a batch each", batched))
    report.add(
        "A night against a plain loop over the same pages, and against what peers do",
        ("", "calls", "seconds", "peak MB"),
        rows,
        "The ledger is a file on disk here; every job is a process of its own with one connection.",
    )
