"""Reports: the one JSON object that every suite and bench writes, and the lines that people read."""

import hashlib
import json
import math
import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from app.evaluations.records import RunRecord
from evals.engine import Case

ROOT = Path(__file__).resolve().parents[1]
CODE = ("app", "workers", "evals", "prompts", "migrations")


@dataclass(frozen=True, slots=True)
class Report:
    """A run's outcome with what is needed to compare it with another's."""

    suite: str
    suite_version: str
    commit: str
    data_digest: str
    cores: int
    metrics: Mapping[str, float]
    cases: tuple[Case, ...]

    @classmethod
    def of(cls, record: RunRecord) -> Self:
        """The report of a suite's run."""
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
        """The one form of reports: what ran on what, `n`, `metrics` by name, and the cases with their details."""
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
        """The metrics, one a line."""
        return [f"{name:>24}  {_shown(value)}" for name, value in self.metrics.items()]


def digest_files(files: Iterable[Path], *, root: Path) -> str:
    """SHA-256 (hex) over the files' names below `root` and contents, in the order of the names."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path.relative_to(root).as_posix()}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def digest_folder(folder: Path) -> str:
    """The digest of all files inside `folder`."""
    return digest_files((path for path in folder.rglob("*") if path.is_file()), root=folder)


def digest_code() -> str:
    """The digest of the code and the prompts that run, whether they were committed or not."""
    files = (path for part in CODE for path in (ROOT / part).rglob("*") if path.suffix in (".py", ".yaml"))
    return digest_files(files, root=ROOT)


def find_commit() -> str:
    """The commit of the code that runs, with "+changes" when files differ from it; "unknown" outside a checkout."""
    try:
        commit = _git("rev-parse", "HEAD")
        return commit + ("+changes" if _git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def count_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603  fixed words


def _number(value: float) -> float:
    """Finite, with four places: a metric is read by people and compared by machines."""
    if not math.isfinite(value):
        raise ValueError("a metric is a finite number")
    return round(value, 4)


def _shown(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) >= 2 else f"{value:,.3f}"
