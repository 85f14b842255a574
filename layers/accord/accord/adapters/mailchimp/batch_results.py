"""The results of a batch: a tar.gz from elsewhere, read as it comes, without ever holding all of it.

What is read is bounded in every way, for it is believed only as far as it goes: bytes of the archive, bytes in it, and
of one result. A folder in it, several files and several results in one are all usual (FACTS section 1.6).
"""

import codecs
import gzip
import json
import re
import tarfile
import zlib
from collections.abc import Iterator
from typing import IO, Any, NamedTuple, Protocol, cast
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from accord.errors import Refusal, Rejected, Retryable


class Limits(NamedTuple):
    """So much is believed, in bytes: of an archive, in it, and of one result."""

    packed: int
    unpacked: int
    one: int


OF_CONTACTS = Limits(packed=64 * 1024 * 1024, unpacked=256 * 1024 * 1024, one=1024 * 1024)
"""A contact with all its fields has some five thousand, and a batch ten thousand contacts at the most."""
A_READ = 64 * 1024

HOSTS = re.compile(r"mailchimp-api-batch\.s3([.-][a-z0-9-]+)?\.amazonaws\.com|([a-z0-9-]+\.)*mailchimp\.com")
"""Where Mailchimp keeps results: its own part of S3."""


class Readable(Protocol):
    """What bytes are read from."""

    def read(self, size: int = -1, /) -> bytes: ...


class Bounded:
    """Bytes, as far as they are no more than `most`; more raise Rejected."""

    def __init__(self, source: Readable, most: int) -> None:
        self._source = source
        self._left = most

    def read(self, size: int = -1, /) -> bytes:
        """At most so many; without a size a piece, never all."""
        content = self._source.read(size if size >= 0 else A_READ)
        self._left -= len(content)
        if self._left < 0:
            raise Rejected(Refusal.OTHER, "the results are larger than is believed")
        return content


def download(
    url: str, timeout: float, *, allow_any_host: bool, limits: Limits = OF_CONTACTS
) -> Iterator[dict[str, Any]]:
    """Each result as Mailchimp wrote it. The request carries no credentials, not even those of a netrc file, and
    follows no redirect. Raises Rejected for an address that is not Mailchimp's, and for too much; Retryable where the
    archive is not there (any more: an address is good for ten minutes), or broken."""
    _check(url, allow_any_host=allow_any_host)
    session = requests.Session()
    session.trust_env = False
    try:
        with session.get(url, stream=True, timeout=(5.0, timeout), allow_redirects=False) as response:
            if response.status_code != 200:
                raise _not_now(f"the results are not there ({response.status_code})")
            yield from results_in(cast("Readable", response.raw), limits)
    except (requests.RequestException, HTTPError) as error:
        raise _not_now(f"the results did not come ({type(error).__name__})") from None  # its text holds the URL


def results_in(archive: Readable, limits: Limits = OF_CONTACTS) -> Iterator[dict[str, Any]]:
    """The objects in all files of an archive. Raises Retryable where it is broken or cut off."""
    unpacked = Bounded(gzip.GzipFile(fileobj=cast("IO[bytes]", Bounded(archive, limits.packed))), limits.unpacked)
    try:
        with tarfile.open(fileobj=cast("IO[bytes]", unpacked), mode="r|") as tar:
            for member in tar:
                if member.isfile() and (file := tar.extractfile(member)) is not None:
                    yield from _objects(file, limits.one)
        while unpacked.read():  # to its end, where it says whether it is whole
            pass
    except (tarfile.TarError, EOFError, OSError, zlib.error, ValueError) as error:
        raise _not_now(f"the results can not be read ({type(error).__name__})") from None  # its text may hold some


def _objects(file: Readable, most: int) -> Iterator[dict[str, Any]]:
    """The objects of a JSON array, a piece at a time. Raises ValueError for anything else."""
    decode, parse = codecs.getincrementaldecoder("utf-8")().decode, json.JSONDecoder().raw_decode
    text = ""
    inside = False
    while True:
        text = text.lstrip(" \t\r\n,") if inside else text.lstrip()
        if inside and text.startswith("]"):
            return
        if not inside and text:
            if not text.startswith("["):
                raise ValueError("not an array")
            inside, text = True, text[1:]
            continue
        try:
            found, end = parse(text)
        except ValueError:
            piece = file.read(A_READ)
            if not piece or len(text) > most:
                raise
            text += decode(piece)
            continue
        if isinstance(found, dict):
            yield found
        text = text[end:]


def _check(url: str, *, allow_any_host: bool) -> None:
    parts = urlsplit(url)
    own = parts.scheme == "https" and HOSTS.fullmatch(parts.netloc) is not None
    if not own and not (allow_any_host and parts.scheme in {"http", "https"} and parts.hostname):
        raise Rejected(Refusal.OTHER, "the results are said to be elsewhere than at Mailchimp")


def _not_now(message: str) -> Retryable:
    return Retryable(message, effect_unknown=False)
