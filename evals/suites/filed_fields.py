"""The filings' part of the suite `extraction`: the lines of annual and quarterly reports, against inline XBRL.

Each filing is read without its tags, and its lines are proposed as for the shipped schemas. The truth is the tags of
its statements, by standard item; `evals.scoring.report_fields` says which lines count, and what is right. A case is a
filing, and its score is F1 over its lines.

With models of line items that have not seen the filing's company (`left_out_line_f1` …), the rules read the same
document again. `line_approved_precision` is the share of right values at or above the confidence of `APPROVED`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from app.core.errors import DocumentError
from app.evaluations.metrics import Aggregate, Better, MetricSpec
from app.review.proposals import Proposal, ProposalState
from app.review.schemas.definition import FieldSpec, shipped_schema
from app.review.values import QuantityValue
from evals.environment.fact_reading import facts_of
from evals.environment.filed_reports import ROLES, FiledCase
from evals.environment.reading import read_document
from evals.running.engine import Case
from evals.scoring.report_fields import JudgedLine, TaggedReport, judge_line
from workers.extraction.fields.reader import ReadDocument
from workers.extraction.fields.report.periods import Role
from workers.extraction.fields.report.statement import item_of
from workers.extraction.fields.rules import field_reader

APPROVED = 0.99
"""The confidence of values that can be approved without a look."""

UNSEEN = "left_out_"
_TRACED = 50


def _metrics(prefix: str) -> tuple[MetricSpec, ...]:
    right, wrong, missed = (f"{prefix}line_{name}" for name in ("right", "wrong", "missed"))
    read, approved = f"{prefix}line_read", f"{prefix}line_approved"
    return (
        MetricSpec(name=f"{prefix}line_f1", of=(right, wrong, missed), how=Aggregate.F1),
        MetricSpec(name=f"{prefix}line_precision", of=(right, read), how=Aggregate.RATIO),
        MetricSpec(name=f"{prefix}line_recall", of=(right, f"{prefix}line_tagged"), how=Aggregate.RATIO),
        MetricSpec(name=f"{prefix}line_approved_precision", of=(f"{approved}_right", approved), how=Aggregate.RATIO),
        MetricSpec(name=f"{prefix}line_approved_share", of=(approved, read), how=Aggregate.RATIO),
        MetricSpec(
            name=f"{prefix}line_approved_wrong", of=(f"{approved}_wrong",), how=Aggregate.SUM, better=Better.LOWER
        ),
        MetricSpec(
            name=f"{prefix}line_absent_precision",
            of=(f"{prefix}line_absent_right", f"{prefix}line_absent"),
            how=Aggregate.RATIO,
        ),
    )


FILED_METRICS = (*_metrics(""), *_metrics(UNSEEN))


def score_filed(case: FiledCase, folder: Path, model: Path | None = None) -> Case:
    """Read a filing without its tags, in this process, and judge its lines. `folder` has the files without tags.

    `model` has not seen the company: with it, the lines are read again. Raises DatasetError.
    """
    if not case.filing.facts:
        return Case(case.id, None, "the filing tags no primary statement", kind=case.kind)
    path = folder / f"{case.filing.name}.html"
    path.write_bytes(case.filing.read_plain())
    try:
        read = read_document(path)
    except DocumentError as error:
        return Case(case.id, None, f"{error.code}: {error.detail}", kind=case.kind)
    judged = {
        prefix: _judge(case, ReadDocument(read.parsed, read.tables, facts_of(read, own), read.metadata))
        for prefix, own in {"": None, **({} if model is None else {UNSEEN: model})}.items()
    }
    return _case(case, judged)


def _judge(case: FiledCase, document: ReadDocument) -> list[JudgedLine]:
    report = TaggedReport(case.filing.facts, case.filing.elsewhere)
    specs = [spec for spec in shipped_schema(case.kind).fields if spec.rule in ROLES]
    return [
        _judge_field(report, spec, proposal)
        for spec, proposal in zip(specs, field_reader().read(document, specs), strict=True)
    ]


def _judge_field(report: TaggedReport, spec: FieldSpec, proposal: Proposal) -> JudgedLine:
    item = item_of(spec)
    assert item is not None, "shipped fields of lines name an item"
    line = report.line(item, is_prior=ROLES[spec.rule or ""] is Role.PRIOR)
    value = proposal.value if isinstance(proposal.value, QuantityValue) else None
    outcome = judge_line(line, None if value is None else value.number, None if value is None else value.period)
    return JudgedLine(spec.key, line, outcome, proposal.confidence, is_absent=proposal.state is ProposalState.ABSENT)


def _case(case: FiledCase, judged: Mapping[str, Sequence[JudgedLine]]) -> Case:
    counts = {prefix: JudgedLine.count(lines, APPROVED) for prefix, lines in judged.items()}
    own = counts[""]
    asked = 2 * own["right"] + own["wrong"] + own["missed"]
    return Case(
        id=case.id,
        kind=case.kind,
        score=2 * own["right"] / asked if asked else None,
        reason=f"{own['right']:.0f} of {own['tagged']:.0f} tagged lines, {own['wrong']:.0f} wrong ones",
        measures={f"{prefix}line_{name}": value for prefix, each in counts.items() for name, value in each.items()},
        details={"company": case.filing.company},
        trace={
            f"{prefix}faults": [line.describe() for line in lines if line.is_fault][:_TRACED]
            for prefix, lines in judged.items()
        },
    )
