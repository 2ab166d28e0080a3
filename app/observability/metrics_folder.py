"""The folder with the metrics of worker processes: a file per process, in Prometheus' text format.

A file is written as a whole and renamed. On a full disk, the write fails and the older file stays. The multi-process
mode of prometheus_client writes to memory-mapped files instead, and on a full disk the kernel then kills the process
(SIGBUS). This module avoids the slow import of prometheus_client.
"""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

_SUFFIX = ".prom"


def clear_metrics_folder(folder: Path) -> None:
    """Create the folder for the metrics of worker processes, or empty it. Call this before the first worker starts."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for pattern in (f"*{_SUFFIX}*", "*.db"):  # earlier versions wrote *.db
        for file in folder.glob(pattern):
            file.unlink(missing_ok=True)


def new_snapshot(folder: Path) -> Path:
    """Return the path for this process's metrics. No earlier process with the same id has used it."""
    return folder / f"{os.getpid()}-{time.time_ns()}{_SUFFIX}"


def write_snapshot(file: Path, rendered: bytes) -> None:
    """Write this process's metrics. If the disk is full, keep the older file: metrics never stop the work."""
    draft = file.with_name(file.name + ".new")
    try:
        draft.write_bytes(rendered)
        draft.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def read_snapshots(folder: Path, *, besides: Path | None = None) -> Iterator[str]:
    """Yield the metrics of each process in the folder but `besides`, which is this process's own."""
    for file in sorted(path for path in folder.glob(f"*{_SUFFIX}") if path != besides):
        with contextlib.suppress(OSError):
            yield file.read_text()
