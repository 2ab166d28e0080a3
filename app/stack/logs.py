"""Limits the size of the logs in a home, while the processes that write them run."""

import contextlib
import os
import shutil
from pathlib import Path


def rotate_logs(folder: Path, *, max_bytes: int, kept: int) -> None:
    """Rotate each log of more than `max_bytes`: copy it to `<name>.1`, then empty it. Keep `kept` copies, `.1` first.

    The writers have their logs open for appending, so they continue in the emptied files. Lines that are written
    between copying and emptying are lost. If the disk is too full for a copy, the log stays as it is.
    """
    for log in folder.glob("*.log"):
        with contextlib.suppress(OSError):
            if log.stat().st_size > max_bytes:
                _rotate(log, kept)


def _rotate(log: Path, kept: int) -> None:
    draft = _copy(log, "new")
    try:
        shutil.copyfile(log, draft)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    os.truncate(log, 0)
    for number in range(kept - 1, 0, -1):
        with contextlib.suppress(FileNotFoundError):
            _copy(log, number).replace(_copy(log, number + 1))
    draft.replace(_copy(log, 1))


def _copy(log: Path, name: int | str) -> Path:
    return log.with_name(f"{log.name}.{name}")
