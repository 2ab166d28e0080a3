"""The contract of a suite and its results. `evals.running.runner` runs suites.

A suite reads its cases from a data folder and opens resources for them, such as a store of documents. It scores each
case separately, and defines metrics over the measures of the cases. A new suite is one file in `evals/suites` that ends
with `SUITE = …`.
"""

import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from app.core.errors import InvalidInputError
from app.evaluations.metrics import MetricSpec
from evals.datasets.files import DataMissingError
from evals.environment.context import SuiteContext, Used


class UnknownSuiteError(InvalidInputError):
    code = "unknown-suite"
    title = "There is no such suite: 'footnote eval list' lists them."


class UnknownOptionError(InvalidInputError):
    code = "unknown-suite-option"
    title = "The suite has no such option."


@dataclass(frozen=True, slots=True)
class Case:
    """One case's outcome. `score` is None, not 0, if the case could not be scored; `reason` explains the score.

    Metrics are computed from `measures`. Every report contains `details`. The run's files and pages contain `trace`.
    These three must be equal in two runs of the same code on the same data. They therefore contain no ids, and no times
    unless the suite measures times. `times` are seconds by name, and are stored separately.
    """

    id: str
    score: float | None
    reason: str
    details: Mapping[str, object] = field(default_factory=dict)
    measures: Mapping[str, float | None] = field(default_factory=dict)
    kind: str = ""
    trace: Mapping[str, object] = field(default_factory=dict)
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: Decimal = Decimal(0)
    times: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """The cases, and the metrics over all cases by name."""

    metrics: Mapping[str, float]
    cases: Sequence[Case]


class Planned(Protocol):
    """A case that is not yet scored, with its unique id and its kind (such as a question type, or "")."""

    @property
    def id(self) -> str: ...

    @property
    def kind(self) -> str: ...


P = TypeVar("P", bound=Planned)
P_contra = TypeVar("P_contra", bound=Planned, contravariant=True)


class Scoring(Protocol[P_contra]):
    """The result of `Suite.open`: scores cases with the opened resources."""

    @property
    def used(self) -> Used: ...

    def score(self, case: P_contra) -> Case:
        """Score the case. If the suite is `parallel`, several threads call this method at once.

        Any error other than a FootnoteError is a defect of the suite and ends the run.
        """


class Suite(ABC, Generic[P]):
    """A measurement. `version` must change when the suite computes other figures for the same system."""

    name: ClassVar[str]
    version: ClassVar[str]
    purpose: ClassVar[str]
    metrics: ClassVar[tuple[MetricSpec, ...]]
    parallel: ClassVar[bool] = True
    options: ClassVar[frozenset[str]] = frozenset()
    """The options that `with_options` accepts."""

    def with_options(self, options: Collection[str]) -> "Suite[Any]":
        """Return the suite with these options on. Raises UnknownOptionError."""
        unknown = sorted(set(options) - self.options)
        if unknown:
            raise UnknownOptionError(f"The suite {self.name} has no option {unknown[0]}.")
        return self

    def write_own(self, folder: Path) -> Path:
        """Write the suite's own data into the folder and return it. Raises DataMissingError if it has none."""
        raise DataMissingError(f"The suite {self.name} has none for {folder}: name a folder of data with --data.")

    @abstractmethod
    def load(self, data: Path) -> Sequence[P]:
        """Load the cases in the data folder, in a fixed order. Raises DataMissingError, DatasetError."""

    @abstractmethod
    def open(self, context: SuiteContext, cases: Sequence[P]) -> AbstractContextManager[Scoring[P]]:
        """Open the resources for scoring these cases. Raises the errors of `Stack.start`."""


class Suites:
    """The suites by name."""

    def __init__(self, suites: Sequence[Suite[Any]]) -> None:
        self._suites = {suite.name: suite for suite in suites}

    def list_all(self) -> list[Suite[Any]]:
        return [self._suites[name] for name in sorted(self._suites)]

    def get(self, name: str) -> Suite[Any]:
        """Return a suite by name. Raises UnknownSuiteError."""
        if name not in self._suites:
            raise UnknownSuiteError(f"There is no suite {name}: choose one of {', '.join(sorted(self._suites))}.")
        return self._suites[name]


def discover_suites(package: ModuleType) -> Suites:
    """Find the `SUITE` of every module in the package."""
    names = [found.name for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")]
    modules = [importlib.import_module(name) for name in names]
    return Suites([module.SUITE for module in modules if hasattr(module, "SUITE")])
