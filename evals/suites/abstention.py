"""Abstention: whether Footnote declines exactly the questions that the asker's documents do not answer.

Two askers with different access ask each question of a question set. The asker `lacking` may read other issuers'
documents, without those whose issuer the set does not state. The asker `holding` may read only that issuer's
documents, and has the evidence: these cases expose a system that declines everything. An asker who may read everything
asks questions that no document answers (`evals.datasets.absent`): of an absent issuer, an absent year, an absent fact.

An answer whose first words say that the documents have none counts as declined.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.evaluations.metrics import Aggregate, Better, MetricSpec
from app.settings import Settings
from evals.datasets import absent
from evals.datasets.questions import QuestionCase, load_questions
from evals.environment.answering import Asked, Asking, build_asking, describe_use, open_chat
from evals.environment.context import SuiteContext, Used
from evals.environment.restricted import OTHERS, open_restricted_store
from evals.environment.store import Asker, Names
from evals.running.engine import Case, Suite
from evals.scoring.declining import says_absent

LACKING, HOLDING, ABSENT = "lacking", "holding", "absent"

VERDICTS = {False: ("declined_right", "answered_wrong"), True: ("declined_wrong", "answered")}
REASONS = {
    "declined_right": "declined: the answer is not in what the asker may see",
    "answered_wrong": "answered without documents that answer",
    "declined_wrong": "declined although the issuer's documents are there",
    "answered": "answered from the issuer's documents",
}


@dataclass(frozen=True, slots=True)
class AbstentionCase:
    """A question asked without (`lacking`) or with (`holding`) the documents of its issuer, or with all (`ABSENT`)."""

    id: str
    kind: str
    question: str
    source: QuestionCase

    @property
    def is_answerable(self) -> bool:
        return self.kind == HOLDING


@dataclass(frozen=True, slots=True)
class AbstentionScoring:
    """Asks each question with the rights of the case's asker. Implements `Scoring`."""

    asking: Asking
    askers: Mapping[tuple[str, str], Asker]
    names: Names
    used: Used

    def score(self, case: AbstentionCase) -> Case:
        asker = self.askers[ABSENT if case.kind in absent.ABSENT else case.kind, case.source.issuer]
        asked = self.asking.ask(asker.principal, case.question)
        return judge_abstention(case, asked, self.names)


class AbstentionSuite(Suite[AbstentionCase]):
    name = "abstention"
    version = "2"
    purpose = "declines what the asker's documents do not answer, and only that"
    metrics = (
        MetricSpec(name="declined_right", of=("declined_right",), how=Aggregate.SUM),
        MetricSpec(name="answered_wrong", of=("answered_wrong",), how=Aggregate.SUM, better=Better.LOWER),
        MetricSpec(name="declined_wrong", of=("declined_wrong",), how=Aggregate.SUM, better=Better.LOWER),
        MetricSpec(name="answered", of=("answered",), how=Aggregate.SUM),
        MetricSpec(name="absent_declined_share", of=("declined_right",)),
        MetricSpec(name="answerable_declined_share", of=("declined_wrong",), better=Better.LOWER),
    )

    def load(self, data: Path) -> Sequence[AbstentionCase]:
        cases = [case for case in load_questions(data).cases if case.issuer]
        asked = [
            AbstentionCase(f"{case.id}/{kind}", kind, case.question, case)
            for case in cases
            for kind in (LACKING, HOLDING)
        ]
        made = (AbstentionCase(each.id, each.kind, each.question, each.source) for each in absent.make_absent(cases))
        return [*asked, *made]

    @contextmanager
    def open(self, context: SuiteContext, cases: Sequence[AbstentionCase]) -> Iterator[AbstentionScoring]:
        settings, questions = Settings(), load_questions(context.data)
        with open_restricted_store(context, questions) as store, open_chat(context, settings) as chat:
            askers: dict[tuple[str, str], Asker] = {}
            everything = store.make_asker(store.collections)
            for issuer in sorted({case.source.issuer for case in cases}):
                askers[ABSENT, issuer] = everything
                askers[LACKING, issuer] = store.make_asker(others_than(issuer, store.collections))
                askers[HOLDING, issuer] = store.make_asker([issuer] if issuer in store.collections else [])
            context.notify(f"Asking {len(cases)} questions with restricted access to {len(store.collections)} issuers")
            yield AbstentionScoring(
                asking=build_asking(store.database, chat=chat),
                askers=askers,
                names=store.names,
                used=describe_use(chat, settings),
            )


def others_than(issuer: str, collections: Iterable[str]) -> list[str]:
    """Return the other issuers. A document without a stated issuer may be of the given one."""
    return [other for other in collections if other not in (issuer, OTHERS)]


def judge_abstention(case: AbstentionCase, asked: Asked, names: Names) -> Case:
    """Score 1 if the asker `holding` gets an answer, whether right or wrong, or another asker gets none."""
    texts = asked.texts()
    declined = not texts or says_absent(texts[0])
    if case.is_answerable:
        verdict = "declined_wrong" if declined else "answered"
    else:
        verdict = "declined_right" if declined else "answered_wrong"
    return Case(
        id=case.id,
        kind=case.kind,
        score=float(declined != case.is_answerable),
        reason=REASONS[verdict],
        measures={name: float(name == verdict) for name in VERDICTS[case.is_answerable]},
        details={
            "verdict": verdict,
            "answer": texts,
            "cited": [[*f, page] for f, page in asked.cited_pages(names)],
        },
        trace={"question": case.question, "issuer": case.source.issuer, **asked.trace(names)},
        tokens_in=asked.answer.tokens_in,
        tokens_out=asked.answer.tokens_out,
        cost_usd=asked.answer.cost_usd,
        times={"answer": asked.seconds},
    )


SUITE = AbstentionSuite()
