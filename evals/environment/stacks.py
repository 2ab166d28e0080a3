"""Running Footnotes to measure on: the last one goes on running, as the next suite mostly asks the same documents."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

from app.stack.home import Home
from app.stack.supervisor import Stack

LIMITS = ("FOOTNOTE_LIMITS__REQUESTS_PER_MINUTE", "FOOTNOTE_LIMITS__UPLOADS_PER_MINUTE")
UNLIMITED = "1000000"


class Stacks:
    """At most one running Footnote. A context manager: leaving it stops what runs; use it from the main thread."""

    def __init__(self, *, say: Callable[[str], None]) -> None:
        self._say = say
        self._running: Stack | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def on(self, home: Home) -> Stack:
        """Footnote on `home`, which runs until another home's is asked for. Raises what a stack's start raises."""
        if self._running is None or self._running.home != home or not self._running.is_whole:
            self.close()
            stack = build_stack(home, say=self._say)
            stack.start()
            self._running = stack
        return self._running

    def close(self) -> None:
        """Stop what runs; the next one asked for is started."""
        running, self._running = self._running, None
        if running is not None:
            running.stop()


def build_stack(home: Home, *, say: Callable[[str], None], concurrency: int = 2) -> Stack:
    """Footnote for `home`, on a free port, not started; rates unlimited: work is measured, not waiting."""
    for name in LIMITS:
        os.environ.setdefault(name, UNLIMITED)  # the stack hands settings to its processes through the environment
    return Stack(home=home, port=0, concurrency=concurrency, report=say)


@contextmanager
def running_stack(home: Home, *, say: Callable[[str], None], concurrency: int = 2) -> Iterator[Stack]:
    """Footnote on `home` until the block ends, for what measures starts and loads by itself."""
    with build_stack(home, say=say, concurrency=concurrency) as stack:
        yield stack
