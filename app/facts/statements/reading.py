"""Read facts from a document's tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cached_property

from app.facts.items.rows import Placed
from app.facts.model import Fact, Measure, Method, Place, StatementKind
from app.facts.statements.about import About
from app.facts.statements.checks import Cells, check_across, check_sums, checks_of
from app.facts.statements.columns import Dimensions, columns_of, is_restated
from app.facts.statements.directions import direction_of, direction_of_label
from app.facts.statements.finding import Statement, find_statements
from app.facts.statements.fiscal import FiscalYears
from app.facts.statements.instants import Edge, find_edges
from app.facts.statements.placing import MEASURES, is_per_share, measure_of, place_rows
from app.facts.statements.rows import Row
from app.facts.statements.structure import Structure, structure_of
from app.quantities.periods import Period
from app.quantities.values import Kind, Quantity
from app.tables.model import Cell, Table
from app.tables.rows import quantity_of

_DAY = timedelta(days=1)
_POWERS = {Kind.PERCENTAGE: -2, Kind.BASIS_POINTS: -4}
_OF_FLOWS = (StatementKind.CASH_FLOW, StatementKind.EQUITY)
_PART = 0.5
"""The probability from which a row is a part of its concept's whole amount."""
_UNPLACED_CONFIDENCE = 0.5


def read_facts(tables: Sequence[Table], about: About, tagged: Sequence[Fact] = ()) -> tuple[Fact, ...]:
    """Return the facts of a document's tables, in the tables' order.

    `tagged` are the facts that the document tags; the cells that they stand on are not read again.
    """
    statements = find_statements(tables)
    years = FiscalYears.of(about, _periods(statements))
    taken = {(fact.place.table, fact.place.row, fact.place.column) for fact in tagged}
    read = [fact for statement in statements for fact in _Reader(structure_of(statement), about, years).facts()]
    kept = [fact for fact in read if (fact.place.table, fact.place.row, fact.place.column) not in taken]
    return tuple(check_across([*tagged, *kept]))


def _periods(statements: Sequence[Statement]) -> Iterator[Period]:
    for statement in statements:
        if statement.kind is not StatementKind.EQUITY:
            yield from (cell.period for row in statement.rows for cell in row.figures if cell.period is not None)


@dataclass(frozen=True)
class _Reader:
    """Reads the facts of one statement."""

    structure: Structure
    about: About
    years: FiscalYears

    def facts(self) -> Iterator[Fact]:
        for number, (row, placed) in enumerate(
            zip(self.structure.rows, place_rows(self.structure.kind, self.structure), strict=True)
        ):
            measure = measure_of(row)
            for cell in row.figures:
                fact = self._fact(number, row, placed, cell, measure)
                if fact is not None:
                    yield fact

    @cached_property
    def _checks(self) -> Cells:
        return check_sums(self.structure)

    @cached_property
    def _edges(self) -> dict[int, Edge]:
        return dict(find_edges(self.structure)) if self.structure.kind in _OF_FLOWS else {}

    @cached_property
    def _columns(self) -> dict[int, dict[tuple[int, tuple[str, ...]], Dimensions]]:
        rows = [row for row in self.structure.rows if row.figures]
        return {
            number: columns_of(self.structure.kind, [row for row in rows if row.table.number == number])
            for number in self.structure.columns
        }

    def _fact(self, number: int, row: Row, placed: Placed, cell: Cell, measure: Measure | None) -> Fact | None:
        quantity = quantity_of(cell)
        period = self._period(number, row, cell)
        if period is None or quantity.value is None or quantity.kind not in (*MEASURES, Kind.NIL):
            return None
        measure = self._measure(row, quantity, measure)
        scale = self._scale(row, quantity, measure)
        value = self._signed(number, row, placed, quantity.value * Decimal(10) ** (scale or 0))
        dimensions = self._columns[row.table.number][cell.column, cell.header_path]
        if placed.part >= _PART:
            dimensions = (*dimensions, ("part", row.label))
        return Fact(
            label=row.label,
            label_path=row.label_path,
            period=period,
            value=value,
            measure=measure,
            scale=scale,
            currency=self._currency(measure, quantity),
            method=Method.STATEMENT,
            place=Place(cell.page, cell.spans[0][0], cell.spans[-1][1], row.table.number, cell.row, cell.column),
            confidence=placed.item_confidence or _UNPLACED_CONFIDENCE,
            statement=self.structure.kind,
            concept=placed.concept,
            item=placed.item,
            concept_confidence=placed.concept_confidence,
            dimensions=dimensions,
            fiscal=self.years.label(period),
            decimals=_decimals(quantity, scale),
            restated=is_restated(cell.header_path),
            checks=checks_of(self._checks, number, self.structure.rank(cell, row)),
        )

    def _measure(self, row: Row, quantity: Quantity, of_row: Measure | None) -> Measure:
        """Return what a figure counts, as the other figures of its row do if it is nil."""
        measure = MEASURES.get(quantity.kind, of_row or Measure.MONEY)
        if measure is Measure.SHARES and self.structure.kind is StatementKind.CASH_FLOW:
            return Measure.MONEY  # "Repurchases of shares" are payments here
        if measure is Measure.MONEY and self.structure.kind is StatementKind.INCOME and is_per_share(row):
            return Measure.PER_SHARE
        return measure

    def _scale(self, row: Row, quantity: Quantity, measure: Measure) -> int | None:
        """Return the power of ten that multiplies the printed figure; None if nobody states it."""
        scale = quantity.scale
        if measure is Measure.PER_SHARE:
            return min(scale or 0, 0)  # a hundredth in cents
        if measure is Measure.MONEY and quantity.kind is Kind.SHARES:
            return self.structure.scale
        if scale is None:
            goes_on = row.table.number in self.structure.without_headings
            return self.structure.scale if goes_on and measure is Measure.MONEY else None
        return scale + _POWERS.get(quantity.kind, 0)

    def _signed(self, number: int, row: Row, placed: Placed, printed: Decimal) -> Decimal:
        """Return the value with the taxonomy's sign, from what the row contributes to the statement's result."""
        kind = self.structure.kind
        if not self.structure.addends[number].figures:
            return printed
        contribution = self.structure.contributions.get(number)
        if contribution is None:
            return printed  # outside all sums, an expense or a payment is usually printed without brackets
        if placed.concept is not None:
            return printed * contribution * direction_of(placed.concept, kind)
        return printed if contribution < 0 else printed * direction_of_label(row.label, kind)

    def _period(self, number: int, row: Row, cell: Cell) -> Period | None:
        kind, edge = self.structure.kind, self._edges.get(number)
        usual = self.structure.periods.get((row.table.number, cell.column))
        goes_on = row.table.number in self.structure.without_headings
        period = usual if goes_on else cell.period or (usual if edge is not None else None)
        if period is None:
            return None
        if kind is StatementKind.BALANCE:
            return Period(period.end)
        if edge is not None and period.start is not None:
            return Period(period.end) if edge is Edge.END else Period(period.start - _DAY)
        if period.start is None and kind is StatementKind.CASH_FLOW and usual is not None:
            return Period(period.end - _DAY) if period.end == usual.start else period
        is_allowed = period.start is not None or edge is not None or kind is StatementKind.EQUITY
        return period if is_allowed else None

    def _currency(self, measure: Measure, quantity: Quantity) -> str | None:
        if measure not in (Measure.MONEY, Measure.PER_SHARE):
            return None
        return quantity.unit or self.about.currency


def _decimals(quantity: Quantity, scale: int | None) -> int | None:
    """Return the decimals that the printed figure has at least (as in XBRL's `decimals`); None if nobody knows."""
    if scale is None or quantity.value is None or quantity.kind is Kind.NIL:
        return None
    exponent = quantity.value.as_tuple().exponent
    return None if not isinstance(exponent, int) else -(exponent + scale)
