"""For the command line's tests: a small Accord, and the command as a person gives it."""

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.tools.accord.planned import tell_five, tell_many
from tests.tools.accord.small_accord import TOKEN, SmallAccord, small_accord
from tools.accord.__main__ import main


class Seen(NamedTuple):
    """What a person sees of a command."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON value on stdout."""
        return json.loads(self.out)


type Command = Callable[..., Seen]


@pytest.fixture
def api() -> Iterator[SmallAccord]:
    with small_accord() as running:
        yield running


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, api: SmallAccord) -> None:
    """The small Accord is meant; nothing of the machine's own is."""
    for name in ("MAILCHIMP_API_KEY", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    monkeypatch.setenv("ACCORD_URL", api.url)
    monkeypatch.setenv("ACCORD_TOKEN", TOKEN)
    monkeypatch.setenv("ACCORD_STACK_FILE", str(tmp_path / "stack.json"))
    for module in ("following", "changes", "approving", "importing"):
        monkeypatch.setattr(f"tools.accord.{module}.pause", lambda _seconds: None)


@pytest.fixture
def accord(capsys: pytest.CaptureFixture[str]) -> Command:
    """`accord("status", "--json")`"""

    def command(*arguments: str) -> Seen:
        status = main(list(arguments))
        captured = capsys.readouterr()
        return Seen(status, captured.out, captured.err)

    return command


@pytest.fixture
def planned(api: SmallAccord) -> SmallAccord:
    """An Accord whose zoo has a plan of five lines."""
    return tell_five(api)


@pytest.fixture
def many(api: SmallAccord) -> SmallAccord:
    """An Accord with a plan of a hundred thousand lines, of which one in a thousand archives."""
    return tell_many(api)
