"""Exact arithmetic with units: what is money, a percentage, a count, a plain number; and how values are printed."""

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from app.answers.computing.found import Figure
from app.answers.computing.requests import AskedUnit, Form, Operator
from app.quantities.printing import UNKNOWN_SCALE, print_quantity
from app.quantities.values import Kind, Quantity

_DIGITS = 60
_DOLLARS = frozenset({"$", "USD"})
_MOST_PLACES = 6
_LARGEST_SHARE = 2
"""Ratios below are written as percentages, too."""


class Dimension(StrEnum):
    MONEY = "money"
    PERCENT = "percent"
    PURE = "pure"
    SHARES = "shares"
    PER_SHARE = "per-share"
    COUNT = "count"
    NIL = "nil"


class UnitsError(Exception):
    """Two values cannot be combined. The message says why."""


@dataclass(frozen=True, slots=True)
class Value:
    """An exact value. Percentages are in percent. `scale` is the power of ten in which the sources print it; None if
    nobody states the scale: `amount` is then not scaled, and `table` is the version and number of its table, with whose
    other values alone it can be added or compared.
    """

    amount: Fraction
    dimension: Dimension
    unit: str | None = None
    scale: int | None = 0
    table: tuple[UUID, int] | None = None

    @classmethod
    def of(cls, figure: Figure) -> "Value":
        amount, dimension = Fraction(figure.amount()), _DIMENSIONS.get(figure.kind, Dimension.COUNT)
        if figure.kind is Kind.BASIS_POINTS:
            amount /= 100
        table = None if figure.scale is not None or figure.row is None else (figure.key[0], figure.row.table.number)
        if dimension is Dimension.MONEY and figure.unit is None:
            return cls(amount, Dimension.COUNT, None, figure.scale, table)
        is_scaled = dimension in (Dimension.MONEY, Dimension.SHARES, Dimension.COUNT)
        unit = figure.unit if dimension in (Dimension.MONEY, Dimension.PER_SHARE) else None
        return cls(amount, dimension, unit, figure.scale if is_scaled else 0, table if is_scaled else None)


_DIMENSIONS = {
    Kind.AMOUNT: Dimension.MONEY,
    Kind.PERCENTAGE: Dimension.PERCENT,
    Kind.PERCENTAGE_POINTS: Dimension.PERCENT,
    Kind.BASIS_POINTS: Dimension.PERCENT,
    Kind.RATIO: Dimension.PURE,
    Kind.PER_SHARE: Dimension.PER_SHARE,
    Kind.SHARES: Dimension.SHARES,
    Kind.NUMBER: Dimension.COUNT,
    Kind.NIL: Dimension.NIL,
}


def combine(operator: Operator, left: Value, right: Value) -> Value:
    """Return the result of an operation. Raises UnitsError if units, currencies or scales do not fit."""
    match operator:
        case Operator.ADD | Operator.SUBTRACT:
            same = _same(left, right)
            sign = 1 if operator is Operator.ADD else -1
            return replace(same, amount=left.amount + sign * right.amount)
        case Operator.MULTIPLY:
            return _product(left, right)
        case Operator.DIVIDE:
            if right.amount == 0:
                raise UnitsError("the divisor is zero")
            return _quotient(left, right)


def mean(values: list[Value]) -> Value:
    """Return the arithmetic mean. Raises UnitsError."""
    total = values[0]
    for value in values[1:]:
        total = combine(Operator.ADD, total, value)
    return replace(total, amount=total.amount / len(values))


def comparable(values: list[Value]) -> list[Value]:
    """Return values that can be compared. Raises UnitsError for others."""
    mean(values)
    return values


def positive(value: Value) -> Value:
    """Return a value that is above zero. Raises UnitsError for others."""
    if value.amount <= 0:
        raise UnitsError("a multiple of a loss has no meaning")
    return value


def growth(first: Value, last: Value) -> Value:
    """Return the change from `first` to `last` as a percentage of `first`. Raises UnitsError."""
    change = combine(Operator.SUBTRACT, last, first)
    if first.amount == 0:
        raise UnitsError("the earlier value is zero")
    return Value(change.amount / first.amount * 100, Dimension.PERCENT)


def annual_growth(first: Value, last: Value, years: int) -> Value:
    """Return the compound annual growth rate in percent: (last / first)^(1 / years) - 1. Raises UnitsError."""
    ratio = combine(Operator.DIVIDE, last, first).amount
    if ratio <= 0 or years < 1:
        raise UnitsError("a compound rate needs two positive values")
    with localcontext() as context:
        context.prec = _DIGITS
        power = (Decimal(ratio.numerator) / Decimal(ratio.denominator)) ** (Decimal(1) / years)
    return Value((Fraction(power) - 1) * 100, Dimension.PERCENT)


def _same(left: Value, right: Value) -> Value:
    if left.dimension is Dimension.NIL:
        return right
    if right.dimension is Dimension.NIL:
        return left
    dimension = _common_dimension(left, right)
    if not _is_one_currency(left.unit, right.unit):
        raise UnitsError(f"{left.unit} and {right.unit} are different currencies")
    return Value(Fraction(0), dimension, _code(left.unit, right.unit), _common_scale(left, right), left.table)


def _is_one_currency(left: str | None, right: str | None) -> bool:
    return left is None or right is None or left == right or {left, right} <= _DOLLARS


def _common_dimension(left: Value, right: Value) -> Dimension:
    kinds = {left.dimension, right.dimension}
    if len(kinds) == 1:
        return left.dimension
    if kinds == {Dimension.MONEY, Dimension.COUNT}:  # the currency sign stands in the first row only
        return Dimension.MONEY
    if kinds == {Dimension.PURE, Dimension.COUNT}:
        return Dimension.COUNT
    raise UnitsError(f"{left.dimension.value} and {right.dimension.value} cannot be added")


def _code(left: str | None, right: str | None) -> str | None:
    if left in _DOLLARS and right in _DOLLARS:
        return "USD" if "USD" in (left, right) else "$"
    return left or right


def _common_scale(left: Value, right: Value) -> int | None:
    if (left.scale is None) != (right.scale is None):
        raise UnitsError("the scale of one figure is not stated")
    if left.scale is None or right.scale is None:
        if left.table != right.table:
            raise UnitsError("the scale of figures of two tables is not stated")
        return None
    return left.scale if left.scale == right.scale else min(left.scale, right.scale)


def _product(left: Value, right: Value) -> Value:
    for one, other in ((left, right), (right, left)):
        if one.dimension in (Dimension.PURE, Dimension.NIL):
            return replace(other, amount=one.amount * other.amount)
        if one.dimension is Dimension.PERCENT:
            return replace(other, amount=one.amount / 100 * other.amount)
    if {left.dimension, right.dimension} == {Dimension.PER_SHARE, Dimension.SHARES}:
        unit = left.unit or right.unit
        scale = left.scale if left.dimension is Dimension.SHARES else right.scale
        return Value(left.amount * right.amount, Dimension.MONEY, unit, scale)
    if Dimension.COUNT in (left.dimension, right.dimension):
        other = left if right.dimension is Dimension.COUNT else right
        return replace(other, amount=left.amount * right.amount)
    raise UnitsError(f"{left.dimension.value} and {right.dimension.value} cannot be multiplied")


def _quotient(left: Value, right: Value) -> Value:
    amount = left.amount / right.amount
    if right.dimension is Dimension.PURE:
        return replace(left, amount=amount)
    if left.dimension is Dimension.PURE:
        return Value(amount, Dimension.PURE)
    if left.dimension is Dimension.MONEY and right.dimension is Dimension.SHARES:
        if (left.scale is None) != (right.scale is None):
            raise UnitsError("the scale of one figure is not stated")
        return Value(amount, Dimension.PER_SHARE, left.unit)
    if Dimension.PER_SHARE in (left.dimension, right.dimension) and left.dimension is not right.dimension:
        raise UnitsError(f"{left.dimension.value} cannot be divided by {right.dimension.value}")
    if Dimension.NIL not in (left.dimension, right.dimension) and left.dimension is not Dimension.PERCENT:
        _same(left, right)
    if left.dimension is Dimension.PERCENT and right.dimension is not Dimension.PERCENT:
        raise UnitsError("a percentage cannot be divided by an amount")
    return Value(amount, Dimension.PURE)


def print_value(value: Value, form: Form, *, is_percent: bool) -> str:
    """Write a value in the unit and rounding that a question asks for."""
    amount, dimension = value.amount, value.dimension
    if dimension is Dimension.PURE and is_percent:
        amount, dimension = amount * 100, Dimension.PERCENT
    if dimension is Dimension.PERCENT:
        return f"{rounded(amount, form.places, usual=2)}%"
    if dimension is Dimension.PURE:
        if form.also_percent and form.places is None and abs(amount) < _LARGEST_SHARE:
            return f"{_small(amount)}, or {rounded(amount * 100, None, usual=2)}%"
        return _small(amount) if form.places is None else rounded(amount, form.places, usual=2)
    if value.scale is None:
        sign = (
            print_quantity(Quantity(Kind.AMOUNT, Decimal(0), value.unit, 0), printed="0").rstrip("0")
            if value.unit
            else ""
        )
        shown = rounded(abs(amount), form.places, usual=2)
        return f"{'-' if amount < 0 else ''}{sign}{shown} ({UNKNOWN_SCALE})"
    scale = form.scale if form.unit is AskedUnit.MONEY and form.scale is not None else value.scale
    if dimension is Dimension.PER_SHARE:
        scale = 0
    usual = 2 if scale <= value.scale else 3
    figure = Decimal(rounded(amount / 10**scale, form.places, usual=usual).replace(",", ""))
    kind = {Dimension.MONEY: Kind.AMOUNT, Dimension.SHARES: Kind.SHARES, Dimension.PER_SHARE: Kind.PER_SHARE}.get(
        dimension
    )
    if dimension is Dimension.COUNT and scale:
        kind = Kind.AMOUNT
    return print_quantity(Quantity(kind or Kind.NUMBER, figure, value.unit, scale), printed="")


def rounded(amount: Fraction, places: int | None, *, usual: int) -> str:
    """Write an amount with `places` decimals (half away from zero); by default exactly, or with `usual` decimals if it
    has more.
    """
    if places is None:
        exact = _exact(amount)
        if exact is not None and -int(exact.as_tuple().exponent) <= usual:
            return f"{exact:,f}"
    step = Decimal(1).scaleb(-min(usual if places is None else places, 12))
    with localcontext() as context:
        context.prec = _DIGITS
        decimal = Decimal(amount.numerator) / Decimal(amount.denominator)
        shown = decimal.quantize(step, rounding=ROUND_HALF_UP)
    return f"{shown if shown else abs(shown):,f}"


def _small(amount: Fraction) -> str:
    """Write a ratio with two decimals, or with two digits if it is below .1."""
    return (
        rounded(amount, None, usual=2)
        if abs(amount) >= Fraction(1, 10) or amount == 0
        else rounded(amount, None, usual=4)
    )


def _exact(amount: Fraction) -> Decimal | None:
    """Return a fraction with a short decimal form as a decimal."""
    for places in range(_MOST_PLACES + 1):
        scaled = amount * 10**places
        if scaled.denominator == 1:
            return Decimal(scaled.numerator).scaleb(-places)
    return None
