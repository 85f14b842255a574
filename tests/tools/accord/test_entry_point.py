"""`accord` as `make setup` installs it: from any folder, with nothing set."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("arguments", [("--version",), ("members", "show", "--help")])
def test_it_runs_from_any_folder(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    command = [str(Path(sys.executable).with_name("accord")), *arguments]
    said = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, text=True, timeout=60, check=False)

    assert (said.returncode, said.stderr) == (0, "")
    assert "accord" in said.stdout


def test_it_is_a_module_as_well() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "tools.accord", "members", "fly"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert said.returncode == 2
    assert "No such command 'fly'" in said.stderr


def test_who_has_read_enough_is_told_nothing_more() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "tools.accord", "completion", "bash"]
    said = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    os.close(writing)

    assert (said.returncode, said.stderr) == (1, "")
