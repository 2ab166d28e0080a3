"""The engine, the reports and the scores of suites, without a stack."""

import json
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from app.commands.ingest import Outcome
from app.core.principal import Principal
from app.retrieval.passages import Passage
from app.retrieval.service import SearchResult
from app.retrieval.understanding import Understanding
from evals.cli import build_suites
from evals.engine import Case, DataMissingError, UnknownSuiteError, require_file
from evals.report import Report, digest_folder
from evals.suites import retrieval, robustness
from evals.suites.retrieval import AskedQuestion, read_questions, score_question
from evals.watching import WorkerWatch

ANYBODY = Principal(tenant_id=uuid4(), user_id=uuid4())
RIGHT, WRONG = UUID(int=1), UUID(int=2)
NAMES = {RIGHT: ("copy", "right"), WRONG: ("wrong",)}


def passage(document: UUID, page: int, rank: int) -> Passage:
    return Passage(
        chunk_id=rank,
        document_id=document,
        version_id=document,
        document_title="",
        issuer=None,
        document_type="10-K",
        period=None,
        page_number=page,
        char_start=0,
        char_end=1,
        heading="",
        table_header="",
        text="x",
        kind="text",
        score=1.0,
        rank=rank,
    )


@dataclass(frozen=True)
class CannedSearch:
    found: tuple[tuple[UUID, int], ...]

    def search(self, principal: Principal, question: str, *, k: int) -> SearchResult:
        passages = tuple(passage(document, page, rank) for rank, (document, page) in enumerate(self.found, 1))
        return SearchResult(passages[:k], Understanding())


def score(*found: tuple[UUID, int]) -> Case:
    question = AskedQuestion("q", "?", frozenset({("right", 7)}))
    return score_question(CannedSearch(found), ANYBODY, question, NAMES)


def test_ranks_count_distinct_pages():
    case = score((WRONG, 1), (WRONG, 1), (RIGHT, 3), (RIGHT, 7))
    assert case.details["rank"] == 3
    assert case.score == pytest.approx(1 / 3)


def test_a_page_that_is_not_found_scores_nothing_and_says_so():
    case = score((RIGHT, 3))
    assert (case.score, case.details["rank"]) == (0.0, None)
    assert "no evidence page among 1" in case.reason


def test_a_document_that_is_missing_from_the_store_is_named_as_the_reason():
    question = AskedQuestion("q", "?", frozenset({("absent", 1)}))
    assert "not in the store" in score_question(CannedSearch(()), ANYBODY, question, NAMES).reason


def test_the_metrics_are_those_of_the_ranks():
    cases = [score((RIGHT, 7)), score((WRONG, 1), (RIGHT, 7)), score((WRONG, 1)), score()]
    metrics = retrieval.summarise(cases)
    assert metrics == {
        "recall@1": 0.25,
        "recall@5": 0.5,
        "recall@10": 0.5,
        "recall@20": 0.5,
        "mrr": 0.375,
        "doc@1": 0.25,
    }


def test_evidence_pages_are_counted_from_zero_in_the_data(tmp_path):
    row = {"financebench_id": "a", "question": "?", "evidence": [{"doc_name": "d", "page_index": 0}]}
    path = tmp_path / "questions.jsonl"
    path.write_text(json.dumps(row) + "\n\n")
    assert read_questions(path) == [AskedQuestion("a", "?", frozenset({("d", 1)}))]


@pytest.mark.parametrize("line", ["{", '{"question": "?"}', '{"question": "?", "evidence": [{"page_index": 1}]}'])
def test_a_line_that_is_no_question_is_told_with_its_number(tmp_path, line):
    path = tmp_path / "questions.jsonl"
    path.write_text(line)
    with pytest.raises(DataMissingError, match="Line 1"):
        read_questions(path)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome(Path("a.pdf"), "ready"), (1.0, "ready")),
        (Outcome(Path("a.pdf"), "failed", code="pdf-damaged", detail="It is damaged."), (1.0, "failed")),
        (Outcome(Path("a.pdf"), "failed"), (0.0, "failed")),
        (Outcome(Path("a.pdf"), "hung"), (0.0, "hung")),
    ],
)
def test_a_file_is_well_ended_when_it_is_ready_or_failed_with_a_code(outcome, expected):
    case = robustness.judge(outcome, root=Path("/data"))
    assert (case.score, case.details["status"]) == expected


def test_robustness_counts_the_ends_and_the_workers_lost():
    ends = [Outcome(Path("a"), "ready"), Outcome(Path("b"), "hung"), Outcome(Path("c"), "failed", code="x", detail="y")]
    cases = [robustness.judge(outcome, root=Path("/data")) for outcome in ends]
    assert robustness.summarise(cases, WorkerWatch(lost=2)) == {"ready": 1, "failed": 1, "hung": 1, "lost_workers": 2}


def test_a_report_is_one_object_of_the_agreed_form(tmp_path):
    report = Report(
        suite="s",
        suite_version="1",
        commit="c",
        data_digest="d",
        cores=2,
        metrics={"mrr": 1 / 3},
        cases=(Case("a", None, "could not be scored", {"rank": None}),),
    )
    report.write(tmp_path / "deep" / "out.json")
    assert json.loads((tmp_path / "deep" / "out.json").read_text()) == {
        "suite": "s",
        "suite_version": "1",
        "commit": "c",
        "data_digest": "d",
        "cores": 2,
        "n": 1,
        "metrics": {"mrr": 0.3333},
        "cases": [{"id": "a", "score": None, "reason": "could not be scored", "rank": None}],
    }


def test_a_metric_that_is_no_number_is_refused():
    report = Report("s", "1", "c", "d", 1, {"mrr": float("nan")}, ())
    with pytest.raises(ValueError, match="finite"):
        report.as_object()


def test_the_datas_digest_follows_names_and_contents(tmp_path):
    (tmp_path / "a").write_text("1")
    first = digest_folder(tmp_path)
    assert digest_folder(tmp_path) == first
    (tmp_path / "a").write_text("2")
    second = digest_folder(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    assert len({first, second, digest_folder(tmp_path)}) == 3


def test_suites_are_found_by_name():
    suites = build_suites()
    assert {suite.name for suite in suites.list_all()} >= {"retrieval", "robustness"}
    with pytest.raises(UnknownSuiteError, match="retrieval"):
        suites.get("nothing")


def test_missing_data_is_told(tmp_path):
    with pytest.raises(DataMissingError, match=r"questions\.jsonl"):
        require_file(tmp_path, "questions.jsonl")
