"""The commands that are printed work when they are pasted."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from accord.domain.changes import member_change
from tests.tools.local_stack.test_stack_file import INFO
from tests.tools.sample_application.receiver import Told, receiver
from tools.local_stack.shown import commands_to_try, signed_curl

SECRET = "whsec_cGxhdHlwdXNlcyBhcmUgbWFtbWFscyB0aGF0IGxheSBlZ2dz"


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_the_signed_one_is_signed(shell: str) -> None:
    with receiver([Told(202, "taken")]) as accord:
        command = signed_curl(f"{accord.url}/$default/members", SECRET)
        said = subprocess.run([shell, "-c", command], capture_output=True, text=True, check=True, timeout=30)

    sent = accord.sent[0]
    change = Webhook(SECRET).verify(sent.body, sent.headers)["changes"][0]
    assert said.stdout == "taken\n"
    assert sent.path == "/$default/members"
    assert sent.headers["content-type"] == "application/json"
    assert member_change.validate_python(change).id == "try-1"


def test_the_others_ask_for_what_they_say(tmp_path: Path) -> None:
    curl = tmp_path / "curl"
    curl.write_text('#!/bin/sh\nfor word in "$@"; do echo "$word"; done\n')
    curl.chmod(0o755)
    _, status, contact = commands_to_try(INFO, "kea@aviary.test").values()

    asked = [
        subprocess.run(
            ["sh", "-c", command],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        ).stdout.splitlines()
        for command in (status, contact)
    ]

    assert f"{INFO.api_url}/v1/connections/demo/members/try-1" in asked[0]
    assert "Authorization: Bearer kakapo" in asked[0]
    assert any(
        word.startswith(f"{INFO.mailchimp_url}/lists/b1rd5/members/kea@aviary.test?fields=") for word in asked[1]
    )
    assert "anyone:feathers-us1" in asked[1]


def test_every_command_is_one_line() -> None:
    assert all("\n" not in command for command in commands_to_try(INFO, "kea@aviary.test").values())
    assert json.dumps(list(commands_to_try(INFO, "kea@aviary.test")))
