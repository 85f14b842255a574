"""Archives of results as they may come: whole, in parts, broken, cut off, or larger than is believed."""

import gzip
import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from accord.adapters.mailchimp import batch_results
from accord.adapters.mailchimp.batch_results import OF_CONTACTS, Limits, download, results_in
from accord.errors import Rejected, Retryable


def result(number: int, **more: Any) -> dict[str, Any]:
    return {"status_code": 200, "operation_id": f"t/{number}", "response": json.dumps({"FNAME": "Zoé"})} | more


def tar(files: Mapping[str, bytes], *, folder: bool = True) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        if folder:
            info = tarfile.TarInfo("./")
            info.type = tarfile.DIRTYPE
            archive.addfile(info)
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def packed(*files: list[dict[str, Any]]) -> bytes:
    return gzip.compress(tar({f"./{n}.json": json.dumps(f, ensure_ascii=False).encode() for n, f in enumerate(files)}))


def read(archive: bytes, limits: Limits = OF_CONTACTS) -> list[dict[str, Any]]:
    return list(results_in(io.BytesIO(archive), limits))


def test_results_come_from_all_files_however_many_are_in_one() -> None:
    files = [[result(1)], [result(2), result(3)], [], [result(n) for n in range(4, 5000)]]
    assert read(packed(*files)) == [each for file in files for each in file]


def test_results_that_are_larger_than_a_piece_are_read_whole() -> None:
    large = [result(1, response="é" * 300_000), result(2)]
    assert read(packed(large)) == large


def test_white_space_between_results_is_nothing() -> None:
    content = json.dumps([result(1), result(2)], indent=4).encode()
    assert len(read(gzip.compress(tar({"a.json": b"\n " + content + b"\n"}, folder=False)))) == 2


def test_what_is_no_result_is_passed_over() -> None:
    assert read(gzip.compress(tar({"a.json": b'[1, "x", null, {"operation_id": "m"}]'}))) == [{"operation_id": "m"}]


BROKEN = {
    "empty": b"",
    "a page": b"<html>Access Denied</html>",
    "no tar": gzip.compress(b"this is no tar"),
    "no array": gzip.compress(tar({"a.json": b'{"operation_id": "m"}'})),
    "half an array": gzip.compress(tar({"a.json": b"[{"})),
    "no text": gzip.compress(tar({"a.json": b'[{"a": "\xff"}]'})),
    "without its end": packed([result(n) for n in range(900)])[:-40],
    "cut in the middle": packed([result(n) for n in range(900)])[:700],
}


@pytest.mark.parametrize("archive", BROKEN.values(), ids=BROKEN)
def test_a_broken_archive_is_tried_again(archive: bytes) -> None:
    with pytest.raises(Retryable) as caught:
        read(archive)
    assert not caught.value.effect_unknown


def test_what_comes_before_the_break_is_not_lost() -> None:
    told: list[dict[str, Any]] = []
    with pytest.raises(Retryable):
        told.extend(results_in(io.BytesIO(packed([result(n) for n in range(20_000)])[:20_000])))
    assert len(told) > 100
    assert told == [result(number) for number in range(len(told))]


def test_an_error_repeats_nothing_of_a_result() -> None:
    with pytest.raises(Retryable) as caught:
        read(gzip.compress(tar({"a.json": b'[{"email_address": "otto@river.test"'})))
    assert "otto" not in repr(caught.value)
    assert caught.value.__suppress_context__


def test_what_unpacks_to_more_than_is_believed_is_given_up() -> None:
    info = tarfile.TarInfo("bomb.json")
    info.size = 10**12
    bomb = gzip.compress(info.tobuf() + b" " * 5_000_000)
    with pytest.raises(Rejected, match="larger"):
        read(bomb, OF_CONTACTS._replace(unpacked=1_000_000))


def test_an_archive_of_more_bytes_than_are_believed_is_given_up() -> None:
    with pytest.raises(Rejected, match="larger"):
        read(packed([result(n, response=str(n) * 50) for n in range(5_000)]), OF_CONTACTS._replace(packed=1_000))


def test_one_endless_result_is_given_up() -> None:
    with pytest.raises(Retryable):
        read(packed([result(1, response="x" * 10**6)]), OF_CONTACTS._replace(one=100_000))


@pytest.mark.parametrize(
    "url",
    [
        "http://mailchimp-api-batch.s3.amazonaws.com/a.tar.gz",
        "https://mailchimp-api-batch.s3.amazonaws.com.evil.test/a.tar.gz",
        "https://evil.s3.amazonaws.com/a.tar.gz",
        "https://mailchimp.com@evil.test/a.tar.gz",
        "https://mailchimp.com:8443/a.tar.gz",
        "https://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "",
    ],
)
def test_results_are_fetched_from_mailchimp_only(url: str) -> None:
    with pytest.raises(Rejected, match="elsewhere"):
        list(download(url, 1.0, allow_any_host=False))


@pytest.mark.parametrize(
    "url",
    [
        "https://mailchimp-api-batch.s3.amazonaws.com/a-response.tar.gz?AWSAccessKeyId=a&Expires=1&Signature=b",
        "https://mailchimp-api-batch.s3.us-east-1.amazonaws.com/a-response.tar.gz",
        "https://us1.api.mailchimp.com/a-response.tar.gz",
    ],
)
def test_mailchimps_own_hosts_are_known(url: str) -> None:
    batch_results._check(url, allow_any_host=False)


class Handler(BaseHTTPRequestHandler):
    answer: tuple[int, bytes, dict[str, str]]
    seen: list[dict[str, str]]

    def do_GET(self) -> None:
        self.seen.append(dict(self.headers))
        status, body, headers = self.answer
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def elsewhere(status: int, body: bytes, **headers: str) -> Iterator[tuple[str, list[dict[str, str]]]]:
    seen: list[dict[str, str]] = []
    handler = type("Answering", (Handler,), {"answer": (status, body, headers), "seen": seen})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/a-response.tar.gz?Signature=secret", seen
        server.shutdown()


def test_results_are_fetched_without_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login keeper password hush")
    monkeypatch.setenv("NETRC", str(netrc))
    with elsewhere(200, packed([result(1)])) as (url, seen):
        assert list(download(url, 5.0, allow_any_host=True)) == [result(1)]
    assert "Authorization" not in seen[0]


@pytest.mark.parametrize("status", [302, 403, 404, 500, 503])
def test_results_that_are_not_there_are_asked_for_again(status: int) -> None:
    headers = {"Location": "http://127.0.0.1:9/"} if status == 302 else {}
    with elsewhere(status, b"", **headers) as (url, seen), pytest.raises(Retryable) as caught:
        list(download(url, 5.0, allow_any_host=True))
    assert len(seen) == 1
    assert "secret" not in str(caught.value)


def test_an_answer_that_is_cut_off_is_asked_for_again() -> None:
    whole = packed([result(n) for n in range(900)])
    with (
        elsewhere(200, whole[:900], **{"Content-Length": str(len(whole))}) as (url, _),
        pytest.raises(Retryable),
    ):
        list(download(url, 1.0, allow_any_host=True))


def test_nobody_there_is_tried_again() -> None:
    with pytest.raises(Retryable, match="did not come"):
        list(download("http://127.0.0.1:9/a.tar.gz", 1.0, allow_any_host=True))
