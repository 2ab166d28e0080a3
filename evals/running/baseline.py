"""Baselines are the last accepted scores of a suite on a data set. They are stored with the code.

A baseline contains the conditions, and the cases' ids, kinds, scores and measures. It contains no texts, quotes or
reasons, because the data's licence may forbid storing them. `footnote eval accept RUN` makes a run the baseline of its
suite and data.
"""

import re
from datetime import datetime
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from app.core.errors import InvalidInputError, NotFoundError
from app.evaluations.metrics import MetricSpec
from app.evaluations.records import (
    CaseRecord,
    Conditions,
    EvalRunStatus,
    Figure,
    RunManifest,
    RunRecord,
    Selection,
    figures_over,
)
from evals.environment.provenance import ROOT

BASELINES = ROOT / "evals" / "baselines"


class BaselineMissingError(NotFoundError):
    code = "eval-baseline-missing"
    title = "There is no baseline to compare with: create one with 'footnote eval gate --update'."


class BaselineBrokenError(InvalidInputError):
    code = "eval-baseline-broken"
    title = "The baseline can't be read: replace it with 'footnote eval gate --update'."


class BaselineOutdatedError(InvalidInputError):
    code = "eval-baseline-outdated"
    title = "The baseline is of another suite version, data or cases: replace it with 'footnote eval gate --update'."


class RunNotAcceptableError(InvalidInputError):
    code = "eval-run-not-acceptable"
    title = "Only a completed run can become a baseline: resume it, or run the suite again."


class _StoredModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BaselineCase(_StoredModel):
    """A case without its texts."""

    id: str
    kind: str = ""
    score: Figure | None
    measures: dict[str, Figure | None] = {}


class Baseline(_StoredModel):
    """A run without its texts and times. `command` is the command that produced the run."""

    command: str
    suite: str
    suite_version: str
    started_at: datetime
    conditions: Conditions
    selection: Selection
    metrics: tuple[MetricSpec, ...]
    figures: dict[str, Figure]
    cases: tuple[BaselineCase, ...]

    @classmethod
    def of(cls, record: RunRecord) -> Self:
        """Extract the baseline from a run. Raises RunNotAcceptableError for an unfinished run."""
        manifest = record.manifest
        if manifest.status is not EvalRunStatus.DONE:
            raise RunNotAcceptableError(f"{manifest.id} is {manifest.status}, not done.")
        cases = tuple(
            BaselineCase(id=case.id, kind=case.kind, score=case.score, measures=case.measures) for case in record.cases
        )
        return cls(
            command=_command(manifest),
            suite=manifest.suite,
            suite_version=manifest.suite_version,
            started_at=manifest.started_at,
            conditions=manifest.conditions,
            selection=manifest.selection,
            metrics=manifest.metrics,
            figures=figures_over(manifest.metrics, record.cases),
            cases=cases,
        )

    def as_record(self) -> RunRecord:
        """Return the baseline as a run. The run's id starts with "baseline", and its reasons are empty."""
        cases = tuple(
            CaseRecord(id=case.id, kind=case.kind, score=case.score, reason="", measures=case.measures)
            for case in self.cases
        )
        name = re.sub(r"[^a-z0-9.-]+", "-", f"{self.conditions.data_name}.{self.suite}".lower())
        manifest = RunManifest(
            id=f"baseline.{name}"[:100],
            suite=self.suite,
            suite_version=self.suite_version,
            status=EvalRunStatus.DONE,
            started_at=self.started_at,
            selection=self.selection,
            conditions=self.conditions,
            metrics=self.metrics,
            figures=self.figures,
            n=len(cases),
        )
        return RunRecord(manifest=manifest, cases=cases)

    def write(self, path: Path) -> None:
        """Write one case per line, so that a person can read the difference between two baselines."""
        path.parent.mkdir(parents=True, exist_ok=True)
        head = self.model_dump_json(indent=1, exclude={"cases"}).removesuffix("\n}")
        cases = ",\n".join(f"  {case.model_dump_json()}" for case in self.cases)
        path.write_text(f'{head},\n "cases": [\n{cases}\n ]\n}}\n')


def baseline_path(suite: str, data_name: str, *, folder: Path = BASELINES) -> Path:
    """Return the path of a suite's baseline. `data_name` is the name of the data folder."""
    return folder / f"{data_name}.{suite}.json"


def read_baseline(path: Path) -> Baseline:
    """Read a baseline. Raises BaselineMissingError, BaselineBrokenError."""
    if not path.is_file():
        raise BaselineMissingError(f"There is no baseline {path.name}: create one with 'footnote eval gate --update'.")
    try:
        return Baseline.model_validate_json(path.read_text())
    except ValidationError as error:
        raise BaselineBrokenError(f"{path.name} can't be read.") from error


def accept_run(record: RunRecord, *, folder: Path = BASELINES) -> Path:
    """Store a run as the baseline of its suite and data. Return the file. Raises RunNotAcceptableError."""
    path = baseline_path(record.manifest.suite, record.manifest.conditions.data_name, folder=folder)
    Baseline.of(record).write(path)
    return path


def _command(manifest: RunManifest) -> str:
    selection = manifest.selection
    options = [f"--data {manifest.conditions.data_name}"]
    if selection.only:
        options.append(f"--only {selection.only}")
    if selection.sample:
        options.append(f"--sample {selection.sample} --seed {selection.seed}")
    if selection.repeat > 1:
        options.append(f"--repeat {selection.repeat}")
    options.extend(f"--{option}" for option in selection.options)
    return " ".join(["footnote eval run", manifest.suite, *options])
