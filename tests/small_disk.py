"""A small disk in memory, which a test can fill. Mounting it needs root; without root, its tests are skipped."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A disk that is mounted at `path`."""

    path: Path

    def fill(self, *, left: int = 0) -> None:
        """Write a file, so that `left` bytes stay free."""
        number = len(list(self.path.glob("filler-*")))
        with (self.path / f"filler-{number}").open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(self.path).free - left)

    def empty(self) -> None:
        """Delete the files of `fill`."""
        for file in self.path.glob("filler-*"):
            file.unlink()


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[SmallDisk]:
    """Mount a disk of `size` bytes at a new folder. Skip the test if this process may not mount."""
    folder.mkdir()
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", f"size={size},mode=755", "footnote-test", str(folder)]
    if os.geteuid() != 0 or mount is None or subprocess.run([mount, *options], check=False).returncode != 0:
        pytest.skip("a small disk cannot be mounted here: this needs root, and permission to mount")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
