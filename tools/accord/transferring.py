"""Files to and from the bucket of an Accord, by URLs that were signed for them: nobody's token goes along."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import requests

from tools.accord.errors import CommandError, UnreachableError
from tools.accord.target import Target

TIMEOUT = (5, 60)  # seconds, to connect and between bytes
A_PIECE = 256 * 1024
AGAIN = "Try again; the URL is good for an hour."


def send_file(target: Target, url: str, path: Path, progress: Callable[[int, int], None]) -> None:
    """The file as it lies there, never whole in memory. Raises CommandError."""
    size = path.stat().st_size
    with path.open("rb") as file:
        answer = _call(target, "PUT", url, _Counted(file, size, progress))
    if not answer.ok:
        raise CommandError(f"The file was not taken ({answer.status_code})", remedy="Give the command again.")


def fetch_file(target: Target, url: str, path: Path) -> None:
    """What the URL leads to, in place of what is there. Raises CommandError."""
    answer = _call(target, "GET", url)
    if not answer.ok:
        raise CommandError(f"The list is not to be had ({answer.status_code})", remedy=AGAIN)
    try:
        with path.open("wb") as file:
            for piece in answer.iter_content(A_PIECE):
                file.write(piece)
    except requests.RequestException as error:
        raise UnreachableError(f"The list broke off ({type(error).__name__})", remedy=AGAIN) from None
    except OSError as error:
        raise CommandError(f"{path} can not be written ({error.strerror})", remedy=f"The list is at {url}") from None


def _call(target: Target, method: str, url: str, data: "_Counted | None" = None) -> requests.Response:
    session = requests.Session()
    session.trust_env = not target.is_here  # a proxy is for what is elsewhere
    session.auth = _nobody  # or a .netrc would say who asks
    try:
        return session.request(method, url, data=data, timeout=TIMEOUT, allow_redirects=False, stream=method == "GET")
    except requests.RequestException as error:
        raise UnreachableError(f"The bucket does not answer ({type(error).__name__})", remedy=AGAIN) from None


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


class _Counted:
    """A file that tells how far it was read."""

    def __init__(self, file: IO[bytes], size: int, progress: Callable[[int, int], None]) -> None:
        self._file, self._size, self._progress = file, size, progress
        self._done = 0

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.read(A_PIECE):
            yield piece

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(A_PIECE if 0 < size < A_PIECE else size)
        self._done += len(piece)
        self._progress(self._done, self._size)
        return piece
