"""Objects on local disk. An object is written to a spool file, flushed and renamed, so a named file is complete."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from app.storage.errors import BlobMissingError, StorageUnavailableError, disk_errors_mapped
from app.storage.port import ByteSource, StoredObject

_SPOOL = ".partial"


class LocalObjects:
    """An `ObjectBackend` in its own folder (mode 0700). Its spool folder is inside, so on the same file system."""

    def __init__(self, *, root: Path) -> None:
        self._root = root
        with disk_errors_mapped():
            self.spool_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            root.chmod(0o700)

    @property
    def spool_dir(self) -> Path:
        return self._root / _SPOOL

    def publish(self, spooled: Path, name: str) -> None:
        target = self._root / name
        with disk_errors_mapped():
            _sync(spooled)
            self._ensure_folder(target.parent)
            spooled.replace(target)
            _sync(target.parent)

    def publish_unflushed(self, spooled: Path, name: str) -> None:
        target = self._root / name
        with disk_errors_mapped():
            # A folder must be flushed: a later blob in it counts on that.
            self._ensure_folder(target.parent)
            spooled.replace(target)

    def publish_once(self, spooled: Path, name: str) -> bool:
        target = self._root / name
        with disk_errors_mapped():
            _sync(spooled)
            self._ensure_folder(target.parent)
            try:
                # Use a hard link, which fails if the target exists. A rename would replace the target.
                target.hardlink_to(spooled)
            except FileExistsError:
                return False
            _sync(target.parent)
        return True

    @contextmanager
    def open(self, name: str) -> Iterator[ByteSource]:
        try:
            with disk_errors_mapped():
                file = (self._root / name).open("rb")
        except BlobMissingError:
            self._check_mounted()
            raise
        with file:
            yield _FileSource(file)

    def exists(self, name: str) -> bool:
        return self.find(name) is not None

    def delete(self, name: str) -> None:
        path = self._root / name
        with disk_errors_mapped():
            path.unlink(missing_ok=True)
            if path.parent.is_dir():
                _sync(path.parent)

    def find(self, name: str) -> StoredObject | None:
        try:
            with disk_errors_mapped():
                written = (self._root / name).stat().st_mtime
        except BlobMissingError:
            self._check_mounted()
            return None
        return StoredObject(name, datetime.fromtimestamp(written, UTC))

    def list_objects(self, prefix: str, *, after: str = "") -> Iterator[StoredObject]:
        base = self._root / prefix
        with disk_errors_mapped():
            paths = base.glob("*/*") if base.is_dir() else []
            names = sorted((path.relative_to(self._root).as_posix(), path) for path in paths)
            later = [name for name, path in names if name > after and path.is_file()]
        for name in later:
            # Skip a file that was deleted after the folder was listed.
            found = self.find(name)
            if found is not None:
                yield found

    def list_folders(self, prefix: str) -> Iterator[str]:
        base = self._root / prefix
        with disk_errors_mapped():
            names = sorted(path.name for path in base.iterdir() if path.is_dir()) if base.is_dir() else []
        if not names:
            self._check_mounted()
        yield from names

    def _check_mounted(self) -> None:
        """Check that the disk is mounted: the spool folder exists. Raises StorageUnavailableError."""
        if not self.spool_dir.is_dir():
            raise StorageUnavailableError

    def _ensure_folder(self, folder: Path) -> None:
        """Create `folder` and its parents. Flush each to disk, so that a power cut does not lose them and the blob."""
        if folder.is_dir():
            return
        self._ensure_folder(folder.parent)
        folder.mkdir(exist_ok=True, mode=0o700)
        _sync(folder.parent)


class _FileSource:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, size: int) -> bytes:
        with disk_errors_mapped():
            return self._file.read(size)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
