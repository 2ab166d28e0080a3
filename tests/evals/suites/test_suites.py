"""Suites score retrieval ranks and unusual files, and are found by name."""

from dataclasses import dataclass
from itertools import count
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from app.client.ingestion import IngestOutcome
from app.core.principal import Principal
from app.retrieval.questions.understanding import Understanding
from app.retrieval.service import SearchResult
from evals.commands.options import build_suites
from evals.datasets.files import DataMissingError, require_file
from evals.datasets.questions import EvidencePage, QuestionCase
from evals.environment.context import Used
from evals.environment.restricted import OTHERS
from evals.environment.watching import WorkerWatch
from evals.running.engine import UnknownSuiteError
from evals.suites import latency, robustness
from evals.suites.abstention import others_than
from evals.suites.retrieval import RetrievalScoring
from tests.evals.suites.passages import passage

ANYBODY = Principal(tenant_id=uuid4(), user_id=uuid4())
RIGHT, WRONG = UUID(int=1), UUID(int=2)
NAMES = {RIGHT: ("copy", "right"), WRONG: ("wrong",)}


@dataclass(frozen=True)
class CannedSearch:
    found: tuple[tuple[UUID, int], ...]

    def search(self, principal, question, filters=None, *, k):
        own = self.found if filters is None else [pair for pair in self.found if pair[0] in filters.document_ids]
        passages = tuple(passage(document, page, rank) for rank, (document, page) in enumerate(own, 1))
        return SearchResult(passages[:k], Understanding())


def score(*found, evidence=(("right", 7),)):
    pages = tuple(EvidencePage(document=document, page=page) for document, page in evidence)
    question = QuestionCase(id="q", question="?", evidence=pages)
    return RetrievalScoring(CannedSearch(found), ANYBODY, NAMES, Used()).score(question)


def test_ranks_count_distinct_pages():
    case = score((WRONG, 1), (WRONG, 1), (RIGHT, 3), (RIGHT, 7))
    assert (case.details["rank"], case.details["own_rank"]) == (3, 2)
    assert case.score == pytest.approx(1 / 3)


def test_missing_evidence_page_scores_zero_with_a_reason():
    case = score((RIGHT, 3))
    assert (case.score, case.details["rank"]) == (0.0, None)
    assert "no evidence page among 1" in case.reason


def test_reason_states_that_the_evidence_document_is_not_in_the_store():
    assert "not in the store" in score(evidence=(("absent", 1),)).reason


def test_measures_follow_from_the_ranks():
    measures = score((WRONG, 1), (RIGHT, 7), (RIGHT, 8), evidence=(("right", 7), ("right", 9))).measures
    reported = ("recall@1", "recall@5", "mrr", "all_evidence@20", "doc@1", "own_recall@1", "own_mrr")
    assert [measures[name] for name in reported] == [0, 1, 0.5, 0.5, 0, 1, 1]


def test_document_with_two_names_is_found_under_either():
    assert score((RIGHT, 7), evidence=(("copy", 7),)).score == 1


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (IngestOutcome(Path("a.pdf"), "ready"), (1.0, "ready")),
        (IngestOutcome(Path("a.pdf"), "failed", code="pdf-damaged", detail="It is damaged."), (1.0, "failed")),
        (IngestOutcome(Path("a.pdf"), "failed"), (0.0, "failed")),
        (IngestOutcome(Path("a.pdf"), "hung"), (0.0, "hung")),
    ],
)
def test_file_passes_if_it_is_ready_or_failed_with_a_code(outcome, expected):
    case = robustness.judge("a.pdf", outcome)
    assert (case.score, case.details["status"]) == expected


def test_failure_without_a_code_counts_as_unclear():
    assert robustness.judge("a.pdf", IngestOutcome(Path("a.pdf"), "failed")).measures["unclear"] == 1


def test_file_without_an_outcome_counts_as_hung_and_losses_are_reported_once():
    files = [robustness.OddFile(name, Path(name)) for name in ("a", "b")]
    ready = {Path("a"): IngestOutcome(Path("a"), "ready")}
    scoring = robustness.RobustnessScoring(ready, WorkerWatch(lost=2), lost_at="a")
    first, second = (scoring.score(file) for file in files)
    assert first.measures["lost_workers"] == 2
    assert "lost_workers" not in second.measures
    assert second.measures["hung"] == 1


def test_documents_of_unknown_issuers_are_not_among_those_of_other_issuers():
    assert others_than("Aldermoor", ["Aldermoor", "Brackenhill", OTHERS]) == ["Brackenhill"]


def test_suites_are_found_by_name():
    suites = build_suites()
    assert {suite.name for suite in suites.list_all()} >= {"retrieval", "robustness", "answers"}
    with pytest.raises(UnknownSuiteError, match="retrieval"):
        suites.get("nothing")


def test_metric_names_are_unique_within_a_suite():
    for suite in build_suites().list_all():
        names = [metric.name for metric in suite.metrics]
        assert len(set(names)) == len(names) > 0


def test_missing_data_is_reported(tmp_path):
    with pytest.raises(DataMissingError, match=r"questions\.jsonl"):
        require_file(tmp_path, "questions.jsonl")


def test_each_repeat_of_a_question_is_timed_separately(monkeypatch):
    asked = count(1)
    monkeypatch.setattr(latency, "ask_timed", lambda client, question: latency.Timed(0.1, 0.2, float(next(asked))))
    question = QuestionCase(id="q", question="?", evidence=(EvidencePage(document="d", page=1),))
    cases = [latency.LatencyCase(f"{name}/1", "1-at-once", 1, question) for name in ("a", "b")]
    scoring = latency.LatencyScoring(httpx.Client(), cases, Used())
    times = [scoring.score(case).measures["total_ms"] for case in (cases[0], cases[0], cases[1], cases[1])]
    assert len(set(times)) == len(times)
