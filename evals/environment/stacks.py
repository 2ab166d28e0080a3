"""Runs Footnote for suites. Suites share one running instance, and each set of documents has its own tenant.

A stack is a running Footnote: API, workers, database and broker. A home is the folder with the data of a stack, or with
the secrets of one tenant.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from app.settings import CONCURRENCY
from app.stack.errors import HomeInUseError
from app.stack.home import Home
from app.stack.supervisor import Stack
from evals.environment.provenance import digest_schema

SHARED, TENANTS = "footnote", "tenants"
SIDE_BY_SIDE = 4
"""The number of commands that may run at once on one folder of homes. Each command runs its own Footnote."""
LIMITS = ("FOOTNOTE_LIMITS__REQUESTS_PER_MINUTE", "FOOTNOTE_LIMITS__UPLOADS_PER_MINUTE")
UNLIMITED = "1000000"


class Running(Protocol):
    """The interface of a running Footnote for suites: addresses, and the home with a tenant's secrets."""

    @property
    def home(self) -> Home: ...

    @property
    def url(self) -> str: ...

    def database_url(self, role: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Tenancy:
    """One tenant of a shared Footnote, with the tenant's own home. Implements `Running`."""

    stack: Stack
    home: Home

    @property
    def url(self) -> str:
        return self.stack.url

    def database_url(self, role: str) -> str:
        return self.stack.database_url(role)


class Stacks:
    """Starts Footnote when a suite first needs it. All homes in a folder share one Footnote, with a tenant each.

    A search reads no other tenant's rows, so figures do not depend on other ingested documents. Use this class as a
    context manager, from the main thread. Its exit stops the running Footnote.
    """

    def __init__(self, *, notify: Callable[[str], None]) -> None:
        self._notify = notify
        self._running: Stack | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def on(self, home: Home) -> Running:
        """Return the running Footnote with a tenant for `home`. The tenant's home is inside the home of the Footnote.

        Raises the errors of `Stack.start`.
        """
        stack, shared = self._start(home.path.parent / f"{SHARED}-{digest_schema()[:8]}")
        tenant = Home.at(shared.path / TENANTS / home.path.name)
        tenant.ensure()
        return Tenancy(stack, tenant)

    def _start(self, name: Path) -> tuple[Stack, Home]:
        """Return the running Footnote and its home. If none runs, start one on a home that no other command uses."""
        homes = [Home.at(name), *(Home.at(name.with_name(f"{name.name}-{n}")) for n in range(2, SIDE_BY_SIDE + 1))]
        running = self._running
        if running is not None and running.home in homes and running.is_whole:
            return running, running.home
        self.close()
        for home in homes:
            stack = build_stack(home, notify=self._notify)
            try:
                stack.start()
            except HomeInUseError:
                if home is homes[-1]:
                    raise
                continue
            self._running = stack
            return stack, home
        raise AssertionError("the last home returns or raises")

    def close(self) -> None:
        """Stop the running Footnote. The next call of `on` starts a new one."""
        running, self._running = self._running, None
        if running is not None:
            running.stop()


def build_stack(home: Home, *, notify: Callable[[str], None], concurrency: int = CONCURRENCY) -> Stack:
    """Build a Footnote for `home` on a free port without starting it. Rate limits are off, because they slow suites."""
    for name in LIMITS:
        os.environ.setdefault(name, UNLIMITED)  # the stack's processes read settings from the environment
    return Stack(home=home, port=0, concurrency=concurrency, report=notify)


@contextmanager
def running_stack(home: Home, *, notify: Callable[[str], None], concurrency: int = CONCURRENCY) -> Iterator[Stack]:
    """Run a separate Footnote on `home` until the block ends, for measurements of its load or memory."""
    with build_stack(home, notify=notify, concurrency=concurrency) as stack:
        yield stack
