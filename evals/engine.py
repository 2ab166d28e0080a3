"""Running a suite: what a suite is, what it is given, what it hands back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from app.core.errors import InvalidInputError


class UnknownSuiteError(InvalidInputError):
    code = "unknown-suite"
    title = "There is no such suite: 'footnote eval list' names them."


class DataMissingError(InvalidInputError):
    code = "eval-data-missing"
    title = "The data folder lacks a file that this suite reads."


@dataclass(frozen=True, slots=True)
class Case:
    """One case's outcome. `score` is None when it could not be scored, which is not 0; `reason` says why."""

    id: str
    score: float | None
    reason: str
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """Metrics by name, over all cases, and the cases."""

    metrics: Mapping[str, float]
    cases: Sequence[Case]


@dataclass(frozen=True, slots=True)
class SuiteContext:
    """What a run is given: the data, where it may keep homes between runs, whom to tell what is being done."""

    data: Path
    data_digest: str
    homes: Path
    say: Callable[[str], None]


class Suite(Protocol):
    """A measurement. `version` changes whenever the same system would get other figures."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def purpose(self) -> str:
        """One sentence for the list of suites."""

    def run(self, context: SuiteContext) -> SuiteResult:
        """Raises DataMissingError, and what the stack raises when it can't be started."""


class Suites:
    """The suites by name."""

    def __init__(self, suites: Sequence[Suite]) -> None:
        self._suites = {suite.name: suite for suite in suites}

    def list_all(self) -> list[Suite]:
        return list(self._suites.values())

    def get(self, name: str) -> Suite:
        """Raises UnknownSuiteError."""
        if name not in self._suites:
            raise UnknownSuiteError(f"There is no suite {name}: choose one of {', '.join(self._suites)}.")
        return self._suites[name]


def require_file(folder: Path, name: str) -> Path:
    """The file or folder of that name in the data folder. Raises DataMissingError."""
    path = folder / name
    if not path.exists():
        raise DataMissingError(f"{folder} has no {name}: this suite reads it.")
    return path
