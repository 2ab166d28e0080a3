"""Builds the blob store from plain arguments, which the composition root reads from the settings."""

from pathlib import Path
from typing import Literal

from app.storage.keyfile import load_key_file
from app.storage.keyring import DataKeyRepository, Keyring
from app.storage.local import LocalObjects
from app.storage.port import ObjectBackend
from app.storage.store import EncryptedBlobStore


def build_blob_store(
    *,
    kind: Literal["local", "s3"],
    root: Path,
    key_file: Path,
    data_keys: DataKeyRepository,
    min_free_bytes: int = 0,
    bucket: str | None = None,
    prefix: str = "",
    endpoint_url: str | None = None,
    region: str | None = None,
    access_key_id: str | None = None,
    secret_access_key: str | None = None,
) -> EncryptedBlobStore:
    """Build the blob store of this installation.

    `root` is a local folder. If `kind` is `local`, it contains the blobs; if `kind` is `s3`, it contains encrypted
    uploads in progress. No blob is written while less than `min_free_bytes` are free on its disk. If no credentials are
    given, S3 uses those of the machine (environment, profile, role). The key file must exist; `ensure_key_file` creates
    it. Raises StorageKeyError, StorageUnavailableError; ValueError if `s3` has no bucket.
    """
    backend = build_backend(
        kind=kind,
        root=root,
        bucket=bucket,
        prefix=prefix,
        endpoint_url=endpoint_url,
        region=region,
        access_key_id=access_key_id,
        secret_access_key=secret_access_key,
    )
    return EncryptedBlobStore(
        backend=backend,
        keyring=build_keyring(key_file=key_file, data_keys=data_keys),
        min_free_bytes=min_free_bytes,
    )


def build_backend(
    *,
    kind: Literal["local", "s3"],
    root: Path,
    bucket: str | None = None,
    prefix: str = "",
    endpoint_url: str | None = None,
    region: str | None = None,
    access_key_id: str | None = None,
    secret_access_key: str | None = None,
) -> ObjectBackend:
    """Build the object backend. The arguments are those of `build_blob_store`.

    Raises StorageUnavailableError, ValueError.
    """
    if kind == "local":
        return LocalObjects(root=root)
    if not bucket:
        raise ValueError("S3 storage needs a bucket: set its name")
    # Import boto3 only for S3, because its import takes a third of a second.
    from app.storage.s3 import S3Objects, build_s3_client  # noqa: PLC0415

    client = build_s3_client(
        endpoint_url=endpoint_url,
        region=region,
        access_key_id=access_key_id,
        secret_access_key=secret_access_key,
    )
    return S3Objects(client=client, bucket=bucket, prefix=prefix, spool_dir=root / ".partial")


def build_keyring(*, key_file: Path, data_keys: DataKeyRepository) -> Keyring:
    """Build the keyring that uses a key file. Raises StorageKeyError."""
    return Keyring(keks=load_key_file(key_file), repository=data_keys)
