"""Objects in a bucket of S3 or of a compatible server.

An object is first written to a local file, already encrypted, and then uploaded in one or several parts.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from app.storage.errors import BlobMissingError, StorageUnavailableError, disk_errors_mapped
from app.storage.port import ByteSource, StoredObject

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from mypy_boto3_s3 import S3Client

_PART_BYTES = 16 << 20
_MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
_TAKEN = "PreconditionFailed"
_UNCONDITIONAL = frozenset({"NotImplemented", "501"})


def build_s3_client(
    *,
    endpoint_url: str | None,
    region: str | None,
    access_key_id: str | None,
    secret_access_key: str | None,
) -> "S3Client":
    """Return a thread-safe client. It retries transient errors for a short time. Create it after a fork, not before."""
    return boto3.client(
        "s3",
        endpoint_url=endpoint_url,
        region_name=region,
        aws_access_key_id=access_key_id,
        aws_secret_access_key=secret_access_key,
        config=Config(
            connect_timeout=3,
            read_timeout=20,
            retries={"mode": "standard", "max_attempts": 3},
            # Put the bucket into the path, because compatible servers rarely have a host name for each bucket.
            s3={"addressing_style": "path" if endpoint_url else "auto"},
        ),
    )


class S3Objects:
    """An `ObjectBackend` in one bucket, under an optional prefix. The spool folder is on the local disk."""

    def __init__(
        self,
        *,
        client: "S3Client",
        bucket: str,
        spool_dir: Path,
        prefix: str = "",
        part_bytes: int = _PART_BYTES,
    ) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._spool_dir = spool_dir
        self._transfer = TransferConfig(multipart_threshold=part_bytes, multipart_chunksize=part_bytes)
        with disk_errors_mapped():
            spool_dir.mkdir(parents=True, exist_ok=True, mode=0o700)

    @property
    def spool_dir(self) -> Path:
        return self._spool_dir

    def publish(self, spooled: Path, name: str) -> None:
        # The object exists only after its last part has arrived. boto3 aborts a failed upload.
        with _s3_errors_mapped():
            self._client.upload_file(str(spooled), self._bucket, self._key(name), Config=self._transfer)

    def publish_unflushed(self, spooled: Path, name: str) -> None:
        self.publish(spooled, name)

    def publish_once(self, spooled: Path, name: str) -> bool:
        # First check whether the object exists, because some servers ignore or reject IfNoneMatch.
        if self.exists(name):
            return False
        with disk_errors_mapped():
            content = spooled.read_bytes()
        key = self._key(name)
        try:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=content, IfNoneMatch="*")
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code")
            if code == _TAKEN:
                return False
            with _s3_errors_mapped():
                if code not in _UNCONDITIONAL:
                    raise
                self._client.put_object(Bucket=self._bucket, Key=key, Body=content)
        except BotoCoreError as error:
            raise StorageUnavailableError from error
        return True

    @contextmanager
    def open(self, name: str) -> Iterator[ByteSource]:
        with _s3_errors_mapped():
            body = self._client.get_object(Bucket=self._bucket, Key=self._key(name))["Body"]
        try:
            yield _BodySource(body)
        finally:
            body.close()

    def exists(self, name: str) -> bool:
        return self.find(name) is not None

    def delete(self, name: str) -> None:
        with _s3_errors_mapped():
            self._client.delete_object(Bucket=self._bucket, Key=self._key(name))

    def find(self, name: str) -> StoredObject | None:
        try:
            with _s3_errors_mapped():
                found = self._client.head_object(Bucket=self._bucket, Key=self._key(name))
        except BlobMissingError:
            self._check_bucket()
            return None
        return StoredObject(name, found["LastModified"])

    def list_objects(self, prefix: str, *, after: str = "") -> Iterator[StoredObject]:
        with _s3_errors_mapped():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._key(prefix), StartAfter=self._key(after or prefix)
            )
            found = [(item["Key"], item["LastModified"]) for page in pages for item in page.get("Contents", [])]
        for key, written_at in found:
            yield StoredObject(key.removeprefix(self._prefix), written_at)

    def list_folders(self, prefix: str) -> Iterator[str]:
        below = self._key(f"{prefix}/")
        with _s3_errors_mapped():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=below, Delimiter="/"
            )
            found = [item["Prefix"] for page in pages for item in page.get("CommonPrefixes", [])]
        for key in found:
            yield key.removeprefix(below).rstrip("/")

    def _check_bucket(self) -> None:
        """Check that the bucket exists. Raises StorageUnavailableError.

        S3 responds with 404 both for a missing bucket and for a missing object.
        """
        try:
            with _s3_errors_mapped():
                self._client.head_bucket(Bucket=self._bucket)
        except BlobMissingError as error:
            raise StorageUnavailableError from error

    def _key(self, name: str) -> str:
        return self._prefix + name


class _BodySource:
    def __init__(self, body: "StreamingBody") -> None:
        self._body = body

    def read(self, size: int) -> bytes:
        """Return `size` bytes, or fewer at the object's end. Raises an error if the connection breaks."""
        parts = bytearray()
        with _s3_errors_mapped():
            while len(parts) < size:
                part = self._body.read(size - len(parts))
                if not part:
                    break
                parts += part
        return bytes(parts)


@contextmanager
def _s3_errors_mapped() -> Iterator[None]:
    """Convert S3 errors: to BlobMissingError if the object is missing, otherwise to StorageUnavailableError."""
    try:
        yield
    except ClientError as error:
        missing = error.response.get("Error", {}).get("Code") in _MISSING
        raise (BlobMissingError if missing else StorageUnavailableError) from error
    except (BotoCoreError, Boto3Error, OSError) as error:
        raise StorageUnavailableError from error
