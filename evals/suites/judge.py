"""Judge: how often the judging model agrees with people.

The data is `judgements.jsonl`, which contains answers that people judged. Two kinds of error are counted separately:
right answers that the judge calls wrong, and wrong answers that it calls right. The second kind is dangerous.
`evals/datasets/judgements` contains a small set of the project's own.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from app.evaluations.metrics import Aggregate, Better, MetricSpec
from evals.datasets.files import parse_cases, require_file
from evals.environment.context import SuiteContext, Used
from evals.running.engine import Case, Suite
from evals.scoring.judging import Judge, Judged, Opinion, open_judge


class JudgedAnswer(BaseModel):
    """An answer (its sentences) with people's verdict: `right` or `wrong`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1)
    kind: str = ""
    question: str = Field(min_length=1)
    truth: str = Field(min_length=1)
    answer: tuple[str, ...] = Field(min_length=1)
    people: Opinion


@dataclass(frozen=True, slots=True)
class JudgeScoring:
    """Implements `Scoring`."""

    judge: Judge | None
    used: Used

    def score(self, case: JudgedAnswer) -> Case:
        if self.judge is None:
            return Case(case.id, None, "no judge is configured: set FOOTNOTE_JUDGE_MODEL")
        judged = asyncio.run(self.judge.judge(case.question, case.truth, case.answer))
        return compare_opinions(case, judged)


class JudgeSuite(Suite[JudgedAnswer]):
    name = "judge"
    version = "1"
    purpose = "the judging model's agreement with people, with dangerous errors counted apart"
    metrics = (
        MetricSpec(name="agreement", of=("agrees",)),
        MetricSpec(name="called_right_wrongly", of=("false_right",), how=Aggregate.SUM, better=Better.LOWER),
        MetricSpec(name="called_wrong_wrongly", of=("false_wrong",), how=Aggregate.SUM, better=Better.LOWER),
        MetricSpec(name="unclear", of=("unclear",), how=Aggregate.SUM, better=Better.NEITHER),
    )

    def load(self, data: Path) -> Sequence[JudgedAnswer]:
        return list(parse_cases(require_file(data, "judgements.jsonl"), JudgedAnswer))

    @contextmanager
    def open(self, context: SuiteContext, cases: Sequence[JudgedAnswer]) -> Iterator[JudgeScoring]:
        with open_judge(context) as judge:
            context.notify(f"Judging {len(cases)} answers that people judged")
            yield JudgeScoring(judge, Used() if judge is None else judge.describe())


def compare_opinions(case: JudgedAnswer, judged: Judged) -> Case:
    """Score 1 if the judge agrees with people."""
    agrees = judged.opinion is case.people
    return Case(
        id=case.id,
        score=float(agrees),
        reason=f"people say {case.people}, the judge {judged.opinion}",
        measures={
            "agrees": float(agrees),
            "false_right": float(judged.opinion is Opinion.RIGHT and not agrees),
            "false_wrong": float(judged.opinion is Opinion.WRONG and not agrees),
            "unclear": float(judged.opinion is Opinion.UNCLEAR),
        },
        trace={"question": case.question, "truth": case.truth, "answer": list(case.answer), "why": judged.why},
        tokens_in=judged.usage.tokens_in,
        tokens_out=judged.usage.tokens_out,
        cost_usd=judged.usage.cost_usd or Decimal(0),
    )


SUITE = JudgeSuite()
