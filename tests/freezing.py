"""Freeze processes, as a debugger, a hanging disk or a paused container does."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil


@contextmanager
def frozen(pid: int | None) -> Iterator[None]:
    """Freeze a process and its descendants during the block."""
    assert pid is not None, "the process runs"
    top = psutil.Process(pid)
    top.suspend()  # first, so that it starts no more children
    stopped = [top, *top.children(recursive=True)]
    for process in stopped:
        process.suspend()
    try:
        yield
    finally:
        for process in stopped:
            with suppress(psutil.NoSuchProcess):
                process.resume()
