"""The blob store. It hashes and encrypts data when it writes to a backend, and verifies and decrypts when it reads."""

import io
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from app.storage.encryption import FRAME_BYTES, DecryptingReader, EncryptingWriter
from app.storage.errors import BlobMissingError, BlobTooLargeError, disk_errors_mapped
from app.storage.keyring import Keyring
from app.storage.port import BlobWriter, ObjectBackend, StoredBlob
from app.storage.space import FreeSpace

_DIGEST = re.compile(r"[0-9a-f]{64}")


class EncryptedBlobStore:
    """A `BlobStore` over any `ObjectBackend`.

    It writes plaintext to memory only, never to a disk. It writes no blob while less than `min_free_bytes` are free on
    the local disk. Storing a blob again rewrites it, which repairs a damaged blob.
    """

    def __init__(
        self,
        *,
        backend: ObjectBackend,
        keyring: Keyring,
        min_free_bytes: int = 0,
        frame_bytes: int = FRAME_BYTES,
    ) -> None:
        self._backend = backend
        self._keyring = keyring
        self._space = FreeSpace(backend.spool_dir, min_bytes=min_free_bytes)
        self._frame_bytes = frame_bytes

    def writer(self, tenant_id: UUID, *, max_bytes: int | None = None) -> AbstractContextManager[BlobWriter]:
        return self._writer(tenant_id, self._backend.publish, max_bytes)

    @contextmanager
    def _writer(
        self, tenant_id: UUID, publish: Callable[[Path, str], None], max_bytes: int | None = None
    ) -> Iterator[BlobWriter]:
        self._space.check()
        key = self._keyring.get_current(tenant_id)
        with _private_file(self._backend.spool_dir) as (path, file):
            with disk_errors_mapped():
                cipher = EncryptingWriter(file, tenant_id=tenant_id, key=key, frame_bytes=self._frame_bytes)
            yield _SpooledWriter(
                publish=publish,
                tenant_id=tenant_id,
                path=path,
                file=file,
                cipher=cipher,
                space=self._space,
                max_bytes=max_bytes,
            )

    def put_stream(self, tenant_id: UUID, chunks: Iterable[bytes], *, max_bytes: int | None = None) -> StoredBlob:
        with self.writer(tenant_id, max_bytes=max_bytes) as writer:
            for chunk in chunks:
                writer.write(chunk)
            return writer.commit()

    def put_bytes(self, tenant_id: UUID, data: bytes) -> StoredBlob:
        return self.put_stream(tenant_id, [data])

    def put_output(self, tenant_id: UUID, data: bytes) -> StoredBlob:
        with self._writer(tenant_id, self._backend.publish_unflushed) as writer:
            writer.write(data)
            return writer.commit()

    @contextmanager
    def open(self, tenant_id: UUID, digest: str) -> Iterator[BinaryIO]:
        with self._backend.open(_name(tenant_id, digest)) as source:
            reader = DecryptingReader(source, tenant_id=tenant_id, digest=digest, keyring=self._keyring)
            with io.BufferedReader(reader, buffer_size=self._frame_bytes) as buffered:
                yield buffered

    def read(self, tenant_id: UUID, digest: str) -> bytes:
        with self.open(tenant_id, digest) as stream:
            return stream.read()

    @contextmanager
    def materialise(self, tenant_id: UUID, digest: str) -> Iterator[int]:
        with _memory_file() as file:
            with self.open(tenant_id, digest) as stream, disk_errors_mapped():
                shutil.copyfileobj(stream, file, FRAME_BYTES)
                file.flush()
            yield file.fileno()

    def exists(self, tenant_id: UUID, digest: str) -> bool:
        return _is_digest(digest) and self._backend.exists(_name(tenant_id, digest))

    def delete(self, tenant_id: UUID, digest: str) -> None:
        if _is_digest(digest):
            self._backend.delete(_name(tenant_id, digest))

    def list_digests(self, tenant_id: UUID) -> Iterator[str]:
        for digest, _ in self._list(tenant_id):
            yield digest

    def list_older(self, tenant_id: UUID, written_before: datetime) -> Iterator[str]:
        for digest, written_at in self._list(tenant_id):
            if written_at < written_before:
                yield digest

    def delete_older(self, tenant_id: UUID, digest: str, written_before: datetime) -> bool:
        name = _name(tenant_id, digest)
        found = self._backend.find(name)
        if found is None or found.written_at >= written_before:
            return False
        self._backend.delete(name)
        return True

    def _list(self, tenant_id: UUID) -> Iterator[tuple[str, datetime]]:
        for found in self._backend.list_objects(f"{tenant_id}/"):
            digest = found.name.rpartition("/")[2]
            if _is_digest(digest):
                yield digest, found.written_at

    def sweep_partial(self, older_than: timedelta) -> int:
        deadline = time.time() - older_than.total_seconds()
        swept = 0
        with disk_errors_mapped():
            for path in self._backend.spool_dir.iterdir():
                # A writer may finish at this moment and delete its own file.
                with suppress(FileNotFoundError):
                    if path.is_file() and path.stat().st_mtime <= deadline:
                        path.unlink()
                        swept += 1
        return swept


class _SpooledWriter:
    """A `BlobWriter` that writes to a spool file. `commit` publishes the file under its digest."""

    def __init__(
        self,
        *,
        publish: Callable[[Path, str], None],
        tenant_id: UUID,
        path: Path,
        file: BinaryIO,
        cipher: EncryptingWriter,
        space: FreeSpace,
        max_bytes: int | None,
    ) -> None:
        self._publish = publish
        self._tenant_id = tenant_id
        self._path = path
        self._file = file
        self._cipher = cipher
        self._space = space
        self._max_bytes = max_bytes
        self._whole = True

    def write(self, data: bytes) -> None:
        # `commit` must not store incomplete data, so it fails after a failed `write`.
        self._whole = False
        if self._max_bytes is not None and self._cipher.size_bytes + len(data) > self._max_bytes:
            raise BlobTooLargeError(extra={"max_bytes": self._max_bytes})
        self._space.check()
        with disk_errors_mapped():
            self._cipher.write(data)
        self._whole = True

    def commit(self) -> StoredBlob:
        if not self._whole:
            raise RuntimeError("commit was called after a failed write or a second time")
        self._whole = False
        with disk_errors_mapped():
            digest = self._cipher.finish()
            self._file.close()
        self._publish(self._path, _name(self._tenant_id, digest))
        return StoredBlob(digest=digest, size_bytes=self._cipher.size_bytes)


@contextmanager
def _private_file(folder: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """Create a file with mode 0600 and open it for writing. Delete it afterwards if it still exists."""
    with disk_errors_mapped():
        handle, name = tempfile.mkstemp(dir=folder)
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield path, file
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _memory_file() -> BinaryIO:
    """Open a new file that no other process can open by a name: in memory on Linux, elsewhere a file without a name."""
    if sys.platform == "linux":
        return os.fdopen(os.memfd_create("footnote"), "w+b")
    return tempfile.TemporaryFile()


def _is_digest(digest: str) -> bool:
    return _DIGEST.fullmatch(digest) is not None


def _name(tenant_id: UUID, digest: str) -> str:
    # Only a digest is a valid name. This check also rejects names with path separators.
    if not _is_digest(digest):
        raise BlobMissingError
    return f"{tenant_id}/{digest[:2]}/{digest}"
