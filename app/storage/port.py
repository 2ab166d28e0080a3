"""The storage ports: features use `BlobStore`; each storage system (disk, S3) implements `ObjectBackend`."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """A stored blob: SHA-256 of its plaintext (64 lower-case hex digits) and its size in bytes."""

    digest: str
    size_bytes: int


class BlobWriter(Protocol):
    """Writes a blob piece by piece; the blob exists only after `commit` returns."""

    def write(self, data: bytes) -> None:
        """Append. Raises BlobTooLargeError as soon as the size exceeds the limit; StorageFullError."""

    def commit(self) -> StoredBlob:
        """Store the written data, whole and flushed to disk. May be called once."""


class BlobStore(Protocol):
    """Immutable blobs, each of one tenant, named by their content.

    The same bytes written twice by one tenant are one blob; tenants never share blobs. All methods are thread-safe.
    Digests come from `StoredBlob`; any other string refers to no blob.
    """

    def writer(self, tenant_id: UUID, *, max_bytes: int | None = None) -> AbstractContextManager[BlobWriter]:
        """Write piece by piece; leaving the block without `commit` (an error, an aborted upload) stores nothing."""

    def put_stream(self, tenant_id: UUID, chunks: Iterable[bytes], *, max_bytes: int | None = None) -> StoredBlob:
        """Store chunks of any sizes and hash them. Raises BlobTooLargeError and then stores nothing."""

    def put_bytes(self, tenant_id: UUID, data: bytes) -> StoredBlob:
        """Store bytes from memory."""

    def open(self, tenant_id: UUID, digest: str) -> AbstractContextManager[BinaryIO]:
        """Open the plaintext as a sequential stream; each byte is verified before it is returned.

        Raises BlobMissingError, BlobDamagedError (at opening, or while reading), StorageUnavailableError.
        """

    def read(self, tenant_id: UUID, digest: str) -> bytes:
        """Return the whole plaintext. Raises the same errors as `open`."""

    def materialise(self, tenant_id: UUID, digest: str) -> AbstractContextManager[Path]:
        """Write the plaintext to a private file (mode 0600), for readers that need a path; delete it afterwards."""

    def exists(self, tenant_id: UUID, digest: str) -> bool: ...

    def delete(self, tenant_id: UUID, digest: str) -> None:
        """Delete a blob; do nothing if it does not exist."""

    def list_digests(self, tenant_id: UUID) -> Iterator[str]:
        """List the digests of all blobs of a tenant, in any order."""

    def list_older(self, tenant_id: UUID, written_before: datetime) -> Iterator[str]:
        """List the digests of a tenant's blobs that were last written before `written_before`."""

    def delete_older(self, tenant_id: UUID, digest: str, written_before: datetime) -> bool:
        """Delete a blob last written before `written_before`; return False if it is newer or does not exist."""

    def sweep_partial(self, older_than: timedelta) -> int:
        """Delete temporary files of crashed processes that are older than `older_than`; return how many."""


class ByteSource(Protocol):
    """A stream of stored (encrypted) bytes. `read` returns fewer than `size` bytes only at the end."""

    def read(self, size: int) -> bytes: ...


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object's name, and when it was last written (timezone-aware), by the backend's clock."""

    name: str
    written_at: datetime


class ObjectBackend(Protocol):
    """Stores encrypted objects under names of the form `<tenant>/<digest[:2]>/<digest>`."""

    @property
    def spool_dir(self) -> Path:
        """The private folder for objects before they are published; `publish` moves files out of it."""

    def publish(self, spooled: Path, name: str) -> None:
        """Store a finished file under its name, atomically; an object with that name is replaced."""

    def publish_once(self, spooled: Path, name: str) -> bool:
        """Store a small finished file under its name; if the name exists, keep the old object and return False."""

    def open(self, name: str) -> AbstractContextManager[ByteSource]:
        """Open an object. Raises BlobMissingError, StorageUnavailableError."""

    def exists(self, name: str) -> bool: ...

    def delete(self, name: str) -> None: ...

    def find(self, name: str) -> StoredObject | None: ...

    def list_objects(self, prefix: str, *, after: str = "") -> Iterator[StoredObject]:
        """List the objects of the form `<prefix>/<folder>/<file>` whose names sort after `after`."""

    def list_folders(self, prefix: str) -> Iterator[str]:
        """List the folders directly below `prefix`, by the last part of their names."""
