"""What a cold start costs: every function's code, imported by the functions' interpreter, from the built layers."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.benchmarks.report import Report
from tools.local_aws import build, install
from tools.local_aws.install import python
from tools.local_aws.paths import BASE, REPOSITORY

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(900)]

BUDGET = 400  # milliseconds, for a function that answers HTTP
RUNS = 5
LAYERS = ("DependenciesLayer", "AccordLayer")
FIRST_REQUEST = (
    "connect_cobot",
    "connect_mailchimp",
    "manage_connections",
    "manage_imports",
    "manage_members",
    "manage_plans",
    "receive_audience_events",
    "receive_changes",
    "receive_cobot_events",
    "show_badges",
)
"""What the functions that answer HTTP load, and which clients they make, when the first request comes."""
SETTINGS = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",  # /opt is read-only on AWS
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_EC2_METADATA_DISABLED": "true",
    "PYDANTIC_DISABLE_PLUGINS": "__all__",  # as in the template
    "TABLE_NAME": "ledger",
    "OPERATOR_SECRET_ARN": "arn:aws:secretsmanager:us-east-1:000000000000:secret:operator",
    "COBOT_OAUTH_SECRET_ARN": "arn:aws:secretsmanager:us-east-1:000000000000:secret:cobot",
    "MAILCHIMP_OAUTH_SECRET_ARN": "arn:aws:secretsmanager:us-east-1:000000000000:secret:mailchimp",
    "AUDIENCE_EVENTS_QUEUE_URL": "http://127.0.0.1:9/audience-events",
    "COBOT_EVENTS_QUEUE_URL": "http://127.0.0.1:9/cobot-events",
    "MEMBER_CHANGES_QUEUE_URL": "http://127.0.0.1:9/member-changes",
    "BULK_CHANGES_QUEUE_URL": "http://127.0.0.1:9/bulk-changes",
    "CONNECTION_STEPS_QUEUE_URL": "http://127.0.0.1:9/connection-steps",
    "CONNECTION_SECRETS_PREFIX": "accord/bench/connections",
    "FILES_BUCKET_NAME": "files",
    "IMPORT_STATE_MACHINE_ARN": "arn:aws:states:us-east-1:000000000000:stateMachine:import",
    "RECONCILE_STATE_MACHINE_ARN": "arn:aws:states:us-east-1:000000000000:stateMachine:reconcile",
}
PROGRAM = """
import time
begun = time.perf_counter()
import app
imported = time.perf_counter()
if {first!r}:
    from accord import bootstrap
    getattr(bootstrap, {first!r})()
print(imported - begun, time.perf_counter() - begun, time.process_time())
"""


@pytest.fixture(scope="module")
def layers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The layers as SAM builds them, one over the other, as /opt is on AWS."""
    install()
    built = build().folder.parent / "sam"
    place = tmp_path_factory.mktemp("opt") / "python"
    for layer in LAYERS:
        shutil.copytree(built / layer / "python", place, dirs_exist_ok=True)
    return place


def test_import_times(report: Report, layers: Path) -> None:
    functions = sorted(path.parent for path in (REPOSITORY / "functions").glob("*/app.py"))
    rows = []
    for function in functions:
        imported, ready, processor = _import_times(function, layers)
        answers = function.name in FIRST_REQUEST
        with_clients = (f"{ready:.0f}", f"{processor:.0f}", str(BUDGET)) if answers else ("", "", "")
        rows.append((function.name, f"{imported:.0f}", *with_clients))
    report.add(
        f"Import of each function's code, in milliseconds, the least of {RUNS} runs",
        ("function", "import", "and its clients", "time of the processor in all", "budget"),
        rows,
        "From the layers as SAM builds them, compiled, and mounted read-only. Where other programs want the machine as "
        "well, the time of the processor says more.",
    )
    assert len(rows) == len(functions) > 0


def _import_times(function: Path, layers: Path) -> tuple[float, float, float]:
    """Milliseconds until the module is there, until its clients are as well where it answers HTTP, and how much of the
    processor it all took with the start of Python."""
    path = os.pathsep.join(map(str, (function, layers)))
    program = PROGRAM.format(first=function.name if function.name in FIRST_REQUEST else "")
    environment = {**SETTINGS, "PYTHONPATH": path}
    found = []
    for _ in range(RUNS + 1):  # the first one finds the disk cold
        ran = subprocess.run(
            [python(BASE, "runtime"), "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        found.append([float(seconds) * 1000 for seconds in ran.stdout.split()])
    imported, ready, processor = (min(column) for column in zip(*found[1:], strict=True))
    return imported, ready, processor
