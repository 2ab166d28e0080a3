"""Newcomer: questions in a new user's words, graded by what the reader sees first.

All questions are asked of all filings at once, as a user who may read all of them. An answer is right first if its
first claim answers. Without `--data`, the suite writes its own twenty fictional filings and sixty questions.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.core.principal import Principal
from app.evaluations.metrics import Aggregate, Better, MetricSpec
from app.settings import Settings
from app.stack.home import Home
from evals.datasets.newcomer.questions import Half, NewcomerCase, documents_of, load_newcomer
from evals.datasets.newcomer.writing import write_newcomer
from evals.environment.answering import Asked, Asking, build_asking, describe_use, open_chat
from evals.environment.context import SuiteContext, Used
from evals.environment.store import Names, home_name, open_store
from evals.running.engine import Case, Suite
from evals.scoring.newcomer import Graded, Seen, grade_newcomer, names_issuers

SCORES = {Seen.RIGHT_FIRST: 1.0, Seen.RIGHT_BELOW: 0.5, Seen.WRONG: -1.0, Seen.ANSWERED: -1.0}
HALVES = {Half.DEVELOPMENT: "development", Half.HELD_OUT: "held_out"}


@dataclass(frozen=True, slots=True)
class NewcomerScoring:
    """Asks as one principal, and grades the answers. Implements `Scoring`."""

    asking: Asking
    principal: Principal
    names: Names
    used: Used

    def score(self, case: NewcomerCase) -> Case:
        return judge_newcomer(case, self.asking.ask(self.principal, case.question), self.names)


class NewcomerSuite(Suite[NewcomerCase]):
    name = "newcomer"
    version = "1"
    purpose = "questions in a new user's words, graded by what the reader sees first"
    metrics = (
        *(
            MetricSpec(name=seen.value, of=(seen.value,), how=Aggregate.SUM, better=better)
            for seen, better in (
                (Seen.RIGHT_FIRST, Better.HIGHER),
                (Seen.RIGHT_BELOW, Better.NEITHER),
                (Seen.WRONG, Better.LOWER),
                (Seen.USELESS, Better.LOWER),
                (Seen.DECLINED, Better.LOWER),
                (Seen.ANSWERED, Better.LOWER),
            )
        ),
        MetricSpec(name="right_first_share", of=("right_first",)),
        MetricSpec(name="wrong_share", of=("misleading",), better=Better.LOWER),
        *(MetricSpec(name=f"right_first_{half}", of=(f"right_first_{half}",)) for half in HALVES.values()),
        *(MetricSpec(name=f"wrong_{half}", of=(f"wrong_{half}",), better=Better.LOWER) for half in HALVES.values()),
        MetricSpec(name="evidence_cited", of=("evidence_cited",)),
        MetricSpec(name="names_issuer", of=("names_issuer",)),
    )

    def load(self, data: Path) -> Sequence[NewcomerCase]:
        return load_newcomer(data)

    def write_own(self, folder: Path) -> Path:
        return write_newcomer(folder)

    @contextmanager
    def open(self, context: SuiteContext, cases: Sequence[NewcomerCase]) -> Iterator[NewcomerScoring]:
        settings, files = Settings(), documents_of(context.data)
        stack = context.stacks.on(Home.at(context.homes / home_name(context.data_digest)))
        with open_store(stack, files, notify=context.notify) as store, open_chat(context, settings) as chat:
            context.notify(f"Asking {len(cases)} questions of {len(store.files)} documents")
            yield NewcomerScoring(
                asking=build_asking(store.database, chat=chat),
                principal=store.principal,
                names=store.names,
                used=describe_use(chat, settings),
            )


def judge_newcomer(case: NewcomerCase, asked: Asked, names: Names) -> Case:
    """Build the case of one answered question. A wrong answer, and one that should be declined, mislead."""
    graded = grade_newcomer(case, asked.texts(), asked.leading() or None)
    half = HALVES[case.half]
    misleads = float(graded.seen in (Seen.WRONG, Seen.ANSWERED))
    cited = {(file, page) for files, page in asked.cited_pages(names) for file in files}
    return Case(
        id=case.id,
        kind=case.kind,
        score=SCORES.get(graded.seen, 0.0),
        reason=graded.reason,
        measures={
            **{seen.value: float(graded.seen is seen) for seen in Seen},
            "misleading": misleads,
            f"right_first_{half}": float(graded.seen is Seen.RIGHT_FIRST),
            f"wrong_{half}": misleads,
            "evidence_cited": float(bool(cited & case.evidence_pages())) if case.evidence else None,
            "names_issuer": float(names_issuers(case, asked.subject())) if case.issuers and asked.texts() else None,
        },
        details=_details(case, graded, asked),
        trace={"question": case.question, **asked.trace(names)},
        tokens_in=asked.answer.tokens_in,
        tokens_out=asked.answer.tokens_out,
        cost_usd=asked.answer.cost_usd,
        times={"answer": asked.seconds},
    )


def _details(case: NewcomerCase, graded: Graded, asked: Asked) -> dict[str, object]:
    return {
        "seen": graded.seen.value,
        "half": case.half.value,
        "answer": asked.texts(),
        "evidence": sorted([document, page] for document, page in case.evidence_pages()),
    }


SUITE = NewcomerSuite()
