"""One running Footnote per process, for tests that do not start or stop it. Each test uses its own tenants."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.stack.home import Home
from app.stack.supervisor import Stack
from evals.environment.stacks import LIMITS, UNLIMITED, Running, Stacks, Tenancy


@contextmanager
def run_footnote(folder: Path) -> Iterator[Stack]:
    """Run Footnote with its data in `folder`, without rate limits, and with webhooks to 127.0.0.1."""
    stack = Stack(home=Home.at(folder), port=0)
    with pytest.MonkeyPatch.context() as patch:
        for name in LIMITS:
            patch.setenv(name, UNLIMITED)
        patch.setenv("FOOTNOTE_WEBHOOKS__OPEN_HOSTS", '["127.0.0.1"]')
        stack.start()
    try:
        yield stack
    finally:
        stack.stop()


class OneStack(Stacks):
    """Runs each suite in a new tenant of one running Footnote, so that no suite waits for Footnote to start."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(notify=lambda _: None)
        self._stack = stack

    def on(self, home: Home) -> Running:
        home.ensure()
        return Tenancy(self._stack, home)
