"""A command as a person gives it: the demo tells its story, says where it is while it runs, and ends."""

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.system.watching import eventually
from tools.local_aws import BASE, install
from tools.local_aws.paths import REPOSITORY

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

INSTALLED = ("builds", "emulator", "runtime", "sam")
"""Not the unpacked layers: they are joined by absolute links, which would lead through this test's folder."""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """What is installed, in a folder of its own: a stack that somebody runs in the usual one is left alone."""
    install(BASE)
    for name in INSTALLED:
        (tmp_path / name).symlink_to(BASE / name)
    return tmp_path


def test_make_demo_tells_its_story_and_where_it_is_while_it_runs(base: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAILCHIMP_")}
    told = base / "stack.json"
    command = ["make", "demo", f"PYTHON={sys.executable}", f"ARGS=--base {base} --members 500"]
    demo = subprocess.Popen(
        command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        eventually("stack.json is there", lambda: told.exists() or demo.poll() is not None)
        mode, info = stat.S_IMODE(told.stat().st_mode), json.loads(told.read_text())
        said, _ = demo.communicate(timeout=180)
    finally:
        if demo.poll() is None:
            demo.send_signal(signal.SIGTERM)
            demo.communicate(timeout=60)
    assert demo.returncode == 0, said
    assert mode == 0o600
    assert info["api_url"].startswith("http://127.0.0.1:")
    assert info["signing_secret"].startswith("whsec_")
    assert info["console_url"] is None
    assert not told.exists()
    for chapter in ("1. A new member", "2. One without consent", "6. Mailchimp is away", "stopped"):
        assert chapter in said
    assert "Le membre n'a jamais accepté de recevoir la newsletter." in said
    assert info["operator_token"] not in said
