"""The option `--checks` of the suite `facts`: the share of statements of annual reports whose totals add up.

An annual report has at least a statement of income, a balance sheet and a statement of cash flows. One that is not
found does not add up. The sums are found by `evals.scoring.adding_up`, not by the checks of the facts.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import DocumentError
from app.evaluations.metrics import Aggregate, Better, MetricSpec
from app.facts.model import Fact, StatementKind
from app.tables.model import Table
from evals.datasets.annual_reports import list_annual_reports
from evals.environment.context import SuiteContext, Used
from evals.environment.fact_reading import facts_of
from evals.environment.reading import read_document, reading_pool
from evals.running.engine import Case, Suite
from evals.scoring.adding_up import adds_up
from evals.scoring.printed_rows import find_printed

STATEMENTS: tuple[tuple[StatementKind, ...], ...] = (
    (StatementKind.INCOME, StatementKind.COMPREHENSIVE_INCOME),
    (StatementKind.BALANCE,),
    (StatementKind.CASH_FLOW,),
)
"""The statements of an annual report. One statement may show income and comprehensive income."""

_NOT_FOUND = "not found"


@dataclass(frozen=True, slots=True)
class ReportCase:
    """An annual report."""

    id: str
    kind: str
    path: Path


@dataclass(frozen=True, slots=True)
class ChecksScoring:
    """Scores documents in other processes. Implements `Scoring`."""

    pool: Executor
    used: Used = Used()  # noqa: RUF009  a frozen value can be shared

    def score(self, case: ReportCase) -> Case:
        return self.pool.submit(check_report, case).result()


class StatementChecksSuite(Suite[ReportCase]):
    name = "facts"
    version = "2"
    purpose = "statements of annual reports whose totals add up"
    options = frozenset({"checks"})
    metrics = (
        MetricSpec(name="share", of=("adding_up", "statements"), how=Aggregate.RATIO),
        MetricSpec(name="statements", of=("statements",), how=Aggregate.SUM, better=Better.NEITHER),
        MetricSpec(name="found", of=("found",), how=Aggregate.SUM),
        MetricSpec(name="adding_up", of=("adding_up",), how=Aggregate.SUM),
    )

    def load(self, data: Path) -> Sequence[ReportCase]:
        return [ReportCase(path.stem, "", path) for path in list_annual_reports(data)]

    @contextmanager
    def open(self, context: SuiteContext, cases: Sequence[ReportCase]) -> Iterator[ChecksScoring]:
        context.notify(f"Reading the statements of {len(cases)} annual reports")
        with reading_pool() as pool:
            yield ChecksScoring(pool)


def check_report(case: ReportCase) -> Case:
    """Read one annual report and check its statements."""
    try:
        document = read_document(case.path)
    except DocumentError as error:
        return judge_statements(case, (), (), unread=f"{error.code}: {error.detail}")
    return judge_statements(case, facts_of(document), document.tables)


def judge_statements(case: ReportCase, facts: Sequence[Fact], tables: Sequence[Table], *, unread: str = "") -> Case:
    """Build the case of a report. Of several statements of a kind, one that adds up counts."""
    reasons: dict[str, str] = {}
    for kinds in STATEMENTS:
        found = [(kind, rows) for kind in kinds for rows in find_printed(kind, facts, tables)]
        why = [adds_up(kind, rows) for kind, rows in found]
        reasons[kinds[0].value] = unread or ("" if "" in why else why[0] if why else _NOT_FOUND)
    missing = sum(reason in (unread, _NOT_FOUND) for reason in reasons.values() if reason)
    adding_up = sum(reason == "" for reason in reasons.values())
    return Case(
        id=case.id,
        kind=case.kind,
        score=adding_up / len(STATEMENTS),
        reason="; ".join(f"{kind}: {reason}" for kind, reason in reasons.items() if reason) or "all add up",
        measures={
            "statements": float(len(STATEMENTS)),
            "found": float(len(STATEMENTS) - missing),
            "adding_up": float(adding_up),
        },
    )
