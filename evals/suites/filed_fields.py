"""The filings' part of the suite `extraction`: the lines of annual and quarterly reports, against inline XBRL.

Each filing is read without its tags, and its lines are proposed as for the shipped schemas. A case is one line of one
filing. The truth is the tags of its statements, by standard item; `evals.scoring.report_fields` says which lines
count, and what is right. `line_approved_precision` is the share of right values among those with a confidence of at
least `APPROVED`, which a policy may approve without a look.

With `--left-out`, each filing is read with a model of line items that has not seen its company; the models are learnt
from the folder `labels` beside the filings, and kept. The curve of certainty was learnt from the same filings
(`evals.learning.report_lines` measures it with companies left out, too).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from app.core.errors import DocumentError
from app.evaluations.metrics import Aggregate, Better, MetricSpec
from app.review.proposals import Proposal, ProposalState
from app.review.schemas.definition import FieldSpec, shipped_schema
from app.review.value_texts import print_value
from app.review.values import QuantityValue
from evals.datasets.files import require_file
from evals.environment.context import SuiteContext, Used
from evals.environment.fact_reading import facts_of
from evals.environment.filed_reports import ROLES, FiledCase, load_filed
from evals.environment.provenance import ROOT, digest_files
from evals.environment.reading import read_document, reading_pool
from evals.environment.store import digest_texts, home_name
from evals.learning.left_out import ensure_left_out
from evals.running.engine import Case
from evals.scoring.report_fields import JudgedLine, Outcome, TaggedReport, Which, judge_line
from workers.extraction.fields.reader import ReadDocument
from workers.extraction.fields.report.statement import item_of
from workers.extraction.fields.rules import field_reader

APPROVED = 0.99
"""The confidence from which lines can be approved without a look: left out, .998 of them are right."""

_LEARNING = ("evals/learning", "app/facts/items", "app/facts/statements")


@dataclass(frozen=True, slots=True)
class LineCase:
    """A line of a filing. Its kind is the key of the field."""

    id: str
    kind: str
    filed: FiledCase


@dataclass(frozen=True, slots=True)
class FiledScoring:
    """Lines that were read when the suite was opened, by filing and key. `failures` are the filings that were not."""

    judged: Mapping[str, Mapping[str, JudgedLine]]
    failures: Mapping[str, str]
    used: Used = Used()  # noqa: RUF009  a frozen value can be shared

    def score(self, case: LineCase) -> Case:
        failure = self.failures.get(case.filed.id)
        if failure is not None:
            return Case(case.id, None, failure, kind=case.kind, measures={"failed": 1.0})
        return case_of(case, self.judged[case.filed.id][case.kind])


FILED_METRICS = (
    MetricSpec(name="line_f1", of=("line_right", "line_wrong", "line_missed"), how=Aggregate.F1),
    MetricSpec(name="line_precision", of=("line_right", "line_read"), how=Aggregate.RATIO),
    MetricSpec(name="line_recall", of=("line_right", "line_tagged"), how=Aggregate.RATIO),
    MetricSpec(name="line_approved_precision", of=("line_approved_right", "line_approved"), how=Aggregate.RATIO),
    MetricSpec(name="line_approved_share", of=("line_approved", "line_read"), how=Aggregate.RATIO),
    MetricSpec(name="line_approved_wrong", of=("line_approved_wrong",), how=Aggregate.SUM, better=Better.LOWER),
    MetricSpec(name="line_absent_precision", of=("line_absent_right", "line_absent"), how=Aggregate.RATIO),
)


def load_lines(data: Path) -> list[LineCase]:
    """Load the lines of the filings that tag statements. Raises DataMissingError, DatasetError."""
    return [
        LineCase(f"{filed.id}/{spec.key}", spec.key, filed)
        for filed in load_filed(data)
        if filed.filing.facts
        for spec in _specs(filed.kind)
    ]


@contextmanager
def open_filed(
    context: SuiteContext, data: Path, cases: Sequence[LineCase], *, left_out: bool
) -> Iterator[FiledScoring]:
    """Read the filings of the cases, which are in the folder `data`, in other processes.

    Raises DataMissingError, DatasetError.
    """
    folder = context.homes / "filings" / home_name(context.data_digest)
    folder.mkdir(parents=True, exist_ok=True)
    filed = list({case.filed.id: case.filed for case in cases}.values())
    for each in filed:
        _path(folder, each).write_bytes(each.filing.read_plain())
    is_real = any(each.filing.company for each in filed)  # no model is learnt without a fictional company
    models = _unseen_models(context, data, folder) if left_out and is_real else {}
    context.notify(f"Reading the lines of {len(filed)} filings")
    with reading_pool() as pool:
        chosen = [models.get(each.filing.company) for each in filed]
        read = list(pool.map(partial(judge_filed, folder), filed, chosen))
    judged, failures = {}, {}
    for each, found in zip(filed, read, strict=True):
        if isinstance(found, str):
            failures[each.id] = found
        else:
            judged[each.id] = found
    yield FiledScoring(judged, failures)


def judge_filed(folder: Path, case: FiledCase, model: Path | None = None) -> dict[str, JudgedLine] | str:
    """Read a filing without its tags, in this process, and judge its lines. Return the failure if it can't be read."""
    try:
        read = read_document(_path(folder, case))
    except DocumentError as error:
        return f"{error.code}: {error.detail}"
    document = ReadDocument(read.parsed, read.tables, facts_of(read, model), read.metadata)
    report = TaggedReport(case.filing.facts, case.filing.elsewhere)
    specs = _specs(case.kind)
    proposals = field_reader().read(document, specs)
    return {spec.key: _judge(report, spec, own) for spec, own in zip(specs, proposals, strict=True)}


def case_of(case: LineCase, judged: JudgedLine) -> Case:
    """Build the case of a line. Its score is 1 if it is right, or absent and not tagged; None if nobody states it."""
    right = judged.outcome is Outcome.RIGHT or (judged.is_absent and judged.outcome is Outcome.NOTHING)
    is_judged = right or judged.is_fault
    measures: dict[str, float | None] = {
        "failed": 0.0,
        **{f"line_{name}": count for name, count in JudgedLine.count([judged], APPROVED).items()},
    }
    if is_judged and judged.confidence > 0:
        measures |= {
            "confidence": judged.confidence,
            "right": float(right),
            "squared_error": (judged.confidence - float(right)) ** 2,
        }
    return Case(
        id=case.id,
        kind=case.kind,
        score=float(right) if is_judged else None,
        reason=f"{'absent' if judged.is_absent else judged.outcome.value}: read {judged.value or 'nothing'}",
        measures=measures,
        details={"company": case.filed.filing.company, "schema": case.filed.kind, "outcome": judged.outcome.value},
        trace=judged.describe(),
    )


def _judge(report: TaggedReport, spec: FieldSpec, proposal: Proposal) -> JudgedLine:
    item = item_of(spec)
    assert item is not None, "shipped fields of lines name an item"
    line = report.line(item, Which(ROLES[spec.rule or ""].value))
    value = proposal.value if isinstance(proposal.value, QuantityValue) else None
    outcome = judge_line(line, None if value is None else value.number, None if value is None else value.period)
    return JudgedLine(
        spec.key, line, outcome, proposal.confidence,
        is_absent=proposal.state is ProposalState.ABSENT, value="" if value is None else print_value(value),
    )  # fmt: skip


def _specs(schema: str) -> list[FieldSpec]:
    return [spec for spec in shipped_schema(schema).fields if spec.rule in ROLES]


def _path(folder: Path, case: FiledCase) -> Path:
    return folder / f"{case.filing.name}.html"


def _unseen_models(context: SuiteContext, data: Path, folder: Path) -> Mapping[str, Path]:
    """Return the model of line items that has not seen a company, by company."""
    labels = require_file(data.parent / "labels", "tables.jsonl")
    context.notify("Learning models of line items without the companies of each fold")
    code = digest_files((path for part in _LEARNING for path in (ROOT / part).rglob("*.py")), root=ROOT)
    place = context.homes / "left-out" / digest_texts([context.data_digest, code, "html"])[:16]
    return ensure_left_out(labels, data, folder, place)
