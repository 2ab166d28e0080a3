"""A suite that needs no stack, runs of it, and records made by hand."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import BaseModel

from app.evaluations.metrics import MetricSpec
from app.evaluations.records import CaseRecord, Conditions, RunManifest, RunRecord, RunStatus, Selection
from app.settings import Settings
from evals.data import parse_cases
from evals.engine import Case, Suite, SuiteContext, Used
from evals.records import RunFolder
from evals.runner import Runner, RunRequest, summarise


class Toy(BaseModel):
    """A case whose text is measured by its length."""

    id: str
    kind: str = ""
    text: str


@dataclass
class ToyScoring:
    """Counts letters; calls `before` first, with the case's id."""

    before: Callable[[str], None]
    scored: list[str] = field(default_factory=list)
    used: Used = field(default_factory=lambda: Used(embedding_space="toy/1/1"))

    def score(self, case: Toy) -> Case:
        self.before(case.id)
        self.scored.append(case.id)
        length = float(len(case.text))
        return Case(case.id, length, f"{length:.0f} letters", measures={"letters": length}, times={"count": 0.001})


class ToySuite(Suite[Toy]):
    name = "toy"
    version = "1"
    purpose = "how long texts are"
    metrics = (MetricSpec(name="letters", of=("letters",)),)
    parallel = False

    def __init__(self, before: Callable[[str], None] = lambda _: None) -> None:
        self.scoring = ToyScoring(before)

    def load(self, data: Path) -> Sequence[Toy]:
        return list(parse_cases(data / "cases.jsonl", Toy))

    @contextmanager
    def open(self, context: SuiteContext, cases: Sequence[Toy]) -> Iterator[ToyScoring]:
        yield self.scoring


class Silent:
    """Implements `RunWatcher`."""

    def begin(self, suite: str, total: int, done: Sequence[CaseRecord]) -> None: ...

    def end_case(self, case: CaseRecord) -> None: ...


@dataclass(frozen=True)
class ToyRuns:
    """Runs the toy suite on `data`."""

    data: Path
    folder: RunFolder
    runner: Runner

    def suite(self, before: Callable[[str], None] = lambda _: None) -> ToySuite:
        return ToySuite(before)

    def write(self, rows: Sequence[dict[str, object]]) -> None:
        (self.data / "cases.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    def run(
        self, suite: ToySuite | None = None, *, resume: str | None = None, selection: Selection | None = None
    ) -> RunRecord:
        request = RunRequest(data=self.data, selection=selection or Selection(), resume=resume)
        return self.runner.run(suite or ToySuite(), request, Silent())


@pytest.fixture
def toys(tmp_path: Path) -> ToyRuns:
    data = tmp_path / "data"
    data.mkdir()
    folder = RunFolder(tmp_path / "runs")
    runner = Runner(
        runs=folder,
        homes=tmp_path / "homes",
        cassettes=tmp_path / "cassettes",
        settings=Settings(_env_file=None),
        say=lambda _: None,
    )
    toys = ToyRuns(data, folder, runner)
    toys.write(
        [{"id": f"c{number}", "kind": "odd" if number % 2 else "even", "text": "x" * number} for number in range(1, 7)]
    )
    return toys


@pytest.fixture(scope="session")
def record_of() -> Callable[..., RunRecord]:
    return make_record


def make_record(
    scores: Sequence[float | None], *, run_id: str = "before", metric: MetricSpec | None = None, suite: str = "toy"
) -> RunRecord:
    """A run whose cases `0, 1, …` have the measure `m`, which is their score."""
    manifest = RunManifest(
        id=run_id,
        suite=suite,
        suite_version="1",
        status=RunStatus.DONE,
        started_at=datetime(2024, 2, 29, tzinfo=UTC),
        selection=Selection(),
        conditions=Conditions(
            commit="a" * 40,
            dirty=False,
            data_digest="d",
            data_name="data",
            settings_digest="s",
            embedding_space="e",
            cores=2,
        ),
        metrics=(metric or MetricSpec(name="m", of=("m",)),),
    )
    cases = tuple(
        CaseRecord(id=str(place), score=score, reason=f"scored {score}", measures={"m": score})
        for place, score in enumerate(scores)
    )
    return RunRecord(manifest=summarise(manifest, RunStatus.DONE, cases), cases=cases)
