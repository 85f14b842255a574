"""The simulator as a process of its own: it does as it is told, and never outlives the one who started it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.local_stack import MailchimpError, SimulatorProcess


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[SimulatorProcess]:
    with SimulatorProcess(tmp_path / "simulator.log") as process:
        yield process


def test_it_answers_for_an_audience_of_its_own(simulator: SimulatorProcess) -> None:
    assert simulator.is_running
    assert simulator.account.url.endswith("/3.0")
    assert simulator.standing("kea@aviary.test")["status"] == "unknown"
    assert simulator.calls()["total"] == 0


def test_people_and_staff_do_as_they_are_told(simulator: SimulatorProcess) -> None:
    simulator.person("kea@aviary.test", "subscribe", merge_fields={"FNAME": "Kea"})
    contact = simulator.contact("kea@aviary.test")
    assert (contact["status"], contact["merge_fields"]["FNAME"]) == ("subscribed", "Kea")
    assert simulator.calls()["total"] == 1

    assert simulator.staff("kea@aviary.test", "archive")["status"] == "archived"
    simulator.forget_calls()
    assert simulator.calls()["total"] == 0


def test_faults_begin_and_end(simulator: SimulatorProcess) -> None:
    simulator.person("kea@aviary.test", "subscribe")
    simulator.add_fault("500")
    with pytest.raises(OSError, match="500"):
        simulator.contact("kea@aviary.test")

    simulator.end_faults()
    assert simulator.contact("kea@aviary.test")["status"] == "subscribed"


def test_what_it_refuses_says_why(simulator: SimulatorProcess) -> None:
    with pytest.raises(MailchimpError, match="kind must be one of"):
        simulator.add_fault("meteor")


def test_a_port_that_is_taken_is_said_at_once(simulator: SimulatorProcess, tmp_path: Path) -> None:
    port = int(simulator.account.url.removesuffix("/3.0").rpartition(":")[2])

    with pytest.raises(MailchimpError, match="in use"):
        SimulatorProcess(tmp_path / "second.log", port).start()


def test_it_stops_and_can_be_stopped_again(tmp_path: Path) -> None:
    simulator = SimulatorProcess(tmp_path / "simulator.log")
    simulator.start()
    pid = simulator.pid
    simulator.stop()
    simulator.stop()

    assert pid is not None
    assert not simulator.is_running
    assert not Path(f"/proc/{pid}").exists()


def test_it_does_not_outlive_the_one_who_started_it(tmp_path: Path) -> None:
    starter = (
        "import os, sys, time; from pathlib import Path; from tools.local_stack import SimulatorProcess;"
        f"process = SimulatorProcess(Path({str(tmp_path / 'simulator.log')!r})); process.start();"
        "print(process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", starter],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{Path.cwd()}:{Path.cwd() / 'layers/accord'}"},
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)

    deadline = time.monotonic() + 30
    while _lives(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _lives(pid)


def _lives(pid: int) -> bool:
    """A zombie that nobody reaps, as in a container without an init, has ended too."""
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(") ")[2][0] != "Z"
