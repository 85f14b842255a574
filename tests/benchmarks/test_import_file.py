"""A file of up to 1,000,000 members: memory, lines a second, messages; against reading it alone, and what peers do."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.report import Report
from tools.local_aws.paths import REPOSITORY

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(3600)]

SIZES = (10_000, 100_000, 1_000_000)
type Figures = dict[str, Any]


def job(name: str, lines: int, folder: Path) -> Figures:
    command = [sys.executable, "-m", "tests.benchmarks.import_worker", name, str(lines), str(folder)]
    paths = os.pathsep.join((str(REPOSITORY), str(REPOSITORY / "layers" / "accord")))
    environment = os.environ | {"PYTHONPATH": paths}
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    figures: Figures = json.loads(done.stdout)
    return figures


def test_an_import_at_scale(report: Report, tmp_path: Path) -> None:
    rows: list[tuple[str | int | float, ...]] = []
    for lines in (size for size in SIZES if size <= int(os.environ.get("ACCORD_BENCH_CONTACTS", SIZES[-1]))):
        job("write", lines, tmp_path)
        for name in ("plain", "upsert", "snapshot", "in_memory"):
            found = job(name, lines, tmp_path)
            assert found["lines"] == lines
            if name in {"upsert", "snapshot"}:
                assert (found["taken"], found["sent"], found["messages"]) == (lines, lines, -(-lines // 500))
            a_second = round(lines / found["seconds"])
            rows.append((f"{lines:,} {name}", found.get("messages", 0), a_second, found["seconds"], found["peak_mb"]))
    report.add(
        "An import of a file against reading it, and against all of it in memory",
        ("", "messages", "lines a second", "seconds", "peak MB"),
        rows,
        "Every job is a process of its own; the queue counts and keeps nothing. None of them calls Mailchimp.",
    )
