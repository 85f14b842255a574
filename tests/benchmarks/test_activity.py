"""The activity of 50 campaigns to 20,000 people: calls against the least possible, seconds, memory, units a write.

Beside it, against the same simulator, two extractors from PyPI that people use today, each in a virtual environment of
its own (`ACCORD_BENCH_VENVS`, else below the temporary folder, where they are installed).
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from moto import mock_aws

from accord.adapters.dynamodb.activity import DynamoDBActivity
from accord.adapters.dynamodb.definition import TABLE
from accord.adapters.dynamodb.table import Table
from accord.domain.activity import Activity, ActivityKind
from accord.domain.report_batch import SINGLY
from tests.benchmarks.report import Report
from tests.builders import NOON
from tools.local_aws.paths import REPOSITORY
from tools.local_stack import SimulatorProcess

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(7200)]

CAMPAIGNS = int(os.environ.get("ACCORD_BENCH_CAMPAIGNS", "50"))
PEOPLE = int(os.environ.get("ACCORD_BENCH_PEOPLE", "20000"))
OPENS, CLICKS = 0.3, 0.05
VENVS = Path(os.environ.get("ACCORD_BENCH_VENVS") or Path(tempfile.gettempdir()) / "accord-extractors")
EXTRACTORS = {
    "tap": (["tap-mailchimp"], "python3"),
    "airbyte": (["airbyte-source-mailchimp", "airbyte-cdk<5"], "python3.11"),
}
"""What is installed, and a Python that it runs on: the second wants one before 3.12, and a CDK of its own time."""

type Figures = dict[str, Any]


def python_of(name: str) -> Path | None:
    """The interpreter of an extractor's virtual environment, made if need be; None where none can be made."""
    packages, version = EXTRACTORS[name]
    python = VENVS / name / "bin" / "python"
    if python.exists():
        return python
    made = shutil.which(version) if version != "python3" else sys.executable
    if made is None or subprocess.run([made, "--version"], capture_output=True, check=False).returncode:
        return None
    for command in ([made, "-m", "venv", str(VENVS / name)], [str(python), "-m", "pip", "-qq", "install", *packages]):
        if subprocess.run(command, capture_output=True, check=False).returncode:
            return None
    return python


def job(command: list[str]) -> Figures:
    paths = os.pathsep.join((str(REPOSITORY), str(REPOSITORY / "layers" / "accord")))
    environment = os.environ | {"PYTHONPATH": paths if command[1] == "-m" else ""}
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def test_activity_at_scale(report: Report, tmp_path: Path) -> None:
    rows: list[tuple[str | int | float, ...]] = []
    with SimulatorProcess(tmp_path / "simulator.log", latency=0) as simulator:
        account = simulator.account

        def tell(path: str, **body: object) -> Figures:
            answer = requests.post(f"{simulator.control_url}/{path}", json=body, timeout=600)
            assert answer.ok, answer.text
            told: Figures = answer.json()
            return told

        tell("contacts", count=PEOPLE, list_id=account.audience_id)
        few = max(CAMPAIGNS // 10, 1)
        for number, more in ((few, few), (CAMPAIGNS, CAMPAIGNS - few)):
            tell("activity", campaigns=more, opens=OPENS, clicks=CLICKS)
            folder = tmp_path / f"accord-{number}"
            folder.mkdir()
            worker = [sys.executable, "-m", "tests.benchmarks.activity_worker", account.url, account.api_key]
            pulled = job([*worker, account.audience_id, str(folder)])
            first, again = pulled["first"], pulled["again"]
            title = f"Accord: {number} campaigns x {PEOPLE:,}"
            rows.append((title, first["calls"], first["least"], first["seconds"], first["events"], pulled["peak_mb"]))
            rows.append(
                ("  pulled again at once", again["calls"], again["least"], again["seconds"], again["events"], "")
            )
            pages = number * (-(-PEOPLE // 1000) + 1)
            if pages <= SINGLY:
                assert first["calls"] == first["least"] == 1 + pages
            else:
                assert first["least"] == 4 <= first["calls"] < 1 + pages
            assert again["events"] == 0
            assert pulled["stored"] == pulled["written"]
        for name, ((package, *_), _) in EXTRACTORS.items():
            python = python_of(name)
            if python is None:
                rows.append((f"{package}: no Python for it here", "", "", "", "", ""))
                continue
            command = [str(python), str(Path(__file__).with_name("extractor_worker.py")), name]
            found = job([*command, account.url, account.api_key, str(tmp_path)])
            rows.append((package, found["calls"], "", found["seconds"], found["events"], found["peak_mb"]))
    report.add(
        f"Activity of campaigns to {PEOPLE:,} people, {OPENS:.0%} of whom open and {CLICKS:.0%} click",
        ("", "calls", "least", "seconds", "events", "peak MB"),
        rows,
        "Accord's events are also who was sent what; its ledger is a file on disk here. The extractors write opens and "
        "clicks to a pipe. Accord and tap-mailchimp have Mailchimp read the pages in a batch, and look if it is done; "
        "airbyte-source-mailchimp ends a campaign with the first page that has fewer events than a page has rows.",
    )


def test_units_per_event(report: Report) -> None:
    """An item takes a unit for each begun KB, and another one where it stands in the index (whose entry is smaller)."""
    rows: list[tuple[str | int | float, ...]] = []
    link = "https://newsletter.test/a/long/link?with=much&behind=it"
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-west-3")
        client.create_table(TableName="ledger", **TABLE)
        activity = DynamoDBActivity(Table(client, "ledger", 1), timedelta(days=365))
        for kind in (ActivityKind.SENT, ActivityKind.OPENED, ActivityKind.CLICKED):
            clicked = link if kind is ActivityKind.CLICKED else ""
            event = Activity(member_id=f"m-{kind}", campaign_id="42694e9e57", kind=kind, at=NOON, link=clicked)
            activity.add("zoo", [event], NOON)
        for item in client.scan(TableName="ledger")["Items"]:
            size = sum(len(name) + len(str(next(iter(value.values())))) for name, value in item.items())
            units, indexed = -(-size // 1024), int("activity_shard" in item)
            rows.append((item["pk"]["S"].rpartition("-")[2], size, units, indexed, units + indexed))
    report.add(
        "DynamoDB write units per event",
        ("event", "bytes", "item", "index", "together"),
        sorted(rows, key=lambda row: str(row[-1])),
        "Items are written by 25; what was only sent does not stand in the index of all members' activity.",
    )
