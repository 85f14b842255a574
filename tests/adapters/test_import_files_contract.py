"""The contract of the port `ImportFiles`, on the fake and on S3 as moto plays it."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from moto import mock_aws

from accord.adapters import s3
from accord.adapters.s3 import S3ImportFiles
from accord.errors import Misconfigured
from accord.ports.importing import FileGoneError, ImportFiles, Uploaded
from tests.fake_importing import FakeImportFiles

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

IMPORT = "2026-03-01T12:00:00.000000Z-0123abcd"


@dataclass
class Shelf:
    """The files, with what others do to them and see of them."""

    files: ImportFiles
    put: Callable[[str, str, bytes], None]
    listed: Callable[[str, str], str]


@pytest.fixture(scope="module")
def client() -> Iterator["S3Client"]:
    with mock_aws():
        yield boto3.client("s3", region_name="us-east-1")


@pytest.fixture
def bucket(client: "S3Client") -> str:
    name = f"files-{uuid.uuid4().hex}"
    client.create_bucket(Bucket=name)
    return name


@pytest.fixture(params=["fake", "s3"])
def shelf(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    if request.param == "fake":
        fake = FakeImportFiles(piece=8)
        return Shelf(fake, fake.put, lambda connection, run: fake.lists[connection, run])
    monkeypatch.setattr(s3, "A_PIECE", 8)
    client: S3Client = request.getfixturevalue("client")
    name: str = request.getfixturevalue("bucket")

    def put(connection: str, run: str, body: bytes) -> None:
        client.put_object(Bucket=name, Key=f"imports/{connection}/{run}/upload", Body=body)

    def listed(connection: str, run: str) -> str:
        return client.get_object(Bucket=name, Key=f"imports/{connection}/{run}/errors.csv")["Body"].read().decode()

    return Shelf(S3ImportFiles(client, name), put, listed)


def test_a_file_is_read_from_its_beginning_piece_by_piece(shelf: Shelf) -> None:
    assert shelf.files.uploaded("burrow", IMPORT) is None
    shelf.put("burrow", IMPORT, b"0123456789abcdefghi")

    uploaded = shelf.files.uploaded("burrow", IMPORT)

    assert uploaded is not None
    assert uploaded.size == 19
    assert list(shelf.files.read("burrow", IMPORT, uploaded)) == [b"01234567", b"89abcdef", b"ghi"]
    assert shelf.files.uploaded("sett", IMPORT) is None


def test_an_empty_file_has_no_pieces(shelf: Shelf) -> None:
    shelf.put("burrow", IMPORT, b"")
    uploaded = shelf.files.uploaded("burrow", IMPORT)
    assert uploaded is not None
    assert list(shelf.files.read("burrow", IMPORT, uploaded)) == []


def test_a_file_that_was_put_in_its_place_is_not_taken_for_it(shelf: Shelf) -> None:
    shelf.put("burrow", IMPORT, b"the badgers of the north")
    uploaded = shelf.files.uploaded("burrow", IMPORT)
    assert uploaded is not None
    pieces = shelf.files.read("burrow", IMPORT, uploaded)
    assert next(pieces) == b"the badg"
    shelf.put("burrow", IMPORT, b"the badgers of the south")

    with pytest.raises(FileGoneError):
        next(pieces)


def test_a_file_that_was_forgotten_is_gone_and_its_list_stays(shelf: Shelf) -> None:
    shelf.put("burrow", IMPORT, b"badgers")
    uploaded = shelf.files.uploaded("burrow", IMPORT)
    assert uploaded is not None
    shelf.files.save_errors("burrow", IMPORT, 0, "2,email,is missing\r\n")
    shelf.files.join_errors("burrow", IMPORT, "line\r\n", 1)

    shelf.files.forget("burrow", IMPORT)
    shelf.files.forget("burrow", IMPORT)

    assert shelf.files.uploaded("burrow", IMPORT) is None
    with pytest.raises(FileGoneError):
        list(shelf.files.read("burrow", IMPORT, uploaded))
    assert shelf.listed("burrow", IMPORT).startswith("line")


def test_p13_the_pieces_of_the_list_become_one_in_their_order(shelf: Shelf) -> None:
    for part in (2, 0, 1):
        shelf.files.save_errors("burrow", IMPORT, part, f"{part},prénom\r\n")
    shelf.files.save_errors("burrow", IMPORT, 1, "1,anew\r\n")

    shelf.files.join_errors("burrow", IMPORT, "line,column\r\n", 3)

    assert shelf.listed("burrow", IMPORT) == "line,column\r\n0,prénom\r\n1,anew\r\n2,prénom\r\n"


def test_the_urls_name_the_import(shelf: Shelf) -> None:
    for url in (shelf.files.upload_url("burrow", IMPORT), shelf.files.errors_url("burrow", IMPORT)):
        assert "/burrow/" in url
        assert url.startswith("https://")


def test_p14_a_list_of_any_length_is_joined_in_parts(
    client: "S3Client", bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = 5 * 1024 * 1024  # S3 takes no smaller ones, but for the last
    monkeypatch.setattr(s3, "A_PART", part)
    files = S3ImportFiles(client, bucket)
    text = "".join(f"{number},email,is missing\r\n" for number in range(500_000))
    for number, piece in enumerate(batched(text, 3_000_000, strict=False)):
        files.save_errors("burrow", IMPORT, number, "".join(piece))

    files.join_errors("burrow", IMPORT, "head\r\n", -(-len(text) // 3_000_000))

    whole = client.get_object(Bucket=bucket, Key=f"imports/burrow/{IMPORT}/errors.csv")
    assert whole["Body"].read().decode() == "head\r\n" + text
    assert whole["ETag"].strip('"').endswith(f"-{-(-len(text) // part)}")


def test_a_url_is_good_for_an_hour_and_for_one_deed(client: "S3Client", bucket: str) -> None:
    files = S3ImportFiles(client, bucket)

    url = urlsplit(files.upload_url("burrow", IMPORT))
    asked = parse_qs(url.query)

    assert url.path.endswith(f"/burrow/{IMPORT.replace(':', '%3A')}/upload")
    assert asked.get("X-Amz-Expires", ["3600"]) == ["3600"]
    assert "errors.csv" in files.errors_url("burrow", IMPORT)


def test_a_bucket_that_is_not_there_wakes_a_person(client: "S3Client") -> None:
    files = S3ImportFiles(client, "nowhere")
    with pytest.raises(Misconfigured):
        files.save_errors("burrow", IMPORT, 0, "text")
    assert files.uploaded("burrow", IMPORT) is None


def test_a_piece_of_no_file_is_gone(client: "S3Client", bucket: str) -> None:
    with pytest.raises(FileGoneError):
        list(S3ImportFiles(client, bucket).read("burrow", IMPORT, Uploaded(5, '"abc"')))
