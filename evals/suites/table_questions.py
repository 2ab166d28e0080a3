"""Questions about single documents: each document has its own collection, which the asker may read alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from evals.datasets.tatqa_questions import TableQuestion
from evals.environment.answering import Asked, Asking
from evals.environment.cases import CaseFiles, CaseStore
from evals.environment.context import Used
from evals.running.engine import Case
from evals.scoring.answers import GradedAnswer, count_unsupported
from evals.scoring.table_answers import grade_table_answer

SCORES = {"right": 1.0, "declined": 0.0, "wrong": -1.0}


@dataclass(frozen=True, slots=True)
class TableQuestionsScoring:
    """Asks each question as the reader of its document. Implements `Scoring`."""

    asking: Asking
    store: CaseStore
    used: Used

    def score(self, case: TableQuestion) -> Case:
        asked = self.asking.ask(self.store.principal(case.document.stem), case.question)
        return judge_table_question(case, asked, grade_table_answer(case, asked.texts()), self.store)


def files_of(cases: Sequence[TableQuestion]) -> list[CaseFiles]:
    """Return the document of each question as a case of its own, without duplicates."""
    documents = dict.fromkeys(case.document for case in cases)
    return [CaseFiles(document.stem, (document,)) for document in documents]


def judge_table_question(case: TableQuestion, asked: Asked, graded: GradedAnswer, store: CaseStore) -> Case:
    """Build the case of one answered question."""
    claims = [(claim.text, [span.quote for span in claim.citations]) for claim in asked.answer.claims]
    said, unsupported = count_unsupported(case.question, claims)
    measures: dict[str, float | None] = {grade: float(graded.grade.value == grade) for grade in SCORES}
    return Case(
        id=case.id,
        kind=case.kind,
        score=SCORES[graded.grade.value],
        reason=graded.reason,
        measures={
            **measures,
            "unscored": 0.0,
            "decided": 1.0,
            "numbers": float(said),
            "supported_numbers": float(said - unsupported),
            "unsupported_numbers": float(unsupported),
            "dropped": float(len(asked.dropped)),
        },
        details={
            "verdict": graded.grade.value,
            "answer": asked.texts(),
            "truth": case.truth,
            "document": case.document.stem,
            "notice": asked.answer.notice,
        },
        trace={"question": case.question, **asked.trace(store.names)},
        times={"answer": asked.seconds},
    )
