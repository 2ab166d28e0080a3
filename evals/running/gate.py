"""The gate runs a fixed set of suites, compares each with its baseline, and fails if a metric is significantly worse.

It uses the project's own data, which it generates for each run: questions, fault files, tagged filings, and annual
reports with their facts. It also uses given folders of other data if they have baselines. It never compares times.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.evaluations.comparison import Comparison, compare_runs
from app.evaluations.records import CaseRecord, Conditions, RunRecord, Selection
from evals.datasets.covers.making import write_made_documents
from evals.datasets.files import rewrite
from evals.datasets.made_fields import write_made_fields
from evals.datasets.project.writing import write_project_data
from evals.datasets.variants.filing import write_filings
from evals.datasets.variants.writing import write_faults
from evals.environment.store import NO_GRAPH, VECTOR_GRAPH
from evals.learning.made_facts import write_made_facts
from evals.running.baseline import BASELINES, Baseline, BaselineOutdatedError, baseline_path, read_baseline
from evals.running.engine import Suite, Suites
from evals.running.runner import Runner, RunRequest, RunWatcher

PROJECT, FAULTS, FILINGS, MADE_FACTS = "project", "made-faults", "made-filings", "made-facts"
MADE_DOCUMENTS, MADE_FIELDS = "made-documents", "made-fields"
EVERY_CASE = Selection()


@dataclass(frozen=True, slots=True)
class Gated:
    """A suite, and the selection of its cases that the gate runs."""

    suite: str
    selection: Selection = EVERY_CASE


# Together, the suites on the project's own data take about a minute and a half on two cores.
ON_PROJECT = (
    Gated("retrieval"),
    Gated("answers"),
    Gated("abstention"),
    Gated("permissions", Selection(sample=60, seed=1)),
    Gated("injection", Selection(sample=90, seed=1)),
)
ON_FAULTS = (Gated("faults"),)
ON_FILINGS = (Gated("tables", Selection(only="html")),)
ON_FACTS = (Gated("facts", Selection(only="html")),)
"""PDFs are left out, because they need Chromium."""
ON_DOCUMENTS = (Gated("metadata"),)
ON_FIELDS = (Gated("extraction"),)
ON_OTHERS = (Gated("retrieval"), Gated("answers"), Gated("tables"), Gated("faults"))
"""The suites to run on a folder of other data, if baselines exist for it."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A run compared with its baseline."""

    record: RunRecord
    comparison: Comparison

    @property
    def regressed(self) -> bool:
        return self.comparison.regressed or bool(self.lost)

    @property
    def lost(self) -> tuple[str, ...]:
        """Ids of cases that the baseline measured and this run could not measure. No metric counts these cases."""
        return tuple(
            flip.after.id for flip in self.comparison.flips if _measured(flip.before) and not _measured(flip.after)
        )

    @property
    def newly_unscored(self) -> int:
        """The number of cases that the baseline scored and this run did not."""
        return sum(flip.before.score is not None and flip.after.score is None for flip in self.comparison.flips)


@dataclass(frozen=True, slots=True)
class Gate:
    """Runs the gated suites. `watch` creates a watcher for a run's progress. `baselines` is the folder of baselines."""

    runner: Runner
    suites: Suites
    watch: Callable[[], RunWatcher]
    baselines: Path = BASELINES

    def run(self, gated: Gated, data: Path) -> RunRecord:
        """Run a gated suite. Raises the errors of the runner."""
        suite: Suite[Any] = self.suites.get(gated.suite)
        return self.runner.run(suite, RunRequest(data=data, selection=gated.selection), self.watch())

    def judge(self, record: RunRecord) -> Judgement:
        """Compare a run with its baseline.

        Raises BaselineMissingError, BaselineBrokenError, BaselineOutdatedError, RunsNotComparableError.
        """
        manifest = record.manifest
        path = baseline_path(manifest.suite, manifest.conditions.data_name, folder=self.baselines)
        baseline = read_baseline(path)
        _check_fits(path.name, baseline, record)
        return Judgement(record, compare_runs(baseline.as_record(), record))

    def plan(self, data: Sequence[Path], *, homes: Path) -> list[tuple[Gated, Path]]:
        """Return the runs: all gated suites on the project's own data, and suites with a baseline on each of `data`."""
        made = [
            (gated, folder)
            for name, write, suites in (
                (PROJECT, write_project_data, ON_PROJECT),
                (FAULTS, write_faults, ON_FAULTS),
                (FILINGS, write_filings, ON_FILINGS),
                (MADE_FACTS, write_made_facts, ON_FACTS),
                (MADE_DOCUMENTS, write_made_documents, ON_DOCUMENTS),
                (MADE_FIELDS, write_made_fields, ON_FIELDS),
            )
            for folder in (rewrite(homes / name, write),)
            for gated in suites
        ]
        others = [
            (gated, folder)
            for folder in data
            for gated in ON_OTHERS
            if baseline_path(gated.suite, folder.resolve().name, folder=self.baselines).exists()
        ]
        return [*made, *others]


def _check_fits(name: str, baseline: Baseline, record: RunRecord) -> None:
    """Check that run and baseline have the same suite version, data and cases. Raises BaselineOutdatedError."""
    manifest = record.manifest
    if baseline.suite_version != manifest.suite_version:
        differs = f"version {baseline.suite_version} of the suite, this is {manifest.suite_version}"
    elif baseline.conditions.data_digest != manifest.conditions.data_digest:
        differs = "other data than this run"
    elif _graph_of(baseline.conditions) != _graph_of(manifest.conditions):
        differs = "another plan of vector search (with or without the tenant's graph)"
    elif {case.id for case in baseline.cases} != {case.id for case in record.cases}:
        differs = "other cases than this run"
    else:
        return
    raise BaselineOutdatedError(f"{name} is of {differs}: 'footnote eval gate --update' replaces it.")


def _graph_of(conditions: Conditions) -> object:
    return conditions.parameters.get(VECTOR_GRAPH, NO_GRAPH)


def _measured(case: CaseRecord) -> bool:
    return any(value is not None for value in case.measures.values())
