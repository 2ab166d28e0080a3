"""The story of `tests.policy.scenario`, told once, and the database as it was before each chapter of its rest: whatever
is broken is tried on a copy of the page that shows it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self
from uuid import uuid4

from tests.conftest import TestDatabase, _close, _open
from tests.policy.machine import PolicyMachine
from tests.policy.scenario import Scenario
from tests.policy.tally import Tally


@dataclass(frozen=True, slots=True)
class Book:
    """`pages`: chapter → (a database that nobody is connected to, the story as it stands there)."""

    postgres: Any
    pages: dict[str, tuple[str, Scenario]]
    tally: Tally
    """Of all of it."""

    @classmethod
    @contextmanager
    def told(cls, postgres: Any, template: str) -> Iterator[Self]:
        """Raises DifferenceError."""
        made = cls(postgres, {}, Tally())
        with made._copied(template) as opened:
            machine = type("Told", (PolicyMachine,), {"database": opened, "tally": made.tally, "more": {}})()
            story = Scenario(machine, postgres.url("postgres", opened.name))
            story.tell_beginning()
            for chapter in story.rest:
                made._keep(chapter, opened, story)
                story.tell_chapter(chapter)
        try:
            yield made
        finally:
            for name, _ in made.pages.values():
                postgres.databases.drop_database(name)

    @contextmanager
    def opened(self, chapter: str) -> Iterator[tuple[TestDatabase, Scenario]]:
        """A copy of the page before the chapter, and the story to go on with in it."""
        name, story = self.pages[chapter]
        with self._copied(name) as opened:
            yield opened, story.resume_in(opened)

    def _keep(self, chapter: str, opened: TestDatabase, story: Scenario) -> None:
        name = f"test_{uuid4().hex}"
        for database in (opened.api, opened.worker, opened.owner, opened.relay):
            database.close()  # what is copied, nobody is connected to
        self.postgres.databases.copy_database(opened.name, name)
        self.pages[chapter] = name, story.resume_in(opened)

    @contextmanager
    def _copied(self, template: str) -> Iterator[TestDatabase]:
        name = f"test_{uuid4().hex}"
        self.postgres.databases.copy_database(template, name)
        opened = _open(self.postgres, name)
        try:
            yield opened
        finally:
            _close(self.postgres, opened)
