"""The bucket of files: the adapter of the port `ImportFiles`."""

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from accord.errors import Misconfigured, Retryable
from accord.ports.importing import FileGoneError, Uploaded

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

A_PIECE = 1024 * 1024
"""Bytes of one read. Each is a call of its own, tried again by itself: no connection idles while lines are checked."""
A_PART = 8 * 1024 * 1024
"""Bytes of one part of a multipart upload; S3 wants five MB at the least."""
AN_HOUR = 3600
GONE = "The file is not there any more, or another was put in its place. Bring it again, as another import."


class S3ImportFiles:
    """`imports/<connection>/<import>/` holds the upload, the pieces of the list of errors, and the list itself."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def upload_url(self, connection_id: str, import_id: str) -> str:
        """Signed here, without a call."""
        at = {"Bucket": self._bucket, "Key": _upload(connection_id, import_id)}
        return self._client.generate_presigned_url("put_object", Params=at, ExpiresIn=AN_HOUR)

    def uploaded(self, connection_id: str, import_id: str) -> Uploaded | None:
        """One call."""
        try:
            head = self._client.head_object(Bucket=self._bucket, Key=_upload(connection_id, import_id))
        except (BotoCoreError, ClientError) as error:
            if _status(error) == 404:
                return None
            raise _unavailable(error) from error
        return Uploaded(head["ContentLength"], head["ETag"])

    def read(self, connection_id: str, import_id: str, uploaded: Uploaded) -> Iterator[bytes]:
        """A call for each piece."""
        for start in range(0, uploaded.size, A_PIECE):
            try:
                piece = self._client.get_object(
                    Bucket=self._bucket,
                    Key=_upload(connection_id, import_id),
                    Range=f"bytes={start}-{start + A_PIECE - 1}",
                    IfMatch=uploaded.version,
                )["Body"].read()
            except (BotoCoreError, ClientError) as error:
                if _status(error) in {404, 412}:
                    raise FileGoneError(GONE) from error
                raise _unavailable(error) from error
            yield piece

    def forget(self, connection_id: str, import_id: str) -> None:
        """One call."""
        try:
            self._client.delete_object(Bucket=self._bucket, Key=_upload(connection_id, import_id))
        except (BotoCoreError, ClientError) as error:
            raise _unavailable(error) from error

    def save_errors(self, connection_id: str, import_id: str, part: int, text: str) -> None:
        """One call."""
        self._put(_piece(connection_id, import_id, part), text.encode())

    def join_errors(self, connection_id: str, import_id: str, head: str, parts: int) -> None:
        """One call where all of it is small; else a multipart upload."""
        pieces = (self._get(_piece(connection_id, import_id, part)) for part in range(parts))
        blocks = _blocks(chain([head.encode()], pieces))
        key = _errors(connection_id, import_id)
        first, second = next(blocks), next(blocks, None)
        if second is None:
            self._put(key, first)
        else:
            self._put_in_parts(key, chain([first, second], blocks))

    def errors_url(self, connection_id: str, import_id: str) -> str:
        """Signed here, without a call."""
        at = {
            "Bucket": self._bucket,
            "Key": _errors(connection_id, import_id),
            "ResponseContentType": "text/csv; charset=utf-8",
            "ResponseContentDisposition": 'attachment; filename="errors.csv"',
        }
        return self._client.generate_presigned_url("get_object", Params=at, ExpiresIn=AN_HOUR)

    def _get(self, key: str) -> bytes:
        try:
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except (BotoCoreError, ClientError) as error:
            if _status(error) == 404:
                raise FileGoneError(GONE) from error
            raise _unavailable(error) from error

    def _put(self, key: str, body: bytes) -> None:
        try:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType="text/csv; charset=utf-8")
        except (BotoCoreError, ClientError) as error:
            raise _unavailable(error) from error

    def _put_in_parts(self, key: str, blocks: Iterator[bytes]) -> None:
        """One that is not completed is removed by the bucket itself after a day."""
        client, bucket = self._client, self._bucket
        done: list[CompletedPartTypeDef] = []
        try:
            begun = client.create_multipart_upload(Bucket=bucket, Key=key, ContentType="text/csv; charset=utf-8")
            name = begun["UploadId"]
            for number, block in enumerate(blocks, 1):
                part = client.upload_part(Bucket=bucket, Key=key, UploadId=name, PartNumber=number, Body=block)
                done.append({"PartNumber": number, "ETag": part["ETag"]})
            client.complete_multipart_upload(Bucket=bucket, Key=key, UploadId=name, MultipartUpload={"Parts": done})
        except (BotoCoreError, ClientError) as error:
            raise _unavailable(error) from error


def _folder(connection_id: str, import_id: str) -> str:
    return f"imports/{connection_id}/{import_id}"


def _upload(connection_id: str, import_id: str) -> str:
    return f"{_folder(connection_id, import_id)}/upload"


def _errors(connection_id: str, import_id: str) -> str:
    return f"{_folder(connection_id, import_id)}/errors.csv"


def _piece(connection_id: str, import_id: str, part: int) -> str:
    return f"{_folder(connection_id, import_id)}/errors/{part:06d}.csv"


def _blocks(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in blocks of one size, the last one shorter."""
    block = bytearray()
    for piece in pieces:
        block += piece
        while len(block) > A_PART:
            yield bytes(block[:A_PART])
            del block[:A_PART]
    yield bytes(block)


def _status(error: BotoCoreError | ClientError) -> int | None:
    if not isinstance(error, ClientError):
        return None
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")


def _unavailable(error: BotoCoreError | ClientError) -> Retryable | Misconfigured:
    if isinstance(error, ClientError) and error.response.get("Error", {}).get("Code") == "NoSuchBucket":
        return Misconfigured("the bucket of files does not exist: deploy the stack again")
    return Retryable("the bucket of files did not answer", effect_unknown=True)
