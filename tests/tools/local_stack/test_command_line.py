"""What may not begin: a real account by mistake, made-up people in a real account, a second stack in one place."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools.local_stack import Account, LocalStack, MailchimpError, StackFile
from tools.local_stack.__main__ import main
from tools.local_stack.running import RealAccountError, real_account
from tools.sample_application import sample_changes


@pytest.fixture(autouse=True)
def no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAILCHIMP_API_KEY", raising=False)
    monkeypatch.delenv("MAILCHIMP_AUDIENCE_ID", raising=False)


def test_without_a_key_mailchimp_is_the_simulator() -> None:
    assert real_account(stays=True, confirmed=True) is None


def test_a_key_without_an_audience_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILCHIMP_API_KEY", "feathers-us1")

    with pytest.raises(RealAccountError, match="MAILCHIMP_AUDIENCE_ID"):
        real_account(stays=True, confirmed=True)


def test_a_real_account_must_be_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILCHIMP_API_KEY", "feathers-us1")
    monkeypatch.setenv("MAILCHIMP_AUDIENCE_ID", "b1rd5")

    with pytest.raises(RealAccountError, match="--yes-real"):
        real_account(stays=True, confirmed=False)
    assert real_account(stays=True, confirmed=True) == Account("", "feathers-us1", "b1rd5")


def test_the_demo_never_uses_a_real_account(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("MAILCHIMP_API_KEY", "feathers-us1")
    monkeypatch.setenv("MAILCHIMP_AUDIENCE_ID", "b1rd5")
    monkeypatch.setattr("signal.signal", lambda *_: None)

    assert main(["demo", "--yes-real", "--base", str(tmp_path)]) == 1

    said = capsys.readouterr().err
    assert "unset MAILCHIMP_API_KEY" in said
    assert "feathers" not in said


def test_made_up_people_are_never_posted_to_a_real_account() -> None:
    stack = LocalStack(mailchimp=Account("", "feathers-us1", "b1rd5"))
    stack.simulator = None

    with pytest.raises(MailchimpError, match="made up"):
        stack.post(sample_changes(1))


def test_a_second_stack_in_one_place_is_told_where_to_go(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("signal.signal", lambda *_: None)
    first = StackFile(tmp_path)
    first.hold()

    assert main(["run", "--base", str(tmp_path)]) == 1

    assert "--base .local/second" in capsys.readouterr().err
    first.remove()


@pytest.mark.parametrize("members", ["-1", "many", "499"])
def test_a_number_of_members_that_makes_no_sense_is_refused(members: str) -> None:
    with pytest.raises(SystemExit):
        main(["demo", "--members", members])


def test_an_interrupt_during_the_imports_leaves_no_traceback() -> None:
    with subprocess.Popen(
        [sys.executable, "-P", "tools/local_stack/launch.py", "run", "--help"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{Path.cwd()}:{Path.cwd() / 'layers/accord'}"},
    ) as starting:
        time.sleep(0.25)
        starting.send_signal(signal.SIGINT)
        said, wrong = starting.communicate(timeout=30)

    assert (starting.returncode, wrong) == (0, "")
    assert said == "" or said.startswith("usage:")
