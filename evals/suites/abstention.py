"""Abstention: whether Footnote declines exactly the questions that the asker's documents do not answer.

Two askers with different access ask each question of a question set. The asker `lacking` may read all issuers'
documents except those of the question's issuer. The asker `holding` may read only that issuer's documents. The cases of
`holding` expose a system that declines everything.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.evaluations.metrics import Aggregate, Better, MetricSpec
from app.settings import Settings
from evals.datasets.questions import QuestionCase, load_questions
from evals.environment.answering import Asked, Asking, build_asking, describe_use, open_chat
from evals.environment.context import SuiteContext, Used
from evals.environment.restricted import open_restricted_store
from evals.environment.store import Asker, Names
from evals.running.engine import Case, Suite

LACKING, HOLDING = "lacking", "holding"


@dataclass(frozen=True, slots=True)
class AbstentionCase:
    """A question asked without (`lacking`) or with (`holding`) the documents of its issuer."""

    id: str
    kind: str
    question: QuestionCase


@dataclass(frozen=True, slots=True)
class AbstentionScoring:
    """Asks each question with the rights of the case's asker. Implements `Scoring`."""

    asking: Asking
    askers: Mapping[tuple[str, str], Asker]
    names: Names
    used: Used

    def score(self, case: AbstentionCase) -> Case:
        asker = self.askers[case.kind, case.question.issuer]
        asked = self.asking.ask(asker.principal, case.question.question)
        return judge_abstention(case, asked, self.names)


class AbstentionSuite(Suite[AbstentionCase]):
    name = "abstention"
    version = "1"
    purpose = "declines what the asker's documents do not answer, and only that"
    metrics = (
        MetricSpec(name="declined_right", of=("declined_right",), how=Aggregate.SUM),
        MetricSpec(name="answered_wrong", of=("answered_wrong",), how=Aggregate.SUM, better=Better.LOWER),
        MetricSpec(name="declined_wrong", of=("declined_wrong",), how=Aggregate.SUM, better=Better.LOWER),
        MetricSpec(name="answered", of=("answered",), how=Aggregate.SUM),
    )

    def load(self, data: Path) -> Sequence[AbstentionCase]:
        cases = [case for case in load_questions(data).cases if case.issuer]
        return [AbstentionCase(f"{case.id}/{kind}", kind, case) for case in cases for kind in (LACKING, HOLDING)]

    @contextmanager
    def open(self, context: SuiteContext, cases: Sequence[AbstentionCase]) -> Iterator[AbstentionScoring]:
        settings, questions = Settings(), load_questions(context.data)
        with open_restricted_store(context, questions) as store, open_chat(context, settings) as chat:
            askers: dict[tuple[str, str], Asker] = {}
            for issuer in sorted({case.question.issuer for case in cases}):
                askers[LACKING, issuer] = store.make_asker(other for other in store.collections if other != issuer)
                askers[HOLDING, issuer] = store.make_asker([issuer] if issuer in store.collections else [])
            context.notify(f"Asking {len(cases)} questions with restricted access to {len(store.collections)} issuers")
            yield AbstentionScoring(
                asking=build_asking(store.database, chat=chat),
                askers=askers,
                names=store.names,
                used=describe_use(chat, settings),
            )


def judge_abstention(case: AbstentionCase, asked: Asked, names: Names) -> Case:
    """Score 1 if the asker `lacking` gets no answer, or the asker `holding` gets one, whether right or wrong."""
    declined = not asked.answer.claims
    lacking = case.kind == LACKING
    verdict = (
        ("declined_right" if declined else "answered_wrong")
        if lacking
        else ("declined_wrong" if declined else "answered")
    )
    names_of = ("declined_right", "answered_wrong") if lacking else ("declined_wrong", "answered")
    reasons = {
        "declined_right": "declined: the answer is not in what the asker may see",
        "answered_wrong": "answered without the issuer's documents",
        "declined_wrong": "declined although the issuer's documents are there",
        "answered": "answered from the issuer's documents",
    }
    return Case(
        id=case.id,
        kind=case.kind,
        score=float(declined == lacking),
        reason=reasons[verdict],
        measures={name: float(name == verdict) for name in names_of},
        details={
            "verdict": verdict,
            "answer": asked.texts(),
            "cited": [[*f, page] for f, page in asked.cited_pages(names)],
        },
        trace={"question": case.question.question, "issuer": case.question.issuer, **asked.trace(names)},
        tokens_in=asked.answer.tokens_in,
        tokens_out=asked.answer.tokens_out,
        cost_usd=asked.answer.cost_usd,
        times={"answer": asked.seconds},
    )


SUITE = AbstentionSuite()
