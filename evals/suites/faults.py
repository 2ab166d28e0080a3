"""Faults: whether cells, page texts and answers are right for small files that are easily read wrongly.

Each case of the data (`evals.datasets.faults`) is loaded into a collection of its own through the API and the real
workers. Its checks are decided on the stored tables, on the stored pages, and on answers that the built-in writer gives
to a user who may read only this collection. Each check is a case of this suite; its kind is the fault.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.evaluations.metrics import Aggregate, Better, MetricSpec
from app.settings import Settings
from evals.datasets.faults import CellCheck, Check, FaultCase, QuestionCheck, TextCheck, load_faults
from evals.environment.answering import Asking, build_asking, describe_use
from evals.environment.cases import CaseFiles, CaseStore, open_case_store
from evals.environment.context import SuiteContext, Used
from evals.running.engine import Case, Suite
from evals.scoring.fault_checks import CheckVerdict, Decided, check_cell, check_text, missed
from evals.scoring.stated_figures import check_answer

REPLACED_AS = "report"
KINDS = ("cell", "question", "text")
SCORES = {CheckVerdict.RIGHT: 1.0, CheckVerdict.MISSED: 0.0, CheckVerdict.WRONG: -1.0}


@dataclass(frozen=True, slots=True)
class CheckCase:
    """A check of a fault case. The kind is the fault."""

    id: str
    kind: str
    case: FaultCase
    check: Check
    folder: Path

    @property
    def files(self) -> CaseFiles:
        paths = tuple(self.folder / name for name in self.case.names)
        return CaseFiles(self.case.id, paths, self.case.load and f"{REPLACED_AS}{paths[0].suffix}")


@dataclass(frozen=True, slots=True)
class FaultsScoring:
    """Decides checks on a store with all cases. Implements `Scoring`."""

    store: CaseStore
    asking: Asking
    used: Used

    def score(self, case: CheckCase) -> Case:
        name, failed = case.case.id, self.store.cases[case.case.id].failed
        trace: dict[str, object] = {}
        if failed:
            return judge_check(case, missed(f"the file could not be read: {'; '.join(failed)}"), trace)
        match case.check:
            case CellCheck():
                decided = check_cell(case.check, self.store.read_tables(name))
            case TextCheck():
                decided = check_text(case.check, self.store.read_pages(name))
            case QuestionCheck():
                asked = self.asking.ask(self.store.principal(name), case.check.ask)
                quotes = [span.quote for claim in asked.answer.claims for span in claim.citations]
                decided = check_answer(case.check, asked.texts(), quotes)
                trace = asked.trace(self.store.names)
        return judge_check(case, decided, trace)


class FaultsSuite(Suite[CheckCase]):
    name = "faults"
    version = "1"
    purpose = "cells, page texts and answers of files that are easily read wrongly"
    metrics = (
        MetricSpec(name="right", of=("right",), how=Aggregate.SUM),
        MetricSpec(name="wrong", of=("wrong",), how=Aggregate.SUM, better=Better.LOWER, hard=True),
        MetricSpec(name="missed", of=("missed",), how=Aggregate.SUM, better=Better.LOWER),
        MetricSpec(name="right_share", of=("right",)),
        MetricSpec(name="wrong_share", of=("wrong",), better=Better.LOWER),
        *(MetricSpec(name=f"right_share_{kind}", of=(f"right_{kind}",)) for kind in KINDS),
    )

    def load(self, data: Path) -> Sequence[CheckCase]:
        return [
            CheckCase(f"{case.id}/{number}-{check.kind}", case.fault, case, check, data)
            for case in load_faults(data)
            for number, check in enumerate(case.checks, start=1)
        ]

    @contextmanager
    def open(self, context: SuiteContext, cases: Sequence[CheckCase]) -> Iterator[FaultsScoring]:
        files = list({case.case.id: case.files for case in cases}.values())
        with open_case_store(context, files) as store:
            context.notify(f"Deciding {len(cases)} checks of {len(files)} cases")
            yield FaultsScoring(store, build_asking(store.database, chat=None), describe_use(None, Settings()))


def judge_check(case: CheckCase, decided: Decided, trace: dict[str, object]) -> Case:
    """Build the case of one check: 1 if it is right, 0 if nothing was stated, -1 if something else was stated."""
    right = float(decided.verdict is CheckVerdict.RIGHT)
    return Case(
        id=case.id,
        kind=case.kind,
        score=SCORES[decided.verdict],
        reason=decided.seen,
        measures={
            **{verdict.value: float(decided.verdict is verdict) for verdict in CheckVerdict},
            f"right_{case.check.kind}": right,
        },
        details={"verdict": decided.verdict.value, "check": case.check.model_dump(mode="json", exclude_defaults=True)},
        trace=trace,
    )


SUITE = FaultsSuite()
