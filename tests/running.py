"""One running Footnote for the tests of a process that are not about starting and stopping it; each has tenants."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.stack.home import Home
from app.stack.supervisor import Stack
from evals.environment.stacks import LIMITS, UNLIMITED, Stacks


@contextmanager
def run_footnote(folder: Path) -> Iterator[Stack]:
    """A whole Footnote with its data in `folder`, rates unlimited."""
    stack = Stack(home=Home.at(folder), port=0)
    with pytest.MonkeyPatch.context() as patch:
        for name in LIMITS:
            patch.setenv(name, UNLIMITED)
        stack.start()
    try:
        yield stack
    finally:
        stack.stop()


@dataclass(frozen=True, slots=True)
class Tenancy:
    """A running Footnote with a home that holds the secrets of a tenant of its own. Has what evals use of `Stack`."""

    stack: Stack
    home: Home

    @property
    def url(self) -> str:
        return self.stack.url

    def database_url(self, role: str) -> str:
        return self.stack.database_url(role)


class OneStack(Stacks):
    """Suites' homes as tenants of one running Footnote, so that no suite waits for another to start."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(say=lambda _: None)
        self._stack = stack

    def on(self, home: Home) -> Tenancy:
        home.ensure()
        return Tenancy(self._stack, home)
