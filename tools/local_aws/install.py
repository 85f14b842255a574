"""Before everything: the three virtual environments, from requirements pinned with hashes.

MiniStack pins botocore exactly and the SAM CLI pins much else, so neither shares an environment with the other, with
the functions or with the project's own tools.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from .paths import BASE, PACKAGE

ENVIRONMENTS = ("emulator", "runtime", "sam")

type Progress = Callable[[str], None]


class InstallError(Exception):
    """An environment could not be made; the message ends with what uv said."""


def silent(_message: str) -> None:
    """The progress callback of those who do not want to see any."""


def install(base: Path = BASE, progress: Progress = silent) -> None:
    """Make or bring up to date the environments under `base`; those whose requirements did not change are left alone.

    Two processes may call it at once: the second waits for the first. Raises InstallError.
    """
    with locked(base / ".install"), ThreadPoolExecutor(len(ENVIRONMENTS)) as pool:
        outdated = [name for name in ENVIRONMENTS if not _is_current(base, name)]
        if outdated:
            progress(f"installing: {', '.join(outdated)}")
        for name in pool.map(lambda name: _install(base, name), outdated):
            progress(f"installed: {name}")


def python(base: Path, environment: str) -> Path:
    """The interpreter of one of `ENVIRONMENTS`."""
    return base / environment / "bin" / "python3.13"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the file `path` for this process alone; waits without limit."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _requirements(name: str) -> Path:
    return PACKAGE / "requirements" / f"{name}.txt"


def _options(name: str) -> tuple[str, ...]:
    """What the functions run on is compiled, as pip does it: else each cold start would, and keep nothing of it."""
    return ("--compile-bytecode",) if name == "runtime" else ()


def _digest(name: str) -> str:
    how = " ".join((sys.version, *_options(name)))
    return hashlib.sha256(_requirements(name).read_bytes() + how.encode()).hexdigest()


def _stamp(base: Path, name: str) -> Path:
    return base / name / ".installed"


def _is_current(base: Path, name: str) -> bool:
    stamp = _stamp(base, name)
    return stamp.exists() and stamp.read_text() == _digest(name) and python(base, name).exists()


def _install(base: Path, name: str) -> str:
    if sys.version_info[:2] != (3, 13):
        raise InstallError(f"the functions run on Python 3.13, this is {sys.version.split()[0]}")
    _stamp(base, name).unlink(missing_ok=True)
    environment = str(base / name)
    _uv("venv", "--clear", "--no-python-downloads", "--python", sys.executable, environment)
    _uv("pip", "sync", "--require-hashes", *_options(name), "--python", environment, str(_requirements(name)))
    _stamp(base, name).write_text(_digest(name))
    return name


def _uv(*arguments: str) -> None:
    uv = Path(sys.executable).parent / "uv"
    if not uv.exists():
        raise InstallError(f"no uv beside {sys.executable}: install requirements-dev.txt there")
    # A VIRTUAL_ENV or CONDA_PREFIX of the caller's shell would have a say in what uv does.
    environment = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "CONDA_PREFIX"}}
    done = subprocess.run([uv, "--quiet", *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise InstallError(f"uv {' '.join(arguments)} failed:\n{done.stderr.strip()}")
