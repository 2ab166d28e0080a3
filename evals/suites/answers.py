"""Answers: whether they are right, wrong or declined, and whether citations and numbers are supported.

The data is a question set, or TAT-QA (questions with one figure as their answer, each about a single document, which
is a collection of its own). Checks (`evals.scoring.deciding`) compare figures, yes or no, directions, dates, lists and
names. An answer that no check decides is unscored and is counted as `unscored`. If a judging model is configured
(`evals.scoring.judging`), it judges these answers, and its opinions have separate metrics (`judged_…`).
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import cast

from app.core.principal import Principal
from app.evaluations.metrics import Aggregate, Better, MetricSpec
from app.llm.wordllama_embedder import WordLlamaEmbedder
from app.retrieval.index.lexicon import tokenise
from app.settings import Settings
from evals.datasets.questions import QuestionCase, load_questions
from evals.datasets.tatqa import is_tatqa
from evals.datasets.tatqa_questions import TableQuestion, load_table_questions
from evals.environment.answering import Asked, Asking, build_asking, describe_use, open_chat
from evals.environment.cases import open_case_store
from evals.environment.context import SuiteContext, Used
from evals.environment.store import Names, Store, describe_graph, open_question_store
from evals.running.engine import Case, Scoring, Suite
from evals.scoring.answers import Grade, GradedAnswer, count_unsupported, grade_answer
from evals.scoring.judging import Judge, Opinion, open_judge
from evals.suites.table_questions import TableQuestionsScoring, files_of

GRADES = (Grade.RIGHT, Grade.WRONG, Grade.DECLINED)
# A right answer scores higher than no answer, and no answer scores higher than a wrong one.
SCORES = {Grade.RIGHT: 1.0, Grade.DECLINED: 0.0, Grade.WRONG: -1.0, Grade.UNDECIDED: None}


@dataclass(frozen=True, slots=True)
class AnswersScoring:
    """Asks as one principal, and grades the answers. Implements `Scoring`."""

    asking: Asking
    principal: Principal
    names: Names
    used: Used
    judge: Judge | None

    def score(self, case: QuestionCase) -> Case:
        asked = self.asking.ask(self.principal, case.question)
        checked = judge_case(case, asked, self.names)
        if self.judge is None or checked.score is not None:
            return checked
        return self._judged(self.judge, case, asked, checked)

    def _judged(self, judge: Judge, case: QuestionCase, asked: Asked, checked: Case) -> Case:
        """Add the judge's opinion to the case. The score stays None, because a judge is not a check."""
        judged = asyncio.run(judge.judge(case.question, case.answer, asked.texts()))
        return replace(
            checked,
            reason=f"{checked.reason}; the judge says {judged.opinion}",
            measures={
                **checked.measures,
                "judged_right": float(judged.opinion is Opinion.RIGHT),
                "judged_wrong": float(judged.opinion is Opinion.WRONG),
            },
            trace={**checked.trace, "judge": {"opinion": judged.opinion.value, "why": judged.why}},
            tokens_in=checked.tokens_in + judged.usage.tokens_in,
            tokens_out=checked.tokens_out + judged.usage.tokens_out,
            cost_usd=checked.cost_usd + (judged.usage.cost_usd or Decimal(0)),
        )


class AnswersSuite(Suite[QuestionCase | TableQuestion]):
    name = "answers"
    version = "2"
    purpose = "right, wrong and declined answers; citations on evidence pages; numbers that occur in their quotes"
    metrics = (
        MetricSpec(name="right", of=("right",), how=Aggregate.SUM),
        MetricSpec(name="wrong", of=("wrong",), how=Aggregate.SUM, better=Better.LOWER),
        MetricSpec(name="declined", of=("declined",), how=Aggregate.SUM, better=Better.NEITHER),
        MetricSpec(name="unscored", of=("unscored",), how=Aggregate.SUM, better=Better.NEITHER),
        MetricSpec(name="right_share", of=("right", "decided"), how=Aggregate.RATIO),
        MetricSpec(name="wrong_share", of=("wrong", "decided"), how=Aggregate.RATIO, better=Better.LOWER),
        MetricSpec(name="declined_share", of=("declined", "decided"), how=Aggregate.RATIO, better=Better.NEITHER),
        MetricSpec(name="right_of_decided", of=("right", "decided"), how=Aggregate.RATIO),
        MetricSpec(name="citation_precision", of=("cited_evidence", "cited"), how=Aggregate.RATIO),
        MetricSpec(name="citation_recall", of=("evidence_cited", "evidence"), how=Aggregate.RATIO),
        MetricSpec(name="numbers_supported", of=("supported_numbers", "numbers"), how=Aggregate.RATIO),
        MetricSpec(
            name="unsupported_numbers", of=("unsupported_numbers",), how=Aggregate.SUM, better=Better.LOWER, hard=True
        ),
        MetricSpec(name="judged_right", of=("judged_right",), how=Aggregate.SUM, better=Better.NEITHER),
        MetricSpec(name="judged_wrong", of=("judged_wrong",), how=Aggregate.SUM, better=Better.NEITHER),
        MetricSpec(name="dropped_claims", of=("dropped",), how=Aggregate.SUM, better=Better.NEITHER),
    )

    def load(self, data: Path) -> Sequence[QuestionCase | TableQuestion]:
        return load_table_questions(data) if is_tatqa(data) else load_questions(data).cases

    @contextmanager
    def open(
        self, context: SuiteContext, cases: Sequence[QuestionCase | TableQuestion]
    ) -> Iterator[Scoring[QuestionCase | TableQuestion]]:
        settings = Settings()
        about_tables = [case for case in cases if isinstance(case, TableQuestion)]
        if about_tables:
            with open_case_store(context, files_of(about_tables)) as own, open_chat(context, settings) as chat:
                asking = build_asking(own.database, chat=chat)
                yield _either(TableQuestionsScoring(asking, own, describe_use(chat, settings)))
            return
        with (
            open_question_store(context) as store,
            open_chat(context, settings) as chat,
            open_judge(context) as judge,
        ):
            context.notify(f"Asking {len(cases)} questions of {len(store.files)} documents")
            yield _either(
                AnswersScoring(
                    asking=build_asking(store.database, chat=chat),
                    principal=store.principal,
                    names=store.names,
                    used=describe_with_graph(describe_with_judge(describe_use(chat, settings), judge), store),
                    judge=judge,
                )
            )


def _either(scoring: AnswersScoring | TableQuestionsScoring) -> Scoring[QuestionCase | TableQuestion]:
    """Return the scoring as one of both kinds of cases: a folder has cases of one kind only."""
    return cast(Scoring[QuestionCase | TableQuestion], scoring)


def describe_with_graph(used: Used, store: Store) -> Used:
    """Describe also the tenant's vector graph: runs with and without one are not comparable."""
    graph = describe_graph(store, WordLlamaEmbedder().space)
    return replace(used, parameters={**used.parameters, **graph})


def describe_with_judge(used: Used, judge: Judge | None) -> Used:
    """Describe the models of a run, including the judge, because runs with different judges are not comparable."""
    if judge is None:
        return used
    prompts = {**used.prompts, **judge.describe().prompts}
    return replace(used, parameters={**used.parameters, "judge": judge.chat.model}, prompts=prompts)


def judge_case(case: QuestionCase, asked: Asked, names: Names) -> Case:
    """Build the case of one answered question."""
    graded = grade_answer(case.question, case.answer, asked.texts())
    cited = asked.cited_pages(names)
    evidence = case.evidence_pages()
    found = {(file, page) for files, page in cited for file in files} & evidence
    claims = [(claim.text, [span.quote for span in claim.citations]) for claim in asked.answer.claims]
    said, unsupported = count_unsupported(case.question, claims)
    times = {"answer": asked.seconds}
    if asked.first_seconds is not None:
        times["first_sentence"] = asked.first_seconds
    return Case(
        id=case.id,
        kind=case.kind,
        score=SCORES[graded.grade],
        reason=graded.reason,
        measures={
            **_grade_measures(graded),
            "cited": float(len(cited)),
            "cited_evidence": float(sum(any((file, page) in evidence for file in files) for files, page in cited)),
            "evidence": float(len(evidence)),
            "evidence_cited": float(len(found)),
            "numbers": float(said),
            "supported_numbers": float(said - unsupported),
            "unsupported_numbers": float(unsupported),
            "dropped": float(len(asked.dropped)),
            "confidence": cover_question(case.question, asked),
        },
        details={
            "verdict": graded.grade.value,
            "answer": asked.texts(),
            "truth": case.answer,
            "evidence": sorted([document, page] for document, page in evidence),
            "cited": [[*files, page] for files, page in cited],
        },
        trace={"question": case.question, **asked.trace(names)},
        tokens_in=asked.answer.tokens_in,
        tokens_out=asked.answer.tokens_out,
        cost_usd=asked.answer.cost_usd,
        times=times,
    )


def cover_question(question: str, asked: Asked) -> float | None:
    """Return the answer's confidence: the share of the question's words in the first sentence and its citations.

    Reports plot it against the share of right answers (calibration). It is None for an answer without a sentence.
    """
    if not asked.answer.claims:
        return None
    first = asked.answer.claims[0]
    wanted = set(tokenise(question))
    held = set(tokenise(" ".join([first.text, *(f"{s.document_title} {s.quote}" for s in first.citations)])))
    return round(len(wanted & held) / len(wanted), 6) if wanted else None


def _grade_measures(graded: GradedAnswer) -> dict[str, float | None]:
    decided = graded.grade is not Grade.UNDECIDED
    measures: dict[str, float | None] = {
        grade.value: float(graded.grade is grade) if decided else None for grade in GRADES
    }
    return measures | {"unscored": float(not decided), "decided": float(decided)}


SUITE = AnswersSuite()
