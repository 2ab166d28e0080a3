"""Read facts from a document's tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from app.facts.line_items import Edge
from app.facts.model import Fact, FiscalLabel, Measure, Method, Place, StatementKind
from app.facts.statements.about import About
from app.facts.statements.columns import Dimensions, columns_of, is_restated
from app.facts.statements.finding import Statement, find_statements
from app.facts.statements.fiscal import FiscalYears
from app.facts.statements.placing import Placed, edge_of, place_rows, signed, signs_of
from app.facts.statements.rows import Row
from app.quantities.periods import Period
from app.quantities.values import Kind, Quantity
from app.tables.model import Cell, Table
from app.tables.rows import quantity_of

_DAY = timedelta(days=1)
_MEASURES = {
    Kind.AMOUNT: (Measure.MONEY, 0),
    Kind.NIL: (Measure.MONEY, 0),
    Kind.PER_SHARE: (Measure.PER_SHARE, 0),
    Kind.SHARES: (Measure.SHARES, 0),
    Kind.PERCENTAGE: (Measure.PERCENT, -2),
    Kind.BASIS_POINTS: (Measure.PERCENT, -4),
    Kind.RATIO: (Measure.RATIO, 0),
    Kind.NUMBER: (Measure.NUMBER, 0),
}


def read_facts(tables: Sequence[Table], about: About, tagged: Sequence[Fact] = ()) -> tuple[Fact, ...]:
    """Return the facts of a document's tables, in the tables' order.

    `tagged` are the facts that the document tags; the cells that they stand on are not read again.
    """
    statements = find_statements(tables)
    years = FiscalYears.of(about, _periods(statements))
    taken = {(fact.place.table, fact.place.row, fact.place.column) for fact in tagged}
    read = [fact for statement in statements for fact in _Reader(statement, about, years).facts()]
    kept = [fact for fact in read if (fact.place.table, fact.place.row, fact.place.column) not in taken]
    return (*tagged, *kept)


def _periods(statements: Sequence[Statement]) -> Iterator[Period]:
    for statement in statements:
        if statement.kind is not StatementKind.EQUITY:
            yield from (cell.period for row in statement.rows for cell in row.figures if cell.period is not None)


@dataclass(frozen=True)
class _Reader:
    """Reads the facts of one statement."""

    statement: Statement
    about: About
    years: FiscalYears

    def facts(self) -> Iterator[Fact]:
        rows = [row for row in self.statement.rows if row.figures]
        placed = place_rows(self.statement.kind, rows)
        signs = signs_of(rows, placed)
        columns: dict[int, dict[tuple[int, tuple[str, ...]], Dimensions]] = {}
        for table in self.statement.tables:
            own = [row for row in rows if row.table is table]
            columns[table.number] = columns_of(self.statement.kind, own)
        for row, at in zip(rows, placed, strict=True):
            for cell in row.figures:
                dimensions = columns[row.table.number][cell.column, cell.header_path]
                fact = self._fact(row, at, cell, dimensions)
                if fact is not None:
                    yield _with_value(fact, signed(signs, at, row, fact.value))

    def _fact(self, row: Row, placed: Placed, cell: Cell, dimensions: Dimensions) -> Fact | None:
        quantity = quantity_of(cell)
        period = self._period(placed, cell)
        if period is None or quantity.value is None or quantity.kind not in _MEASURES:
            return None
        measure, power = _MEASURES[quantity.kind]
        scale = None if quantity.scale is None else quantity.scale + power
        return Fact(
            label=row.label,
            label_path=row.label_path,
            period=period,
            value=quantity.value * Decimal(10) ** (scale or 0),
            measure=measure,
            scale=scale,
            currency=self._currency(measure, quantity),
            method=Method.STATEMENT,
            place=Place(cell.page, cell.spans[0][0], cell.spans[-1][1], row.table.number, cell.row, cell.column),
            confidence=placed.item_confidence or 0.5,
            statement=self.statement.kind,
            concept=placed.concept,
            item=placed.item,
            concept_confidence=placed.concept_confidence,
            dimensions=dimensions,
            fiscal=self._label(period),
            decimals=_decimals(quantity, scale),
            restated=is_restated(cell.header_path),
        )

    def _period(self, placed: Placed, cell: Cell) -> Period | None:
        period, edge = cell.period, edge_of(placed)
        if period is None:
            return None
        if self.statement.kind is StatementKind.BALANCE:
            return Period(period.end)
        if period.start is None:
            is_instant = edge is not None or self.statement.kind is StatementKind.EQUITY
            return period if is_instant else None
        if edge is None:
            return period
        return Period(period.end) if edge is Edge.END else Period(period.start - _DAY)

    def _currency(self, measure: Measure, quantity: Quantity) -> str | None:
        if measure not in (Measure.MONEY, Measure.PER_SHARE):
            return None
        return quantity.unit or self.about.currency

    def _label(self, period: Period) -> FiscalLabel | None:
        return self.years.label(period)


def _with_value(fact: Fact, value: Decimal) -> Fact:
    return fact if value == fact.value else replace(fact, value=value)


def _decimals(quantity: Quantity, scale: int | None) -> int | None:
    """Return the decimals that the printed figure has at least (as in XBRL's `decimals`); None if nobody knows."""
    if scale is None or quantity.value is None or quantity.kind is Kind.NIL:
        return None
    exponent = quantity.value.as_tuple().exponent
    return None if not isinstance(exponent, int) else -(exponent + scale)
