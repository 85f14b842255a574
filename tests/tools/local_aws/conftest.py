"""One emulator for all tests of the local AWS, with a stack that has one of everything it mends."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tools.local_aws import BASE, Emulator, build, deploy, install

TEMPLATE = Path(__file__).parent / "stack" / "template.yaml"


@dataclass(frozen=True)
class Stack:
    """A deployed stack: its outputs by name, and a client for each service."""

    emulator: Emulator
    outputs: dict[str, str]

    def __getitem__(self, output: str) -> str:
        return self.outputs[output]

    def client(self, service: str) -> Any:
        return self.emulator.client(service)


@pytest.fixture(scope="session")
def base() -> Path:
    install(BASE)
    return BASE


@pytest.fixture(scope="session")
def emulator(base: Path) -> Iterator[Emulator]:
    with Emulator(base) as running:
        yield running


@pytest.fixture(scope="session")
def stack(emulator: Emulator) -> Stack:
    built = build(TEMPLATE, emulator.base)
    return Stack(emulator, deploy(emulator, built, "mended", {"Concurrency": "2"}))


@pytest.fixture(scope="session")
def eventually() -> Callable[..., Any]:
    return _eventually


def _eventually(look: Callable[[], Any], seconds: float = 60.0) -> Any:
    """What `look` returns as soon as it is true, or an AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.05)
    return seen
