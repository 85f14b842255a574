"""Which Accord a command means, and what a person is told when it is not there."""

import json
import socket
from pathlib import Path

import pytest

from tests.tools.accord.conftest import Command
from tests.tools.accord.small_accord import TOKEN, Document, SmallAccord, problem

NONE: Document = {"connections": [], "next": None}


def test_without_url_and_token_the_running_local_stack_is_meant(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, api: SmallAccord, accord: Command
) -> None:
    monkeypatch.delenv("ACCORD_URL")
    monkeypatch.delenv("ACCORD_TOKEN")
    (tmp_path / "stack.json").write_text(json.dumps({"api_url": api.url, "operator_token": TOKEN}))
    api.tell("GET /v1/connections", NONE)

    assert accord("connections", "list").status == 0


def test_where_there_is_nothing_both_ways_are_told(monkeypatch: pytest.MonkeyPatch, accord: Command) -> None:
    monkeypatch.delenv("ACCORD_URL")
    monkeypatch.delenv("ACCORD_TOKEN")

    seen = accord("status")

    assert seen.status == 2
    assert "make run" in seen.err
    assert "ACCORD_URL" in seen.err
    assert seen.out == ""


@pytest.mark.parametrize("content", ["", "[]", "{}", "null", '{"api_url": 1'])
def test_a_stack_file_that_says_nothing_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, accord: Command, content: str
) -> None:
    monkeypatch.delenv("ACCORD_URL")
    monkeypatch.delenv("ACCORD_TOKEN")
    (tmp_path / "stack.json").write_text(content)

    seen = accord("status")

    assert seen.status == 2
    assert "stack.json can not be read" in seen.err


@pytest.mark.parametrize(("without", "named"), [("ACCORD_TOKEN", "no token"), ("ACCORD_URL", "no URL")])
def test_a_token_is_never_taken_to_another_place_than_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, api: SmallAccord, accord: Command, without: str, named: str
) -> None:
    (tmp_path / "stack.json").write_text(json.dumps({"api_url": api.url, "operator_token": TOKEN}))
    monkeypatch.delenv(without)

    seen = accord("status")

    assert seen.status == 2
    assert named in seen.err
    assert api.sent == []


@pytest.mark.parametrize("url", ["http://otter.test", "ftp://127.0.0.1", "otter.test", "https://", "https://[otter"])
def test_an_url_that_would_give_the_token_away_or_is_none_is_refused(accord: Command, url: str) -> None:
    assert accord("status", "--url", url).status == 2


def test_options_count_more_than_the_environment_before_the_command_and_after_it(
    monkeypatch: pytest.MonkeyPatch, api: SmallAccord, accord: Command
) -> None:
    monkeypatch.setenv("ACCORD_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("ACCORD_TOKEN", "moth-eaten")
    api.tell("GET /v1/connections", NONE)

    assert accord("--url", api.url, "connections", "list", "--token", TOKEN).status == 0
    assert accord("connections", "list", "--url", f"{api.url}/v1/connections/", "--token", TOKEN).status == 0


def test_a_token_that_is_not_recognised_has_a_status_of_its_own(accord: Command) -> None:
    seen = accord("members", "show", "zoo", "m-17", "--token", "moth-eaten")

    assert seen.status == 4
    assert "OperatorSecretArn" in seen.err
    assert "moth-eaten" not in seen.err


def test_where_nothing_listens_is_not_reachable(accord: Command) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and not listening
        seen = accord("status", "--url", f"http://127.0.0.1:{taken.getsockname()[1]}")

    assert seen.status == 3
    assert "does not answer" in seen.err
    assert "Traceback" not in seen.err


def test_something_else_than_accord_is_not_reachable(api: SmallAccord, accord: Command) -> None:
    api.tell("GET /v1/connections", "<h1>Otters!</h1>")

    seen = accord("connections", "list")

    assert seen.status == 3
    assert "something else than Accord" in seen.err


def test_a_proxy_is_not_told_what_stays_on_this_machine(
    monkeypatch: pytest.MonkeyPatch, api: SmallAccord, accord: Command
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    api.tell("GET /v1/connections", NONE)

    assert accord("connections", "list").status == 0


def test_a_redirect_is_not_followed_with_the_token(api: SmallAccord, accord: Command) -> None:
    api.tell("GET /v1/connections", NONE, status=302)

    assert accord("connections", "list").status == 3
    assert len(api.sent) == 1


def test_what_accord_could_not_just_now_is_asked_again(api: SmallAccord, accord: Command) -> None:
    api.tell("GET /v1/connections", problem(503, "Nothing was taken."), status=503)
    api.tell("GET /v1/connections", NONE)

    assert accord("connections", "list").status == 0
    assert len(api.sent) == 2


def test_a_deed_is_never_repeated(api: SmallAccord, accord: Command) -> None:
    api.tell("POST /v1/connections/zoo/pause", problem(503, "Nothing was taken."), status=503)

    seen = accord("connections", "pause", "zoo")

    assert (seen.status, len(api.sent)) == (1, 1)
    assert "try again" in seen.err


def test_a_language_is_asked_for_only_when_it_is_named(api: SmallAccord, accord: Command) -> None:
    api.tell("GET /v1/connections", NONE)

    accord("connections", "list", "--lang", "fr")
    accord("connections", "list")

    assert [sent.headers.get("accept-language") for sent in api.sent] == ["fr", None]


@pytest.mark.parametrize("member", ["", ".", "..", "a/b", "m\n17"])
def test_an_id_that_would_lead_to_another_route_is_wrong_usage(api: SmallAccord, accord: Command, member: str) -> None:
    assert accord("members", "retry", "zoo", member).status == 2
    assert api.sent == []


def test_help_tells_the_exit_statuses(accord: Command) -> None:
    seen = accord("--help")

    assert seen.status == 0
    assert "4 token not recognised" in " ".join(seen.out.split())
    assert max(len(line) for line in seen.out.splitlines()) <= 80


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_it(accord: Command, shell: str) -> None:
    assert "_ACCORD_COMPLETE" in accord("completion", shell).out
