"""stack.json: whole or not there, its owner's alone, and gone when the stack is."""

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from tools.local_stack import StackFile, StackInfo, TakenError

INFO = StackInfo(
    api_url="http://127.0.0.1:4001/_aws/execute-api/kiwi/$default",
    console_url=None,
    mailchimp_url="http://127.0.0.1:4002/3.0",
    mailchimp_api_key="feathers-us1",
    upstream_url="http://127.0.0.1:4003",
    connection_id="demo",
    audience_id="b1rd5",
    signing_secret="whsec_a2l3aQ==",
    upstream_token="kakapo",
    operator_token="kea",
    aws_endpoint_url="http://127.0.0.1:4001",
)


def test_it_says_what_the_design_promises(tmp_path: Path) -> None:
    file = StackFile(tmp_path)
    file.hold()
    file.write(INFO)

    assert json.loads(file.path.read_text()) == {
        "api_url": "http://127.0.0.1:4001/_aws/execute-api/kiwi/$default",
        "console_url": None,
        "mailchimp_url": "http://127.0.0.1:4002/3.0",
        "mailchimp_api_key": "feathers-us1",
        "upstream_url": "http://127.0.0.1:4003",
        "connection_id": "demo",
        "audience_id": "b1rd5",
        "signing_secret": "whsec_a2l3aQ==",
        "upstream_token": "kakapo",
        "operator_token": "kea",
        "aws_endpoint_url": "http://127.0.0.1:4001",
    }
    file.remove()


def test_it_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = StackFile(tmp_path)
    file.write(INFO)

    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_it_replaces_an_older_one_by_rename(tmp_path: Path) -> None:
    file = StackFile(tmp_path)
    file.write(INFO)
    before = file.path.stat().st_ino
    with file.path.open() as reading:
        file.write(replace(INFO, connection_id="another"))
        assert json.load(reading)["connection_id"] == "demo"

    assert file.path.stat().st_ino != before
    assert [path.name for path in tmp_path.iterdir()] == ["stack.json"]


def test_it_is_gone_when_the_stack_is(tmp_path: Path) -> None:
    file = StackFile(tmp_path)
    file.hold()
    file.write(INFO)
    file.remove()
    file.remove()

    assert not file.path.exists()


def test_what_a_killed_stack_left_goes_first(tmp_path: Path) -> None:
    StackFile(tmp_path).write(INFO)
    file = StackFile(tmp_path / ".")
    file.hold()

    assert not file.path.exists()
    file.remove()


def test_two_stacks_do_not_share_one_place(tmp_path: Path) -> None:
    first, second = StackFile(tmp_path), StackFile(tmp_path)
    first.hold()
    first.write(INFO)

    with pytest.raises(TakenError, match="--base"):
        second.hold()
    second.remove()
    assert first.path.exists()

    first.remove()
    second.hold()
    second.remove()
