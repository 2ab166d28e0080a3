"""Scales that a statement does not state itself: proved by arithmetic, or left unknown.

Net income is earnings per share times the weighted shares, so these three give the scale of the amounts. Statements of
one document share figures (net income, cash at the end, total equity), so one statement's scale gives the others'.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from app.facts.model import Check, Measure, StatementKind
from app.facts.statements.cells import measure_of
from app.facts.statements.rows import Row
from app.facts.statements.structure import Structure
from app.quantities.values import Kind
from app.tables.rows import quantity_of

PER_SHARE = "per-share"
_POWERS = (-9, -6, -3, 0, 3, 6, 9)
_NEAR = 0.03
"""The most that the logarithm of a rounded product may be off a power of ten: 7 percent."""
_LEAST_PER_SHARE = Decimal("0.1")
"""Smaller amounts per share are rounded too much."""
_WHOLE_SHARES = 1_000_000
_FEWEST_DIGITS = 9
"""Digits of all figures that two statements share, before that is no accident."""
_LEAST_SHARED = 100
_NET = re.compile(r"^(?:consolidated )?net\b.*\b(?:income|earnings|loss|profit)|^(?:profit|loss) for", re.IGNORECASE)
_WEIGHTED = re.compile(r"\bbasic\b|\bweighted\b|\baverage\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Product:
    """Net income, earnings per share and shares of one column, as printed. `power` is how many powers of ten the
    product of the last two is larger; None if it is none.
    """

    column: int
    power: int | None
    shares: Decimal
    scale_of_shares: int | None


def with_proved_scales(structures: Sequence[Structure]) -> list[Structure]:
    """Return the statements, with scales of those that state none as far as arithmetic proves them."""
    found = list(structures)
    for at, structure in enumerate(found):
        if structure.scale is None and structure.kind is StatementKind.INCOME:
            found[at] = _with_scale(structure, _scale_by_shares(structure))
    for _ in range(2):
        known = [structure for structure in found if structure.scale is not None]
        for at, structure in enumerate(found):
            if structure.scale is None:
                found[at] = _with_scale(structure, _shared_scale(structure, known))
    return found


def _with_scale(structure: Structure, scale: int | None) -> Structure:
    return structure if scale is None else replace(structure, proved_scale=scale)


def products_of(structure: Structure) -> Iterator[Product]:
    """Yield the product of basic earnings per share and shares of each column that has them."""
    per_share = next((row for row in structure.rows if row.figures and measure_of(row) is Measure.PER_SHARE), None)
    shares = next((row for row in structure.rows if _is_weighted(row)), None)
    nets = [
        row for row in structure.rows if row.figures and measure_of(row) is Measure.MONEY and _NET.search(row.label)
    ]
    if per_share is None or shares is None or not nets:
        return
    for column, cell in per_share.by_column.items():
        amount, count = quantity_of(cell), shares.by_column.get(column)
        shown = None if count is None else quantity_of(count)
        if shown is None or not shown.value or amount.value is None or abs(amount.value) < _LEAST_PER_SHARE:
            continue
        if amount.kind is Kind.PER_SHARE and amount.scale:
            continue
        powers = {_power(row, column, amount.value * shown.value) for row in nets} - {None}
        power = next(iter(powers)) if len(powers) == 1 else None
        yield Product(column, power, shown.value, shown.scale)


def _is_weighted(row: Row) -> bool:
    is_count = bool(row.figures) and measure_of(row) is Measure.SHARES
    return is_count and _WEIGHTED.search(" ".join(row.label_path)) is not None


def _power(row: Row, column: int, product: Decimal) -> int | None:
    cell = row.by_column.get(column)
    value = None if cell is None else quantity_of(cell).value
    if not value or not product:
        return None
    power = math.log10(abs(product / value))
    nearest = min(_POWERS, key=lambda each: abs(each - power))
    return nearest if abs(nearest - power) <= _NEAR else None


def _scale_by_shares(structure: Structure) -> int | None:
    products = [product for product in products_of(structure) if product.power is not None]
    are_whole = max((product.shares for product in products), default=Decimal(0)) >= _WHOLE_SHARES
    scales: set[int | None] = set()
    for product in products:
        known = product.scale_of_shares
        if known is None and product.power == 0 and are_whole:
            known = 0
        scales.add(None if known is None or product.power is None else product.power + known)
    return scales.pop() if len(scales) == 1 else None


def check_per_share(structure: Structure) -> dict[int, Check]:
    """Return the check of each column: earnings per share times shares is net income, in the scales that were read."""
    found: dict[int, Check] = {}
    scale = structure.scale
    for product in products_of(structure):
        if product.power is not None and product.scale_of_shares is not None and scale is not None:
            off = product.power + product.scale_of_shares - scale
            detail = f"Net income and earnings per share times shares differ by {off} powers of ten." if off else ""
            found[product.column] = Check(PER_SHARE, off == 0, detail)
    return found


def _shared_scale(structure: Structure, known: Sequence[Structure]) -> int | None:
    """Return the scale of the statement that shows several of the same figures for the same days."""
    own = _figures(structure)
    scales = {other.scale for other in known if _digits(own & _figures(other)) >= _FEWEST_DIGITS}
    return scales.pop() if len(scales) == 1 else None


def _digits(figures: set[tuple[date, Decimal]]) -> int:
    return sum(len(value.as_tuple().digits) for _, value in figures)


def _figures(structure: Structure) -> set[tuple[date, Decimal]]:
    return {
        (cell.period.end, abs(value))
        for row in structure.rows
        for cell in row.figures
        if cell.period is not None and (value := quantity_of(cell).value) is not None and abs(value) >= _LEAST_SHARED
    }
