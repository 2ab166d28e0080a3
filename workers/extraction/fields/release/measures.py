"""Reads the measures outside GAAP (`release.measures`): a row for each, with the amounts of two periods.

A measure that is stated for the quarter and for the year to date has two rows.

A measure is a row of a table whose label says that it is adjusted or not of GAAP (Regulation G, 17 CFR 244.101), with a
figure for the period that the release is about. Rows of what is adjusted are no measures.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from app.facts.model import StatementKind
from app.quantities.periods import Period
from app.review.evidence import Evidence, evidence_at
from app.review.proposals import Proposal, ProposalState, ReadingMethod
from app.review.schemas.definition import FieldSpec
from app.review.value_texts import quantity_value
from app.review.values import QuantityValue, TableValue, TextValue, Value
from app.tables.model import Cell, CellKind
from workers.extraction.fields.reader import ReadDocument, rule, unread
from workers.extraction.fields.report.amounts import in_currency
from workers.extraction.fields.report.periods import Role
from workers.extraction.fields.report.statement import lines_of

_MEASURE: Final = re.compile(
    r"\b(?:adjusted(?!\s+for)|non-?gaap|ebitdar?x?|ebita|free\s+cash\s+flow|organic|constant[\s-]currency|comparable"
    r"|(?:adjusted\s+)?funds\s+from\s+operations|affo|ffo|net\s+debt(?!\s+(?:proceeds|repay\w*|issu\w*))|core\s+(?:earnings|income|eps))\b",
    re.IGNORECASE,
)
_NO_MEASURE: Final = re.compile(
    r"\badjustments?\b|\badjusted\s+to\b|\bas\s+adjusted\s+for\b|\btax\s+effects?\b|\breconcil\w+|\badd\s*(?:back)?\b|\bless\b|^plus\b",
    re.IGNORECASE,
)
_CONFIDENCE: Final = 0.7
_ABSENT: Final = 0.7
"""Not calibrated, as no labelled releases are at hand: below any point of approval."""
_MOST: Final = 40
_LONGEST: Final = 160


@dataclass(slots=True)
class _Row:
    label: str
    now: QuantityValue | None = None
    before: QuantityValue | None = None

    def put(self, column: str, amount: QuantityValue) -> bool:
        """Keep an amount if it is the first of its column. Return whether it is."""
        if column == "now" and self.now is None:
            self.now = amount
        elif column == "before" and self.before is None:
            self.before = amount
        else:
            return False
        return True


@rule("release.measures", version=1)
def read_measures(document: ReadDocument, spec: FieldSpec) -> Proposal:
    """Read the measures outside GAAP for the release's own period; absent if no table has any."""
    search = document.search(spec.words)
    periods = lines_of(document).periods
    own: Mapping[Period, tuple[StatementKind, str]] = {
        period: (kind, column)
        for role, column in ((Role.PRIOR, "before"), (Role.CURRENT, "now"))
        for kind in (StatementKind.BALANCE, StatementKind.CASH_FLOW, StatementKind.INCOME)
        if (period := periods.of(kind, role)) is not None
    }
    if not own:
        return unread(spec, search)
    texts = {page.number: page.text for page in document.parsed.pages}
    rows: dict[tuple[str, StatementKind], _Row] = {}
    evidence: dict[Evidence, None] = {}
    for table in document.tables:
        for cell in table.cells:
            label = _label(cell)
            place = None if cell.period is None else own.get(cell.period)
            amount = None if cell.value is None else quantity_value(cell.value)
            if label is None or place is None or amount is None or not cell.spans:
                continue
            row = rows.setdefault((label.casefold(), place[0]), _Row(label))
            if row.put(place[1], replace(in_currency(amount, document.metadata.currency), period=cell.period)):
                start, end = cell.spans[0][0], cell.spans[-1][1]
                text = texts.get(cell.page, "")
                quote = evidence_at(cell.page, text, start, end, table=table.number, row=cell.row, column=cell.column)
                evidence[quote] = None
    found = [row for row in rows.values() if row.now is not None][:_MOST]
    if not found:
        if search.unreadable or not document.tables:
            return unread(spec, search)
        return Proposal(spec.key, ProposalState.ABSENT, None, (), ReadingMethod.RULE, _ABSENT, search=search)
    table_rows: tuple[tuple[Value | None, ...], ...] = tuple(
        (TextValue(row.label), row.now, row.before) for row in found
    )
    return Proposal(
        key=spec.key,
        state=ProposalState.FOUND,
        value=TableValue(("Measure", "Current period", "Prior period"), table_rows),
        evidence=tuple(evidence),
        method=ReadingMethod.RULE,
        confidence=_CONFIDENCE,
        search=search,
    )


def _label(cell: Cell) -> str | None:
    """Return the label of a figure if it names a measure outside GAAP."""
    if cell.kind is not CellKind.FIGURE or not cell.label_path:
        return None
    label = " ".join(cell.label_path[-1].split())
    if len(label) > _LONGEST or not _MEASURE.search(label) or _NO_MEASURE.search(label):
        return None
    return label
