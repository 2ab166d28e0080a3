"""Reads the debt of a report (`report.debt`): a row for each instrument, with the amounts owed at two days.

The table is the one among the ledger's tables of debt that lists most amounts at the end of the report's period. Its
rows must add up to a total of it, and be at least half of the debt on the balance sheet: a table of one facility is not
the group's debt. Maturities by year, unused commitments and fair values are no debt owed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from app.facts.items.standard import load_items
from app.facts.model import Fact, Measure, StatementKind
from app.facts.statements.others import NO_DEBT
from app.review.proposals import FieldCheck, Proposal, ProposalState, ReadingMethod
from app.review.schemas.definition import FieldSpec
from app.review.values import TableValue, TextValue, Value
from workers.extraction.fields.reader import ReadDocument, rule, unread
from workers.extraction.fields.report.figures import evidence_of, quantity_of
from workers.extraction.fields.report.lines import readings_of
from workers.extraction.fields.report.periods import Role
from workers.extraction.fields.report.statement import Lines, lines_of

_NO_INSTRUMENT: Final = re.compile(
    r"\b(?:totals?|sub-?totals?|less|add|current\s+(?:portion|maturities|installments)|(?:un)?amorti[sz]ed|discounts?"
    r"|issuance\s+costs?|premiums?|net\s+of|fair\s+value|average|adjustments?|excluding|interest\s+rate"
    r"|(?:maturing|due)\s+within|long[\s-]term\s+(?:debt|portion|borrowings)(?:,?\s+net)?\W*$)\b",
    re.IGNORECASE,
)
_TOTAL: Final = re.compile(r"^\W*(?:sub-?)?totals?\b|^\W*$", re.IGNORECASE)
_MATURITY: Final = "maturity"
_FEWEST: Final = 2
_MOST: Final = 60
_TOLERANCE: Final = Decimal("0.002")
_LEAST_SHARE: Final = Decimal("0.5")
"""The least share of the balance sheet's debt that a table of the group's debt lists."""
_CONFIDENCE: Final = 0.85
"""Not calibrated, as no set of labelled tables of debt is at hand: below any point of approval."""
_DEBT: Final = ("ShortTermDebt", "CurrentPortionOfLongTermDebt", "LongTermDebt")


@dataclass(slots=True)
class _Row:
    label: str
    is_total: bool
    now: Fact | None = None
    before: Fact | None = None


@dataclass(frozen=True, slots=True)
class _Listing:
    """The rows of one table. `instruments` are those before its first total, or all without a total."""

    rows: Mapping[int, _Row] = field(default_factory=dict)

    @property
    def instruments(self) -> list[_Row]:
        found: list[_Row] = []
        for _, row in sorted(self.rows.items()):
            if row.is_total and found:
                break
            if not _NO_INSTRUMENT.search(row.label) and not row.is_total and (row.now or row.before):
                found.append(row)
        return found

    @property
    def amount(self) -> Decimal:
        return sum((row.now.value for row in self.instruments if row.now is not None), Decimal(0))

    @property
    def adds_up(self) -> bool:
        """Whether a total of the table is the sum of the instruments."""
        totals = [row.now.value for row in self.rows.values() if row.is_total and row.now is not None]
        return any(abs(total - self.amount) <= abs(total) * _TOLERANCE for total in totals if total)


@rule("report.debt", version=1)
def read_debt(document: ReadDocument, spec: FieldSpec) -> Proposal:
    """Read the table of debt; unread if no table lists instruments with amounts owed."""
    search = document.search(spec.words)
    lines = lines_of(document)
    now = lines.periods.of(StatementKind.BALANCE, Role.CURRENT)
    before = lines.periods.of(StatementKind.BALANCE, Role.PRIOR)
    owed = _owed(lines)
    listings = [
        each
        for each in _listings(
            document.facts, {period: at for at, period in enumerate((now, before)) if period}
        ).values()
        if _FEWEST <= len(each.instruments) <= _MOST and each.adds_up and each.amount >= owed * _LEAST_SHARE
    ]
    if now is None or not listings:
        return unread(spec, search)
    chosen = max(listings, key=lambda each: len(each.instruments))
    rows: list[tuple[Value | None, ...]] = [
        (TextValue(row.label), *(None if fact is None else quantity_of(fact) for fact in (row.now, row.before)))
        for row in chosen.instruments
    ]
    facts = [fact for row in chosen.instruments for fact in (row.now, row.before) if fact is not None]
    return Proposal(
        key=spec.key,
        state=ProposalState.FOUND,
        value=TableValue(("Instrument", f"{now.end}", f"{before.end}" if before else "Before"), tuple(rows)),
        evidence=evidence_of(document, facts),
        method=ReadingMethod.LEDGER,
        confidence=_CONFIDENCE,
        search=search,
        checks=(FieldCheck("debt-sum", passed=True, sentence="The instruments add up to a total of their table."),),
    )


def _owed(lines: Lines) -> Decimal:
    """Return the debt on the balance sheet, as far as its lines were read."""
    items = load_items()
    period = lines.periods.of(StatementKind.BALANCE, Role.CURRENT)
    if period is None:
        return Decimal(0)
    found = (readings_of(items[name], period, lines.by_item.get(name, ())) for name in _DEBT)
    return sum((readings[0].value for readings in found if readings), Decimal(0))


def _listings(facts: Iterable[Fact], places: Mapping[object, int]) -> Mapping[int, _Listing]:
    """Return the rows of each table of debt with their amounts at the two days."""
    found: dict[int, dict[int, _Row]] = {}
    for fact in facts:
        place = places.get(fact.period)
        table = fact.place.table
        if fact.statement is not StatementKind.DEBT or table is None or place is None:
            continue
        axes = dict(fact.dimensions)
        is_owed = fact.measure is Measure.MONEY and fact.currency not in (None, "%")
        if not is_owed or _MATURITY in axes or NO_DEBT.search(axes.get("column", "")) or "entity" in axes:
            continue
        row = found.setdefault(table, {}).setdefault(
            fact.place.row, _Row(_label(fact.label_path), _TOTAL.search(fact.label) is not None)
        )
        if place == 0 and row.now is None:
            row.now = fact
        elif place == 1 and row.before is None:
            row.before = fact
    return {table: _Listing(rows) for table, rows in found.items()}


def _label(path: Sequence[str]) -> str:
    """Return a row's own label with the one above it, if that is a heading of its kind."""
    own = path[-1].strip() if path else ""
    above = path[-2].strip().rstrip(":") if len(path) > 1 else ""
    return f"{above}: {own}" if above and own else own or above
