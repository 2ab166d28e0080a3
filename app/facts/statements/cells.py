"""What a figure's cell says by itself: measure, scale, currency and decimals."""

from decimal import Decimal

from app.facts.model import Measure, Place
from app.facts.statements.rows import Row
from app.quantities.values import Kind, Quantity
from app.tables.model import Cell
from app.tables.rows import quantity_of

MEASURES = {
    Kind.AMOUNT: Measure.MONEY,
    Kind.PER_SHARE: Measure.PER_SHARE,
    Kind.SHARES: Measure.SHARES,
    Kind.PERCENTAGE: Measure.PERCENT,
    Kind.BASIS_POINTS: Measure.PERCENT,
    Kind.RATIO: Measure.RATIO,
    Kind.NUMBER: Measure.NUMBER,
}
_POWERS = {Kind.PERCENTAGE: -2, Kind.BASIS_POINTS: -4}


def measure_of(row: Row) -> Measure | None:
    """Return what the figures of a row count; None if all are nil, or for the name of a group."""
    return next((MEASURES[kind] for cell in row.figures if (kind := quantity_of(cell).kind) in MEASURES), None)


def scale_of(quantity: Quantity) -> int | None:
    """Return the power of ten that multiplies the printed figure; None if nobody states it. "%" is a hundredth."""
    return None if quantity.scale is None else quantity.scale + _POWERS.get(quantity.kind, 0)


def currency_of(quantity: Quantity, measure: Measure, usual: str | None) -> str | None:
    """Return the currency of an amount: that of its cell, else the document's."""
    return quantity.unit or usual if measure in (Measure.MONEY, Measure.PER_SHARE) else None


def decimals_of(quantity: Quantity, scale: int | None) -> int | None:
    """Return the decimals that the printed figure has at least (as in XBRL's `decimals`); None if nobody knows."""
    if scale is None or quantity.value is None or quantity.kind is Kind.NIL:
        return None
    exponent = quantity.value.as_tuple().exponent
    return None if not isinstance(exponent, int) else -(exponent + scale)


def scaled(value: Decimal, scale: int | None) -> Decimal:
    return value if not scale else value * Decimal(10) ** scale


def place_of(cell: Cell, row: Row) -> Place:
    return Place(cell.page, cell.spans[0][0], cell.spans[-1][1], row.table.number, cell.row, cell.column)
