"""Units of values, and what becomes of them in arithmetic."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.facts.formulas.problems import Problem
from app.facts.model import Measure


class UnitKind(StrEnum):
    """What a value counts. A percentage is held as a fraction: 12.5% is 0.125."""

    MONEY = "money"
    SHARES = "shares"
    PER_SHARE = "per-share"
    RATIO = "ratio"
    PERCENT = "percent"
    DAYS = "days"
    NUMBER = "number"
    YES_NO = "yes-no"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit. `currency` is that of money and of amounts per share. `unscaled` is the table whose scale nobody states:
    the value is then as printed there, and can be compared with values of the same table only.
    """

    kind: UnitKind
    currency: str | None = None
    unscaled: tuple[UUID, int | None] | None = None

    def __str__(self) -> str:
        return self.currency or "amount" if self.kind is UnitKind.MONEY else self.kind.value.replace("-", " ")


RATIO: Final = Unit(UnitKind.RATIO)
PERCENT: Final = Unit(UnitKind.PERCENT)
DAYS: Final = Unit(UnitKind.DAYS)
NUMBER: Final = Unit(UnitKind.NUMBER)
MONEY: Final = Unit(UnitKind.MONEY)
PER_SHARE: Final = Unit(UnitKind.PER_SHARE)
YES_NO: Final = Unit(UnitKind.YES_NO)

_PURE = frozenset({UnitKind.RATIO, UnitKind.PERCENT, UnitKind.NUMBER})
_OF_MEASURES = {
    Measure.MONEY: UnitKind.MONEY,
    Measure.SHARES: UnitKind.SHARES,
    Measure.PER_SHARE: UnitKind.PER_SHARE,
    Measure.PERCENT: UnitKind.PERCENT,
    Measure.RATIO: UnitKind.RATIO,
    Measure.NUMBER: UnitKind.NUMBER,
}
_PRODUCTS = {frozenset({UnitKind.PER_SHARE, UnitKind.SHARES}): UnitKind.MONEY}
_QUOTIENTS = {
    (UnitKind.MONEY, UnitKind.SHARES): UnitKind.PER_SHARE,
    (UnitKind.MONEY, UnitKind.PER_SHARE): UnitKind.SHARES,
}


def unit_of(measure: Measure, currency: str | None, unscaled: tuple[UUID, int | None] | None) -> Unit:
    """Return the unit of a fact."""
    kind = _OF_MEASURES[measure]
    return Unit(kind, currency if kind in (UnitKind.MONEY, UnitKind.PER_SHARE) else None, unscaled)


def is_pure(unit: Unit) -> bool:
    """Return whether values of the unit are plain numbers: ratios, percentages and constants."""
    return unit.kind in _PURE


def add_units(left: Unit, right: Unit) -> Unit | Problem:
    """Return the unit of a sum, difference, minimum or comparison."""
    if left.kind is right.kind:
        return _same_scale(left, right)
    if is_pure(left) and is_pure(right):
        return RATIO
    if UnitKind.DAYS in (left.kind, right.kind) and (is_pure(left) or is_pure(right)):
        return DAYS
    return Problem("units-do-not-match", f"A figure in {left} and one in {right} cannot be added or compared.")


def multiply_units(left: Unit, right: Unit) -> Unit | Problem:
    """Return the unit of a product."""
    if is_pure(left) or is_pure(right):
        if is_pure(left) and is_pure(right):
            return NUMBER if left.kind is right.kind is UnitKind.NUMBER else RATIO
        return right if is_pure(left) else left
    kind = _PRODUCTS.get(frozenset({left.kind, right.kind}))
    if kind is None:
        return Problem("units-do-not-match", f"A figure in {left} cannot be multiplied by one in {right}.")
    return _joined(left, right, kind)


def divide_units(left: Unit, right: Unit) -> Unit | Problem:
    """Return the unit of a quotient."""
    if is_pure(right):
        if not is_pure(left):
            return left
        return NUMBER if left.kind is right.kind is UnitKind.NUMBER else RATIO
    if left.kind is right.kind:
        same = _same_scale(left, right)
        return same if isinstance(same, Problem) else RATIO
    if right.kind is UnitKind.DAYS:
        return RATIO if is_pure(left) else left
    kind = _QUOTIENTS.get((left.kind, right.kind))
    if kind is None:
        return Problem("units-do-not-match", f"A figure in {left} cannot be divided by one in {right}.")
    return _joined(left, right, kind)


def _same_scale(left: Unit, right: Unit) -> Unit | Problem:
    """Return the unit of two values of the same kind, if their currencies and scales are the same."""
    if left.currency != right.currency:
        names = f"{left.currency or 'an unknown currency'} and {right.currency or 'an unknown currency'}"
        return Problem("currencies-mixed", f"Amounts in {names} cannot be combined.")
    if left.unscaled != right.unscaled:
        return Problem("unknown-scale", "An amount whose scale nobody states cannot be combined with other amounts.")
    return left


def _joined(left: Unit, right: Unit, kind: UnitKind) -> Unit | Problem:
    if left.unscaled is not None or right.unscaled is not None:
        return Problem("unknown-scale", "An amount whose scale nobody states cannot be combined with other amounts.")
    if None not in (left.currency, right.currency) and left.currency != right.currency:
        return _same_scale(left, right)
    return replace(Unit(kind), currency=None if kind is UnitKind.SHARES else left.currency or right.currency)
