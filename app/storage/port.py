"""The storage ports. Features use `BlobStore`. Each storage system (disk, S3) implements `ObjectBackend`."""

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
    """Writes a blob piece by piece. The blob exists only after `commit` has returned."""

    def write(self, data: bytes) -> None:
        """Append bytes. Raises StorageFullError, and BlobTooLargeError as soon as the size exceeds the limit."""

    def commit(self) -> StoredBlob:
        """Store all written data and flush it to disk. May be called only once."""


class BlobStore(Protocol):
    """Immutable blobs. Each belongs to one tenant and is identified by the digest of its content.

    If a tenant writes the same bytes twice, it has one blob. Tenants never share a blob. All methods are thread-safe.
    A digest is that of a `StoredBlob`; any other string refers to no blob.
    """

    def writer(self, tenant_id: UUID, *, max_bytes: int | None = None) -> AbstractContextManager[BlobWriter]:
        """Write a blob piece by piece. If the block ends without `commit`, as after an error, nothing is stored."""

    def put_stream(self, tenant_id: UUID, chunks: Iterable[bytes], *, max_bytes: int | None = None) -> StoredBlob:
        """Store a blob from chunks of any size. Raises BlobTooLargeError, and stores nothing in that case."""

    def put_bytes(self, tenant_id: UUID, data: bytes) -> StoredBlob:
        """Store a blob from bytes in memory."""

    def put_output(self, tenant_id: UUID, data: bytes) -> StoredBlob:
        """Store bytes that can be made again. It does not wait for the disk: a power cut may lose or damage the blob,
        but never another one.
        """

    def open(self, tenant_id: UUID, digest: str) -> AbstractContextManager[BinaryIO]:
        """Open the plaintext as a sequential stream. Each byte is verified before it is returned.

        Raises BlobMissingError, StorageUnavailableError, and BlobDamagedError (when opened, or later when read).
        """

    def read(self, tenant_id: UUID, digest: str) -> bytes:
        """Return the whole plaintext. Raises the same errors as `open`."""

    def materialise(self, tenant_id: UUID, digest: str) -> AbstractContextManager[int]:
        """Write the plaintext to a file in memory, for a reader that needs a file. Yield its descriptor.

        The file has no name, so the kernel deletes it when the last process that has it open ends. This process can
        open it at `/dev/fd/<descriptor>`.
        """

    def exists(self, tenant_id: UUID, digest: str) -> bool: ...

    def delete(self, tenant_id: UUID, digest: str) -> None:
        """Delete a blob. Do nothing if it does not exist."""

    def list_digests(self, tenant_id: UUID) -> Iterator[str]:
        """List the digests of all blobs of a tenant, in any order."""

    def list_older(self, tenant_id: UUID, written_before: datetime) -> Iterator[str]:
        """List the digests of a tenant's blobs that were last written before `written_before`."""

    def delete_older(self, tenant_id: UUID, digest: str, written_before: datetime) -> bool:
        """Delete a blob last written before `written_before`. Return False if it is newer or does not exist."""

    def sweep_partial(self, older_than: timedelta) -> int:
        """Delete unfinished files of crashed processes that are older than `older_than`. Return their number."""


class ByteSource(Protocol):
    """A stream of stored (encrypted) bytes. `read` returns fewer than `size` bytes only at the end."""

    def read(self, size: int) -> bytes: ...


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object's name, and the time of its last write by the backend's clock (timezone-aware)."""

    name: str
    written_at: datetime


class ObjectBackend(Protocol):
    """Stores encrypted objects under names of the form `<tenant>/<digest[:2]>/<digest>`."""

    @property
    def spool_dir(self) -> Path:
        """The private folder for objects that are not yet published. `publish` moves files out of it."""

    def publish(self, spooled: Path, name: str) -> None:
        """Store a finished file under a name, atomically. It replaces an existing object with that name."""

    def publish_unflushed(self, spooled: Path, name: str) -> None:
        """The same as `publish`, but a power cut may lose or damage the object."""

    def publish_once(self, spooled: Path, name: str) -> bool:
        """Store a small finished file under a name. If the name exists, keep the existing object and return False."""

    def open(self, name: str) -> AbstractContextManager[ByteSource]:
        """Open an object. Raises BlobMissingError, StorageUnavailableError."""

    def exists(self, name: str) -> bool: ...

    def delete(self, name: str) -> None: ...

    def find(self, name: str) -> StoredObject | None: ...

    def list_objects(self, prefix: str, *, after: str = "") -> Iterator[StoredObject]:
        """List the objects of the form `<prefix>/<folder>/<file>` whose names sort after `after`."""

    def list_folders(self, prefix: str) -> Iterator[str]:
        """List the folders directly below `prefix`, by the last part of their names."""
