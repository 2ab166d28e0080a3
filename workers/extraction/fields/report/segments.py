"""Reads the segments of a report (`report.segments`): a row for each, with the measures that the notes state for it.

Segments are the parts that the ledger has for the report's own period on the axis of segments. Tables whose parts add
up to the group's revenue go first. Totals, and what reconciles segments with the group, are no segments.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from app.facts.items.standard import load_items
from app.facts.model import Fact, Measure, StatementKind
from app.review.proposals import FieldCheck, Proposal, ProposalState, ReadingMethod
from app.review.schemas.definition import FieldSpec
from app.review.values import TableValue, TextValue, Value
from workers.extraction.fields.reader import ReadDocument, rule, unread
from workers.extraction.fields.report.figures import evidence_of, quantity_of
from workers.extraction.fields.report.lines import readings_of
from workers.extraction.fields.report.periods import Role
from workers.extraction.fields.report.statement import Lines, lines_of

_AXIS: Final = "segment"
_MEASURES: Final = (
    "Revenue",
    "OperatingIncomeLoss",
    "GrossProfit",
    "NetIncome",
    "DepreciationAmortizationCF",
    "CapitalExpenses",
    "Assets",
)
"""The items that are columns of the table, in this order."""
_TOTAL: Final = re.compile(r"\b(?:totals?|consolidated)\b", re.IGNORECASE)
_INSIDE: Final = " / "
"""Between a segment and the part of it."""
_FEWEST: Final = 2
_MOST: Final = 40
_ADDED_UP: Final = 0.85
_OTHERWISE: Final = 0.5
"""Not calibrated, as tags of segments are not measured: below any point of approval."""
_TOLERANCE: Final = Decimal("0.002")


@dataclass(frozen=True, slots=True)
class _Parts:
    """The segments of one table and item, by name."""

    item: str
    table: int | None
    facts: Mapping[str, Fact]

    @property
    def is_divided(self) -> bool:
        """Whether the names are parts of segments."""
        return any(_INSIDE in name for name in self.facts)

    def adds_up_to(self, total: Decimal | None) -> bool:
        own = sum((fact.value for fact in self.facts.values()), Decimal(0))
        return total is not None and abs(own - total) <= abs(total) * _TOLERANCE


@rule("report.segments", version=1)
def read_segments(document: ReadDocument, spec: FieldSpec) -> Proposal:
    """Read the table of segments; unread if no table of revenue by segment was found."""
    lines = lines_of(document)
    search = document.search(spec.words)
    revenue = _total(lines, "Revenue")
    parts = list(_parts(document.facts, lines))
    main = min(
        (each for each in parts if each.item == "Revenue" and (each.adds_up_to(revenue) or not each.is_divided)),
        key=lambda each: (not each.adds_up_to(revenue), -len(each.facts), -(each.table or 0)),
        default=None,
    )
    if main is None:
        return unread(spec, search)
    columns = {item: found for item in _MEASURES if (found := _column(item, main, parts))}
    rows: list[tuple[Value | None, ...]] = [
        (TextValue(name), *(quantity_of(own[name]) if name in own else None for own in columns.values()))
        for name in main.facts
    ]
    titles = (load_items()[item].title for item in columns)
    facts = [fact for own in columns.values() for fact in own.values()]
    is_whole = main.adds_up_to(revenue)
    sentence = "" if is_whole else "The segments' revenues do not add up to the group's revenue."
    return Proposal(
        key=spec.key,
        state=ProposalState.FOUND,
        value=TableValue(("Segment", *titles), tuple(rows)),
        evidence=evidence_of(document, facts),
        method=ReadingMethod.LEDGER,
        confidence=_ADDED_UP if is_whole else _OTHERWISE,
        search=search,
        checks=(FieldCheck("segments-sum", is_whole, sentence),),
    )


def _total(lines: Lines, item: str) -> Decimal | None:
    found = load_items()[item]
    period = lines.periods.of(found.statement, Role.CURRENT)
    readings = () if period is None else readings_of(found, period, lines.by_item.get(item, ()))
    return readings[0].value if readings else None


def _parts(facts: Iterable[Fact], lines: Lines) -> Iterator[_Parts]:
    """Yield the segments that each table states for each item and the report's own period."""
    groups: dict[tuple[str, int | None], dict[str, Fact]] = {}
    for fact in facts:
        if fact.item not in _MEASURES or fact.measure is not Measure.MONEY or fact.statement is StatementKind.DEBT:
            continue
        statement = load_items()[fact.item].statement
        is_flow = statement is StatementKind.CASH_FLOW
        periods = {lines.periods.of(statement, Role.CURRENT), lines.periods.of(StatementKind.INCOME, Role.CURRENT)}
        if fact.period not in (periods if is_flow else {lines.periods.of(statement, Role.CURRENT)}):
            continue
        members = [member for axis, member in fact.dimensions if axis == _AXIS]
        if not members or len(members) != len(fact.dimensions) or any(map(_TOTAL.search, members)):
            continue
        groups.setdefault((fact.item, fact.place.table), {}).setdefault(_INSIDE.join(members), fact)
    for (item, table), own in groups.items():
        for chosen in (own, _outermost(own)):
            if _FEWEST <= len(chosen) <= _MOST:
                yield _Parts(item, table, chosen)


def _outermost(facts: Mapping[str, Fact]) -> Mapping[str, Fact]:
    """Return the facts with the fewest names: those of segments that other rows divide further."""
    least = min((name.count(_INSIDE) for name in facts), default=0)
    return {name: fact for name, fact in facts.items() if name.count(_INSIDE) == least}


def _column(item: str, main: _Parts, parts: Sequence[_Parts]) -> Mapping[str, Fact]:
    """Return the facts of an item for the segments of the main table: from the table that has most of them."""
    if item == main.item:
        return main.facts
    shared = [
        {name: fact for name, fact in each.facts.items() if name in main.facts} for each in parts if each.item == item
    ]
    best: Mapping[str, Fact] = max(shared, key=len, default={})
    return best if 2 * len(best) > len(main.facts) else {}
