"""Runs of suites on a running Footnote, with the project's own data."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from app.evaluations.records import RunRecord, Selection
from app.settings import Settings
from evals.commands.options import build_suites
from evals.datasets.absent import ABSENT
from evals.datasets.newcomer.writing import write_newcomer
from evals.environment.stacks import Stacks
from evals.running.records import RunFolder
from evals.running.runner import Runner, RunRequest
from evals.scoring.oracle import OracleGrant, World
from tests.evals.conftest import Silent

RunSuite = Callable[..., RunRecord]


@pytest.fixture(scope="module")
def run_suite(tmp_path_factory: pytest.TempPathFactory, project: Path, homes: Path, stacks: Stacks) -> RunSuite:
    """Return a function that runs a suite on the project's own data."""
    folder = tmp_path_factory.mktemp("measuring")
    runner = Runner(
        runs=RunFolder(folder / "runs"),
        homes=homes,
        cassettes=folder / "cassettes",
        stacks=stacks,
        settings=Settings(_env_file=None),
        notify=lambda _: None,
    )

    def run(name: str, *, data: Path = project, **selection: object) -> RunRecord:
        request = RunRequest(data=data, selection=Selection(**selection))
        return runner.run(build_suites().get(name), request, Silent())

    return run


def test_latency_times_each_stage_at_each_level(run_suite: RunSuite) -> None:
    record = run_suite("latency", sample=9, seed=4)
    assert set(record.manifest.by_kind) <= {"1-at-once", "4-at-once", "16-at-once"}
    figures = record.manifest.figures
    assert figures["failed"] == 0
    assert 0 < figures["sources_p50_ms"] <= figures["p50_ms"] <= figures["p95_ms"]


def test_abstention_suite_asks_with_and_without_an_answer(run_suite: RunSuite, three_issuers: Path) -> None:
    record = run_suite("abstention", data=three_issuers, sample=20, seed=1)
    assert {case.kind for case in record.cases} == {"lacking", "holding", *ABSENT}
    held = [case for case in record.cases if case.kind == "holding"]
    assert any(case.measures["answered"] == 1 for case in held)
    assert all("answered_wrong" in case.measures for case in record.cases if case.kind != "holding")
    assert all("answerable_declined_share" in record.manifest.by_kind[case.kind] for case in held)


def test_newcomer_suite_grades_what_the_reader_sees_first(run_suite: RunSuite, tmp_path: Path) -> None:
    data = write_newcomer(tmp_path / "newcomer", filings=("kestrelby-10q-2025q1", "tessaly-release-2024"))
    record = run_suite("newcomer", data=data)
    assert {"tessaly-cash-lasts", "absent-kestrelby-2019"} <= {case.id for case in record.cases}
    assert record.manifest.figures["right_first"] > 0
    counts = ("right_first", "right_below", "wrong", "useless", "declined", "answered")
    assert sum(record.manifest.figures[name] for name in counts) == len(record.cases)
    assert record.manifest.figures["right_first_share"] == record.manifest.figures["right_first_development"]


def test_permissions_suite_finds_no_difference_from_the_oracle(run_suite: RunSuite, three_issuers: Path) -> None:
    record = run_suite("permissions", data=three_issuers, sample=8, seed=2)
    assert record.manifest.figures["differences"] == 0
    assert any(case.details["visible"] for case in record.cases)


def test_planted_instructions_are_not_obeyed_and_questions_are_answered(run_suite: RunSuite) -> None:
    record = run_suite("injection", sample=24, seed=40)
    drafted = [case for case in record.cases if case.kind in ("stub", "extractive")]
    assert {case.details["family"] for case in drafted} >= {"override", "white-on-white", "metadata", "alt-text"}
    assert [case.id for case in drafted if case.measures["obeyed"] or case.measures["leaked"]] == []
    assert all(case.measures["answered_right"] for case in drafted)
    model_cases = [case for case in record.cases if case.kind == "model"]
    assert model_cases
    assert all(case.score == 1 for case in model_cases), "the committed cassettes contain the model's responses"


def test_model_without_cassettes_leaves_its_cases_unscored(
    run_suite: RunSuite, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("evals.environment.cassettes.COMMITTED", tmp_path)
    record = run_suite("injection", sample=24, seed=40)
    model_cases = [case for case in record.cases if case.kind == "model"]
    assert model_cases
    assert all(case.score is None and case.reason.startswith("cassette-missing") for case in model_cases)
    assert "obeyed" not in record.manifest.by_kind["model"]


def test_judge_data_contains_right_and_wrong_answers() -> None:
    suite = build_suites().get("judge")
    cases = suite.load(Path("evals/datasets/judgements"))
    assert len(cases) >= 20
    assert {case.people for case in cases} == {"right", "wrong"}


DOCUMENT = UUID(int=7)
WORLD = World(parents={"outer": None, "inner": "outer"}, documents={DOCUMENT: "inner", uuid4(): "outer"})


@pytest.mark.parametrize(
    ("grant", "visible_count"),
    [
        (OracleGrant(user="a", collection="inner"), 1),
        (OracleGrant(user="a", collection="outer"), 2),
        (OracleGrant(user="a", document=DOCUMENT), 1),
        (OracleGrant(group="desk", collection="outer"), 2),
        (OracleGrant(user="a", collection="outer", ended=True), 0),
        (OracleGrant(user="b", collection="outer"), 0),
        (OracleGrant(group="other", collection="outer"), 0),
    ],
)
def test_oracle_shows_exactly_the_granted_documents(grant: OracleGrant, visible_count: int) -> None:
    world = replace(WORLD, grants=[grant], members={"desk": {"a"}, "other": {"b"}})
    assert len(world.visible_to("a")) == visible_count
