"""The storage ports: `BlobStore` is what features use, `ObjectBackend` what a place for bytes must offer."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """A blob that is safely stored: SHA-256 of its plaintext (64 lower-case hex digits), size in bytes."""

    digest: str
    size_bytes: int


class BlobWriter(Protocol):
    """Takes a blob piece by piece; it exists only once `commit` has returned."""

    def write(self, data: bytes) -> None:
        """Append. Raises BlobTooLargeError as soon as the limit is passed; StorageFullError."""

    def commit(self) -> StoredBlob:
        """Store what was written, whole and flushed to disk. May be called once."""


class BlobStore(Protocol):
    """Immutable blobs of one tenant each, named by their content.

    The same bytes written twice by one tenant are one blob; two tenants never share one. All methods may be
    called from many threads at once. Digests come from `StoredBlob`; any other string names nothing.
    """

    def writer(self, tenant_id: UUID, *, max_bytes: int | None = None) -> AbstractContextManager[BlobWriter]:
        """Write piece by piece; leaving without `commit` (an error, a cut-off upload) leaves nothing."""

    def put_stream(self, tenant_id: UUID, chunks: Iterable[bytes], *, max_bytes: int | None = None) -> StoredBlob:
        """Store chunks of any sizes while hashing. Raises BlobTooLargeError, then leaves nothing behind."""

    def put_bytes(self, tenant_id: UUID, data: bytes) -> StoredBlob:
        """Store bytes that are in memory already."""

    def open(self, tenant_id: UUID, digest: str) -> AbstractContextManager[BinaryIO]:
        """The plaintext as a sequential stream; each byte is verified before it is handed out.

        Raises BlobMissingError, BlobDamagedError (at opening, or while reading), StorageUnavailableError.
        """

    def read(self, tenant_id: UUID, digest: str) -> bytes:
        """The whole plaintext. Raises as `open` does."""

    def materialise(self, tenant_id: UUID, digest: str) -> AbstractContextManager[Path]:
        """The plaintext in a private file (mode 0600), removed afterwards, for readers that need a path."""

    def exists(self, tenant_id: UUID, digest: str) -> bool: ...

    def delete(self, tenant_id: UUID, digest: str) -> None:
        """Remove a blob; an absent one is no error."""

    def list_digests(self, tenant_id: UUID) -> Iterator[str]:
        """The digests of all blobs of a tenant, in no promised order."""

    def list_older(self, tenant_id: UUID, written_before: datetime) -> Iterator[str]:
        """The digests of a tenant's blobs that were last written before that time."""

    def delete_older(self, tenant_id: UUID, digest: str, written_before: datetime) -> bool:
        """Remove a blob, unless it was written since: False when it was, or when it is gone."""

    def sweep_partial(self, older_than: timedelta) -> int:
        """Remove older files that crashes left behind (partial and materialised ones); returns how many."""


class ByteSource(Protocol):
    """A stream of stored (encrypted) bytes. `read` returns fewer than `size` only at the end."""

    def read(self, size: int) -> bytes: ...


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object's name, and when it was last written (aware), by the clock of the place that keeps it."""

    name: str
    written_at: datetime


class ObjectBackend(Protocol):
    """A place that keeps encrypted objects under names of the form `<tenant>/<digest[:2]>/<digest>`."""

    @property
    def spool_dir(self) -> Path:
        """Where an object is written before it is published; private, and fit for `publish`."""

    def publish(self, spooled: Path, name: str) -> None:
        """Move a finished file in under its name, whole or not at all, replacing an equal one."""

    def publish_once(self, spooled: Path, name: str) -> bool:
        """Put a small finished file in under its name, unless there is one: then that stays as it is, and False."""

    def open(self, name: str) -> AbstractContextManager[ByteSource]:
        """Raises BlobMissingError, StorageUnavailableError."""

    def exists(self, name: str) -> bool: ...

    def delete(self, name: str) -> None: ...

    def find(self, name: str) -> StoredObject | None: ...

    def list_objects(self, prefix: str, *, after: str = "") -> Iterator[StoredObject]:
        """The objects of the form `<prefix>/<folder>/<file>` whose names come after `after`."""

    def list_folders(self, prefix: str) -> Iterator[str]:
        """The last parts of the names of the folders right below `prefix`."""
