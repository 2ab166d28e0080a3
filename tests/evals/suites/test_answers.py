"""The answers suite stores a trace for each question."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from app.answers.events import AnswerStatus, AnswerView
from app.evaluations.traces import Trace
from evals.datasets.questions import EvidencePage, QuestionCase
from evals.environment.answering import Asked
from evals.running.runner import as_record
from evals.suites.answers import judge_case
from tests.evals.suites.passages import passage

DOCUMENT = UUID(int=1)


def test_trace_marks_the_retrieved_evidence_pages():
    answer = AnswerView(
        question_id=uuid4(), question="?", asked_at=datetime(2024, 2, 29, tzinfo=UTC), status=AnswerStatus.NOT_FOUND
    )
    asked = Asked((passage(DOCUMENT, 4, 1), passage(DOCUMENT, 9, 2)), answer, (), None, 0.1)
    question = QuestionCase(id="q", question="?", answer="12", evidence=(EvidencePage(document="made", page=9),))
    trace = Trace.of(as_record("q", question, judge_case(question, asked, {DOCUMENT: ("made", "copy")})))
    assert [(item.page, item.is_evidence) for item in trace.retrieved] == [(4, False), (9, True)]
