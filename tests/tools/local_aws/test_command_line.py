"""python -m tools.local_aws: from nothing to a deployed stack, until Ctrl-C."""

import signal
import subprocess
import sys
from pathlib import Path

from tools.local_aws.paths import REPOSITORY

from .conftest import TEMPLATE


def command(base: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "tools.local_aws", "--base", str(base), "--template", str(TEMPLATE), *options]


def test_it_deploys_says_the_address_and_ends_well_on_ctrl_c(base: Path) -> None:
    with subprocess.Popen(
        command(base, "--parameter", "Concurrency=3"), cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout
        said = []
        for line in running.stdout:
            said.append(line)
            if line.startswith("Ctrl-C"):
                running.send_signal(signal.SIGINT)
    assert running.returncode == 0
    assert [line for line in said if line.startswith("ApiUrl: http://127.0.0.1:")]


def test_what_can_not_be_built_is_said_in_a_line(base: Path) -> None:
    ended = subprocess.run(
        command(base, "--template", "/nowhere.yaml"), cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (1, "there is no /nowhere.yaml\n")
