"""The gate rejects a harmful change with a p-value, and accepts a neutral change.

A repeated run writes the same bytes.
"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.evaluations.comparison import Verdict
from app.evaluations.records import EvalRunStatus, RunRecord, Selection
from app.llm.port import Embedder
from app.retrieval.limits import SearchLimits
from app.retrieval.service import RetrievalService
from app.settings import Settings
from evals.cli import commands
from evals.commands.options import REGRESSED
from evals.datasets.covers.making import write_made_documents
from evals.datasets.project.writing import write_project_data
from evals.datasets.variants.filing import write_filings
from evals.datasets.variants.writing import write_faults
from evals.environment.provenance import digest_folder
from evals.environment.stacks import Stacks
from evals.environment.store import Store
from evals.learning.made_facts import write_made_facts
from evals.reports.markdown import describe_judgement
from evals.running.baseline import (
    Baseline,
    BaselineBrokenError,
    BaselineMissingError,
    BaselineOutdatedError,
    RunNotAcceptableError,
    accept_run,
    baseline_path,
    read_baseline,
)
from evals.running.engine import Suites
from evals.running.gate import PROJECT, Gate, Gated
from evals.running.records import RunFolder
from evals.running.runner import Runner
from evals.suites.retrieval import RetrievalSuite, Search
from tests.evals.conftest import Silent, make_record

GateOf = Callable[[RetrievalSuite], Gate]


class WithoutWords(RetrievalSuite):
    """A search whose lexical part finds nothing, because its limit of postings is zero."""

    def build_search(self, store: Store, embedder: Embedder) -> Search:
        return RetrievalService(database=store.database, embedder=embedder, limits=SearchLimits(most_postings=0))


class WithLongerLists(RetrievalSuite):
    """A neutral change: the search ranks more passages than the suite inspects."""

    def build_search(self, store: Store, embedder: Embedder) -> Search:
        return RetrievalService(database=store.database, embedder=embedder, limits=SearchLimits(list_length=300))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gate")


@pytest.fixture(scope="module")
def gate_of(folder: Path, homes: Path, stacks: Stacks) -> GateOf:
    """Return a function that builds a gate with one suite. All gates write into one folder."""
    runner = Runner(
        runs=RunFolder(folder / "runs"),
        homes=homes,
        cassettes=folder / "cassettes",
        stacks=stacks,
        settings=Settings(_env_file=None),
        notify=lambda _: None,
    )
    return lambda suite: Gate(runner=runner, suites=Suites([suite]), watch=Silent, baselines=folder / "baselines")


@pytest.fixture(scope="module")
def accepted(folder: Path, gate_of: GateOf, project: Path) -> RunRecord:
    record = gate_of(RetrievalSuite()).run(Gated("retrieval"), project)
    accept_run(record, folder=folder / "baselines")
    return record


def test_harmful_change_is_rejected_with_a_p_value(gate_of: GateOf, project: Path, accepted: RunRecord) -> None:
    gate = gate_of(WithoutWords())
    judgement = gate.judge(gate.run(Gated("retrieval"), project))
    assert judgement.regressed
    worse = {change.metric.name: change for change in judgement.comparison.changes if change.verdict is Verdict.WORSE}
    assert worse["mrr"].adjusted_p < 0.05
    assert worse["mrr"].high < 0


def test_neutral_change_passes(gate_of: GateOf, project: Path, accepted: RunRecord) -> None:
    gate = gate_of(WithLongerLists())
    assert not gate.judge(gate.run(Gated("retrieval"), project)).regressed


def test_repeated_run_writes_the_same_bytes(gate_of: GateOf, project: Path, accepted: RunRecord) -> None:
    gate = gate_of(RetrievalSuite())
    again = gate.run(Gated("retrieval"), project)
    first, second = (gate.runner.runs.files(record.manifest.id).folder / "cases.jsonl" for record in (accepted, again))
    assert first.read_bytes() == second.read_bytes()
    assert again.manifest.figures == accepted.manifest.figures


def test_project_data_is_written_with_the_same_bytes_each_time(project: Path, tmp_path: Path) -> None:
    assert digest_folder(write_project_data(tmp_path / "again")) == digest_folder(project)


@pytest.mark.parametrize("write", [write_faults, write_filings, write_made_facts, write_made_documents])
def test_made_data_is_written_with_the_same_bytes_each_time(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    assert digest_folder(write(tmp_path / "once")) == digest_folder(write(tmp_path / "again"))


def test_gate_measures_the_projects_own_data_with_committed_baselines(gate_of: GateOf, tmp_path: Path) -> None:
    plan = gate_of(RetrievalSuite()).plan([], homes=tmp_path)
    measured = {(folder.name, gated.suite) for gated, folder in plan}
    assert {
        ("made-faults", "faults"),
        ("made-filings", "tables"),
        ("made-facts", "facts"),
        ("made-documents", "metadata"),
        ("made-fields", "extraction"),
        (PROJECT, "retrieval"),
    } <= measured
    assert all(baseline_path(gated.suite, folder.name).is_file() for gated, folder in plan)


@pytest.fixture
def measured(accepted: RunRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the command judge the accepted run, so that it asks no questions again."""

    def run(_gate: Gate, gated: Gated, data: Path) -> RunRecord:
        assert (gated.suite, data.name) == ("retrieval", PROJECT)
        return accepted

    monkeypatch.setattr(Gate, "run", run)


@pytest.mark.usefixtures("measured")
def test_command_passes_on_the_committed_baseline(folder: Path, homes: Path) -> None:
    out = folder / "verdicts.json"
    options = ["--home", str(homes), "--runs", str(folder / "runs"), "--json", str(out)]
    result = CliRunner().invoke(commands, ["gate", "retrieval", "--data", str(folder), *options])
    assert result.exit_code == 0, result.output
    (verdict,) = json.loads(out.read_text())
    assert (verdict["suite"], verdict["data"], verdict["regressed"]) == ("retrieval", PROJECT, False)


@pytest.mark.usefixtures("measured")
def test_command_exits_with_3_on_a_regression(folder: Path, homes: Path, accepted: RunRecord, tmp_path: Path) -> None:
    # The search finds every page: only a baseline above what is possible is better.
    better = dict.fromkeys(accepted.cases[0].measures, 2.0)
    cases = tuple(case.model_copy(update={"score": 2.0, "measures": better}) for case in accepted.cases)
    accept_run(accepted.model_copy(update={"cases": cases}), folder=tmp_path)
    options = ["--home", str(homes), "--runs", str(folder / "runs"), "--baselines", str(tmp_path)]
    result = CliRunner().invoke(commands, ["gate", "retrieval", "--data", str(folder), *options])
    assert result.exit_code == REGRESSED, result.output
    assert "Worse beyond noise" in result.stdout


def test_baseline_contains_no_text(tmp_path: Path) -> None:
    record = make_record([1.0, None])
    reported = record.cases[0].model_copy(update={"reason": "secret", "trace": {"quote": "secret"}})
    path = accept_run(record.model_copy(update={"cases": (reported, record.cases[1])}), folder=tmp_path)
    assert path.name == "data.toy.json"
    assert "secret" not in path.read_text()
    kept = read_baseline(path)
    assert [case.score for case in kept.cases] == [1.0, None]
    assert kept.as_record().manifest.figures == record.manifest.figures
    assert kept.command == "footnote eval run toy --data data"


def test_command_of_a_baseline_states_which_cases_ran() -> None:
    record = make_record([1.0])
    chosen = record.manifest.model_copy(update={"selection": Selection(only="odd", sample=3, seed=7)})
    assert Baseline.of(record.model_copy(update={"manifest": chosen})).command.endswith(
        "--only odd --sample 3 --seed 7"
    )


def test_unfinished_run_cannot_become_a_baseline(tmp_path: Path) -> None:
    record = make_record([1.0])
    cut = record.model_copy(
        update={"manifest": record.manifest.model_copy(update={"status": EvalRunStatus.INTERRUPTED})}
    )
    with pytest.raises(RunNotAcceptableError):
        accept_run(cut, folder=tmp_path)


def test_missing_broken_and_outdated_baselines_have_distinct_errors(gate_of: GateOf, tmp_path: Path) -> None:
    gate = Gate(runner=gate_of(RetrievalSuite()).runner, suites=Suites([]), watch=Silent, baselines=tmp_path)
    record = make_record([1.0])
    with pytest.raises(BaselineMissingError, match=r"data\.toy\.json"):
        gate.judge(record)
    path = accept_run(record, folder=tmp_path)
    newer = record.model_copy(update={"manifest": record.manifest.model_copy(update={"suite_version": "2"})})
    with pytest.raises(BaselineOutdatedError, match="version 1"):
        gate.judge(newer)
    path.write_text("{}")
    with pytest.raises(BaselineBrokenError):
        gate.judge(record)


@pytest.fixture
def toy_gate(gate_of: GateOf, tmp_path: Path) -> Gate:
    """Return a gate whose baseline contains thirty toy cases with the score 1."""
    accept_run(make_record([1.0] * 30), folder=tmp_path)
    return Gate(runner=gate_of(RetrievalSuite()).runner, suites=Suites([]), watch=Silent, baselines=tmp_path)


def test_baseline_of_other_data_is_rejected(toy_gate: Gate) -> None:
    record = make_record([1.0] * 30)
    conditions = record.manifest.conditions.model_copy(update={"data_digest": "other"})
    manifest = record.manifest.model_copy(update={"conditions": conditions})
    with pytest.raises(BaselineOutdatedError, match="other data"):
        toy_gate.judge(record.model_copy(update={"manifest": manifest}))


def test_baseline_of_a_search_with_the_graph_is_rejected_for_one_without(toy_gate: Gate) -> None:
    record = make_record([1.0] * 30)
    assert toy_gate.judge(record).regressed is False
    conditions = record.manifest.conditions.model_copy(update={"parameters": {"vector_graph": "built"}})
    manifest = record.manifest.model_copy(update={"conditions": conditions})
    with pytest.raises(BaselineOutdatedError, match="another plan of vector search"):
        toy_gate.judge(record.model_copy(update={"manifest": manifest}))


def test_baseline_of_other_cases_is_rejected(toy_gate: Gate) -> None:
    with pytest.raises(BaselineOutdatedError, match="other cases"):
        toy_gate.judge(make_record([1.0] * 29))


def test_case_that_failed_with_an_error_counts_as_regression(toy_gate: Gate) -> None:
    record = make_record([1.0] * 30, run_id="after")
    failed = record.cases[3].model_copy(update={"score": None, "measures": {}, "reason": "model-down: It is gone."})
    judgement = toy_gate.judge(record.model_copy(update={"cases": (*record.cases[:3], failed, *record.cases[4:])}))
    assert judgement.lost == ("3",)
    assert judgement.regressed
    assert "could not be measured: 3" in describe_judgement(judgement)


def test_measured_case_without_a_score_is_reported_but_passes(toy_gate: Gate) -> None:
    record = make_record([1.0] * 30, run_id="after")
    undecided = record.cases[0].model_copy(update={"score": None})
    judgement = toy_gate.judge(record.model_copy(update={"cases": (undecided, *record.cases[1:])}))
    assert (judgement.newly_unscored, judgement.lost, judgement.regressed) == (1, (), False)
