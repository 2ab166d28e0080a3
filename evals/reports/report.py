"""Reports of suites and benchmarks, as a JSON object or as lines for people."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from app.evaluations.records import RunRecord
from evals.running.engine import Case


@dataclass(frozen=True, slots=True)
class Report:
    """A run's outcome, with the conditions that are needed to compare it with another run."""

    suite: str
    suite_version: str
    commit: str
    data_digest: str
    cores: int
    metrics: Mapping[str, float]
    cases: tuple[Case, ...]

    @classmethod
    def of(cls, record: RunRecord) -> Self:
        """Build the report of a suite's run."""
        manifest = record.manifest
        conditions = manifest.conditions
        cases = (
            Case(case.id, case.score, case.reason, {"kind": case.kind, "measures": case.measures, **case.details})
            for case in record.cases
        )
        return cls(
            suite=manifest.suite,
            suite_version=manifest.suite_version,
            commit=conditions.commit + ("+changes" if conditions.dirty else ""),
            data_digest=conditions.data_digest,
            cores=conditions.cores,
            metrics=manifest.figures,
            cases=tuple(cases),
        )

    def as_object(self) -> dict[str, object]:
        """Return the report's object: the conditions, `n`, `metrics` by name, and the cases with their details."""
        return {
            "suite": self.suite,
            "suite_version": self.suite_version,
            "commit": self.commit,
            "data_digest": self.data_digest,
            "cores": self.cores,
            "n": len(self.cases),
            "metrics": {name: _number(value) for name, value in self.metrics.items()},
            "cases": [
                {"id": case.id, "score": case.score, "reason": case.reason, **case.details} for case in self.cases
            ],
        }

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.as_object(), indent=1, ensure_ascii=False) + "\n")

    def lines(self) -> list[str]:
        """Return the metrics, one per line."""
        return [f"{name:>24}  {_shown(value)}" for name, value in self.metrics.items()]


def _number(value: float) -> float:
    """Round to four places. Raises ValueError when the value is not finite."""
    if not math.isfinite(value):
        raise ValueError("a metric must be finite")
    return round(value, 4)


def _shown(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) >= 2 else f"{value:,.3f}"
