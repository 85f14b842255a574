"""The command line signs what it reads, and takes its secret from nowhere but the environment."""

import io

import pytest
from standardwebhooks import Webhook

from tools.sample_application.__main__ import SECRET, main

PLATYPUS = "whsec_cGxhdHlwdXNlcyBhcmUgbWFtbWFscyB0aGF0IGxheSBlZ2dz"


def test_it_prints_the_headers_that_sign_a_body(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(SECRET, PLATYPUS)
    monkeypatch.setattr("sys.stdin", io.StringIO('{"changes": []}'))

    assert main(["sign"]) == 0

    headers = dict(line.split(": ", 1) for line in capsys.readouterr().out.splitlines())
    assert Webhook(PLATYPUS).verify('{"changes": []}', headers) == {"changes": []}


def test_without_a_secret_it_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(SECRET, raising=False)

    with pytest.raises(SystemExit):
        main(["sign"])

    assert SECRET in capsys.readouterr().err
