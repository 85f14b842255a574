"""One running emulator: started on a port of its own, empty, and stopped with all that it started."""

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3

from .install import python
from .paths import BASE, REPOSITORY

REGION = "us-east-1"
START_TIMEOUT = 60.0  # seconds; it takes one, unless the machine is very busy
STOP_TIMEOUT = 5.0  # seconds, until what is left is killed
KEPT = 86_400.0  # seconds that the logs of an emulator stay after its end


class EmulatorError(Exception):
    """The emulator did not start; the message ends with the tail of its log."""


class Emulator:
    """MiniStack with its mends, on 127.0.0.1, in a process group of its own; `install` must have run.

    It starts empty every time. It ends with `stop`, or by itself as soon as the process that started it is gone.
    """

    def __init__(self, base: Path = BASE, port: int | None = None) -> None:
        self.base = base.resolve()
        self.port = port or _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.home = self.base / "emulators" / str(self.port)
        self.log = self.home / "emulator.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Start and wait until it answers. Raises EmulatorError when it ends, or does not answer in START_TIMEOUT."""
        if _is_taken(self.port):
            raise EmulatorError(f"port {self.port} is taken")
        _forget_old(self.home.parent)
        shutil.rmtree(self.home, ignore_errors=True)
        (self.home / "tmp").mkdir(parents=True)
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [python(self.base, "emulator"), "-m", "tools.local_aws.launcher"],
                cwd=REPOSITORY,
                env=self._settings(),
                stdin=subprocess.PIPE,  # closes when this process ends, however it ends: the launcher watches it
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for the one who started the emulator, who then stops it
            )
        try:
            self._wait_until_healthy(self._process)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the emulator and its functions; harmless when it does not run."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_TIMEOUT)
        finally:
            _kill_group(process.pid)
            process.wait()
            if process.stdin:
                process.stdin.close()
            shutil.rmtree(self.home / "tmp", ignore_errors=True)

    def environment(self) -> dict[str, str]:
        """The AWS_* variables with which any AWS client talks to this emulator, as an account's administrator."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, service: str, **settings: Any) -> Any:
        """A boto3 client of `service` for this emulator; `settings` go to boto3."""
        return boto3.client(
            service,  # type: ignore[call-overload]  # any service's name, not one of the stubs' literals
            region_name=REGION,
            endpoint_url=self.url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            **settings,
        )

    def api_url(self, api: str) -> str:
        """The base address of an HTTP API here, from its id or from the address that a stack's outputs give."""
        api_id = api.removeprefix("https://").removeprefix("http://").partition(".")[0]
        return f"{self.url}/_aws/execute-api/{api_id}/$default"

    def logs(self, function: str = "") -> str:
        """All that functions printed since the start, of those whose name contains `function`."""
        files = sorted((self.home / "functions").glob(f"*{function}*.log"))
        return "".join(file.read_text(errors="replace") for file in files)

    def _settings(self) -> Mapping[str, str]:
        return {
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(REPOSITORY),
            "HOME": str(self.home),
            "TMPDIR": str(self.home / "tmp"),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "MINISTACK_REGION": REGION,
            "GATEWAY_PORT": str(self.port),
            "AUTH": "true",
            "IOT_MTLS_ENABLED": "0",
            "LOCAL_AWS_HOME": str(self.home),
            "LOCAL_AWS_CACHE": str(self.base / "layers"),
            "LOCAL_AWS_PYTHON3_13": str(python(self.base, "runtime")),
        }

    def _wait_until_healthy(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        while not self._answers():
            if process.poll() is not None:
                raise EmulatorError(f"the emulator ended at its start:\n{self._tail()}")
            if time.monotonic() > deadline:
                raise EmulatorError(f"the emulator did not answer within {START_TIMEOUT:.0f} s:\n{self._tail()}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)) as connection:
            try:
                connection.request("GET", "/_ministack/health")
                return connection.getresponse().status == 200
            except (OSError, http.client.HTTPException):
                return False

    def _tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _forget_old(homes: Path) -> None:
    for log in homes.glob("*/emulator.log"):
        if time.time() - log.stat().st_mtime > KEPT and not _is_taken(int(log.parent.name)):
            shutil.rmtree(log.parent, ignore_errors=True)


def _kill_group(group: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
