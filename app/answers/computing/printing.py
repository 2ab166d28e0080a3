"""Print computed values in the unit and rounding that a question asks for."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal, localcontext

from app.answers.computing.found import Figure
from app.answers.computing.requests import AskedUnit, Form
from app.facts.formulas.units import RATIO, Unit, UnitKind
from app.quantities.printing import UNKNOWN_SCALE, print_quantity
from app.quantities.values import Kind, Quantity

_DIGITS = 100
"""More than the digits of the largest value with all decimal places that a form may ask for."""
_MOST_PLACES = 12
_LARGEST_SHARE = 2
"""Ratios below are written as percentages, too."""

_KINDS = {UnitKind.MONEY: Kind.AMOUNT, UnitKind.SHARES: Kind.SHARES, UnitKind.PER_SHARE: Kind.PER_SHARE}
_SCALED = {Kind.AMOUNT: UnitKind.MONEY, Kind.SHARES: UnitKind.SHARES, Kind.NUMBER: UnitKind.NUMBER}


def scale_of(figures: Iterable[Figure], unit: Unit) -> int:
    """Return the power of ten in which the figures of a unit are printed; the least of several."""
    scales = [each.scale for each in figures if _SCALED.get(each.kind) is unit.kind and each.scale is not None]
    return min(scales, default=0)


def print_value(value: Decimal, unit: Unit, form: Form, *, scale: int = 0, is_percent: bool = False) -> str:
    """Write a value in the unit and rounding that a question asks for. `scale` is that of its figures."""
    if unit.kind is UnitKind.PERCENT or (is_percent and unit.kind in (UnitKind.RATIO, UnitKind.NUMBER)):
        percent = f"{rounded(value * 100, form.places, usual=2)}%"
        is_open = form.also_percent and form.unit is None and unit == RATIO and abs(value) < _LARGEST_SHARE
        return f"{rounded(value, form.places, usual=4)}, or {percent}" if is_open else percent
    if unit.kind in (UnitKind.RATIO, UnitKind.DAYS) or (unit.kind is UnitKind.NUMBER and not scale):
        if unit == RATIO and form.also_percent and form.places is None and abs(value) < _LARGEST_SHARE:
            return f"{_small(value)}, or {rounded(value * 100, None, usual=2)}%"
        return _small(value) if form.places is None else rounded(value, form.places, usual=2)
    kind = _KINDS.get(unit.kind, Kind.AMOUNT)
    if unit.unscaled is not None:
        sign = print_quantity(Quantity(kind, Decimal(0), unit.currency, 0), printed="0").rstrip("0")
        shown = rounded(abs(value), form.places, usual=2)
        return f"{'-' if value < 0 else ''}{sign if unit.currency else ''}{shown} ({UNKNOWN_SCALE})"
    wanted = form.scale if form.unit is AskedUnit.MONEY and form.scale is not None else scale
    if unit.kind is UnitKind.PER_SHARE:
        wanted = 0
    usual = 2 if wanted <= scale else 3
    figure = Decimal(rounded(value.scaleb(-wanted), form.places, usual=usual).replace(",", ""))
    return print_quantity(Quantity(kind, figure, unit.currency, wanted), printed="")


def rounded(amount: Decimal, places: int | None, *, usual: int) -> str:
    """Write an amount with `places` decimals (half away from zero); by default exactly, or with `usual` decimals if it
    has more.
    """
    with localcontext() as context:
        context.prec = _DIGITS
        plain = amount.normalize() if amount else Decimal(0)
        if places is None:
            places = min(usual, max(0, -int(plain.as_tuple().exponent)))
        shown = plain.quantize(Decimal(1).scaleb(-min(places, _MOST_PLACES)), rounding=ROUND_HALF_UP)
    return f"{shown if shown else abs(shown):,f}"


def _small(amount: Decimal) -> str:
    """Write a ratio with two decimals, or with two digits if it is below .1."""
    return rounded(amount, None, usual=2 if abs(amount) >= Decimal("0.1") or amount == 0 else 4)
