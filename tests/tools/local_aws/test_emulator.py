"""The emulator's life: alone on its port, empty at its start, and gone with all it started."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from tools.local_aws import Emulator, EmulatorError
from tools.local_aws.paths import REPOSITORY


def members(group: int) -> list[int]:
    """The processes of a group, those that ended but were not waited for excepted."""
    listed = subprocess.run(["ps", "-eo", "pid=,pgid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in listed.splitlines()]
    return [int(pid) for pid, pgid, status in rows if int(pgid) == group and not status.startswith("Z")]


def test_two_emulators_stand_side_by_side_and_share_nothing(emulator: Emulator, base: Path) -> None:
    emulator.client("sqs").create_queue(QueueName="here")
    with Emulator(base) as other:
        assert other.port != emulator.port
        assert not other.client("sqs").list_queues().get("QueueUrls")


def test_what_stops_is_gone(base: Path) -> None:
    emulator = Emulator(base)
    emulator.start()
    emulator.stop()
    emulator.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(emulator.url, timeout=5)


def test_a_port_that_is_taken_is_refused(emulator: Emulator, base: Path) -> None:
    with pytest.raises(EmulatorError, match=f"{emulator.port} is taken"):
        Emulator(base, emulator.port).start()


def test_an_emulator_that_does_not_start_shows_the_end_of_its_log(tmp_path: Path) -> None:
    broken = tmp_path / "emulator" / "bin" / "python3.13"
    broken.parent.mkdir(parents=True)
    broken.write_text("#!/bin/sh\necho out of luck\nexit 1\n")
    broken.chmod(0o755)
    with pytest.raises(EmulatorError, match="out of luck"):
        Emulator(tmp_path).start()


def test_another_version_of_ministack_is_refused_with_what_to_do(tmp_path: Path) -> None:
    metadata = tmp_path / "ministack-9.9.9.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text("Metadata-Version: 2.1\nName: ministack\nVersion: 9.9.9\n")
    launched = subprocess.run(
        [sys.executable, "-m", "tools.local_aws.launcher"],
        env={"PYTHONPATH": f"{tmp_path}:{REPOSITORY}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert launched.returncode == 1
    assert "this is 9.9.9: install 1.5.33" in launched.stderr


def test_nothing_survives_an_owner_that_is_killed(base: Path, eventually: Callable[..., Any]) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.tools.local_aws.owner", str(base)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    ) as owner:
        assert owner.stdout
        group = int(owner.stdout.readline())
        assert len(members(group)) == 2  # the emulator and one execution environment
        os.kill(owner.pid, signal.SIGKILL)
    eventually(lambda: not members(group))
