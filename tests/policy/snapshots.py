"""Snapshots of the database before each phase of the scripted scenario. Mutations are tested on copies of these."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self
from uuid import uuid4

from tests.conftest import TestDatabase, _close, _open
from tests.policy.scenario import Scenario
from tests.policy.state_machine import PolicyStateMachine
from tests.policy.tally import Tally


@dataclass(frozen=True, slots=True)
class ScenarioSnapshots:
    """`snapshots`: for each phase, the name of a database without connections, and the scenario before the phase."""

    postgres: Any
    snapshots: dict[str, tuple[str, Scenario]]
    tally: Tally
    """Counts of the comparisons in the run that `take` makes."""

    @classmethod
    @contextmanager
    def take(cls, postgres: Any, template: str) -> Iterator[Self]:
        """Run the scenario once and store a snapshot before each phase. Raises DifferenceError."""
        made = cls(postgres, {}, Tally())
        with made._copied(template) as opened:
            machine = type(
                "ScriptedRun", (PolicyStateMachine,), {"database": opened, "tally": made.tally, "more": {}}
            )()
            scenario = Scenario(machine, postgres.url("postgres", opened.name))
            scenario.set_up()
            for phase in scenario.phases:
                made._store(phase, opened, scenario)
                scenario.run_phase(phase)
        try:
            yield made
        finally:
            for name, _ in made.snapshots.values():
                postgres.databases.drop_database(name)

    @contextmanager
    def copied(self, phase: str) -> Iterator[tuple[TestDatabase, Scenario]]:
        """Copy the phase's snapshot. Yield the new database, and a scenario whose steps change this database."""
        name, scenario = self.snapshots[phase]
        with self._copied(name) as opened:
            yield opened, scenario.resume_in(opened)

    def _store(self, phase: str, opened: TestDatabase, scenario: Scenario) -> None:
        name = f"test_{uuid4().hex}"
        for database in (opened.api, opened.worker, opened.owner, opened.relay):
            database.close()  # PostgreSQL copies only a database without connections
        self.postgres.databases.copy_database(opened.name, name)
        self.snapshots[phase] = name, scenario.resume_in(opened)

    @contextmanager
    def _copied(self, template: str) -> Iterator[TestDatabase]:
        name = f"test_{uuid4().hex}"
        self.postgres.databases.copy_database(template, name)
        opened = _open(self.postgres, name)
        try:
            yield opened
        finally:
            _close(self.postgres, opened)
