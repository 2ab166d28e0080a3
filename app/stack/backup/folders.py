"""Writes a folder completely or not at all, and copies files with checksums."""

import hashlib
import os
import platform
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from app.stack.backup.manifest import StoredFile

_PIECE = 1 << 20


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Yield a new, private folder beside `target`. Rename it to `target` at the end; delete it after any exception.

    A killed process leaves its folder behind, under a hidden name. The next call with a target in the same parent
    folder deletes it. Therefore a process must not fill two folders with the same parent at the same time.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    _delete_leftovers(target.parent)
    draft = target.with_name(f".{target.name}.footnote-draft-{platform.node()}-{os.getpid()}")
    draft.mkdir(mode=0o700)
    try:
        yield draft
        _sync_folders(draft)
        if target.is_dir():
            target.rmdir()  # fails if it is not empty
        draft.rename(target)
        _sync(target.parent)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def copy_file(source: Path, target: Path, *, listed_as: str) -> StoredFile:
    """Copy a file, readable by its owner only, and flush it to disk. Return its entry in a manifest."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    sha256, size = hashlib.sha256(), 0
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with source.open("rb") as reader, os.fdopen(handle, "wb") as writer:
        while piece := reader.read(_PIECE):
            sha256.update(piece)
            size += len(piece)
            writer.write(piece)
        writer.flush()
        os.fsync(writer.fileno())
    return StoredFile(path=listed_as, size_bytes=size, sha256=sha256.hexdigest())


def read_checksum(folder: Path, name: str) -> StoredFile:
    """Return the size and the SHA-256 of `folder/name`."""
    with (folder / name).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return StoredFile(path=name, size_bytes=file.tell(), sha256=digest)


def _sync_folders(top: Path) -> None:
    """Flush the names in `top` and in all folders below it to disk. The contents of files are not flushed."""
    for folder, _, _ in os.walk(top):
        _sync(Path(folder))


def _delete_leftovers(folder: Path) -> None:
    """Delete the unfinished folders of processes of this machine that were killed.

    In a container, each run may have the same process ID, so a folder with this process's ID is from an earlier one.
    """
    unfinished = re.compile(rf"\..+\.footnote-draft-{re.escape(platform.node())}-(\d+)")
    for path in folder.iterdir():
        found = unfinished.fullmatch(path.name)
        if found and (int(found[1]) == os.getpid() or not psutil.pid_exists(int(found[1]))):
            shutil.rmtree(path, ignore_errors=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
