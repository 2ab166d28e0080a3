"""Values while a formula is evaluated, and the arithmetic with them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from app.facts.formulas.problems import Problem
from app.facts.formulas.results import Input, Missing, Step, Tree, Working
from app.facts.formulas.units import (
    NUMBER,
    YES_NO,
    Unit,
    UnitKind,
    add_units,
    divide_units,
    is_pure,
    multiply_units,
)


@dataclass(frozen=True, slots=True)
class Value:
    """A value with what it stands on. `unit` is None for an item that is taken as zero: it fits any unit.

    `is_balance` states that it is of a day and not of a period; constants are both.
    """

    amount: Decimal
    unit: Unit | None
    tree: Tree
    is_balance: bool = True
    inputs: tuple[Input, ...] = ()
    steps: tuple[Step, ...] = ()
    notes: tuple[str, ...] = ()
    assumed: tuple[Missing, ...] = ()


class StoppedError(Exception):
    """A part of a formula has no value. It never leaves the evaluation."""

    def __init__(self, problem: Problem, missing: tuple[Missing, ...] = ()) -> None:
        self.problem = problem
        self.missing = missing
        super().__init__(problem.detail)


def stop(code: str, detail: str) -> StoppedError:
    """Return the error that ends the evaluation with a problem."""
    return StoppedError(Problem(code, detail))


def constant(amount: Decimal, unit: Unit | None, *, assumed: tuple[Missing, ...] = ()) -> Value:
    """Return a value that stands on no fact."""
    return Value(amount, unit, amount, assumed=assumed)


def join(operator: str, values: Sequence[Value], amount: Decimal, unit: Unit | None, *, years: int = 0) -> Value:
    """Return a value that is computed from others, with all that they stand on."""
    return Value(
        amount,
        unit,
        Working(operator, tuple(value.tree for value in values), years),
        is_balance=all(value.is_balance for value in values),
        inputs=tuple(dict.fromkeys(one for value in values for one in value.inputs)),
        steps=tuple(dict.fromkeys(one for value in values for one in value.steps)),
        notes=tuple(dict.fromkeys(one for value in values for one in value.notes)),
        assumed=tuple(dict.fromkeys(one for value in values for one in value.assumed)),
    )


def add(left: Value, right: Value, sign: int = 1) -> Value:
    """Return the sum, or the difference if `sign` is −1. Raises StoppedError if the units do not match."""
    unit = common_unit((left, right))
    return join("+" if sign > 0 else "-", (left, right), left.amount + sign * right.amount, unit)


def multiply(left: Value, right: Value) -> Value:
    """Return the product. Raises StoppedError if the units do not match."""
    unit = _checked(multiply_units(left.unit or NUMBER, right.unit or NUMBER))
    return join("*", (left, right), left.amount * right.amount, unit)


def divide(left: Value, right: Value, name: str) -> Value:
    """Return the quotient. `name` is what is divided by. Raises StoppedError if that is zero."""
    unit = _checked(divide_units(left.unit or NUMBER, right.unit or NUMBER))
    if right.amount == 0:
        raise stop("division-by-zero", f"{name} is zero, and nothing can be divided by it.")
    return join("/", (left, right), left.amount / right.amount, unit)


def compare(left: Value, right: Value, operator: str) -> Value:
    """Return 1 if the comparison holds, else 0. Raises StoppedError if the units do not match."""
    common_unit((left, right))
    one, other = left.amount, right.amount
    holds = {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other, "=": one == other}[operator]
    return join(operator, (left, right), Decimal(holds), YES_NO)


def common_unit(values: Sequence[Value]) -> Unit | None:
    """Return the unit in which values can be added or compared. Raises StoppedError if they cannot."""
    units = [value.unit for value in values if value.unit is not None]
    unit = units[0] if units else None
    for other in units[1:]:
        assert unit is not None
        unit = _checked(add_units(unit, other))
    return unit


def cast(value: Value, unit: Unit | None, name: str) -> Value:
    """Return a value in the unit that its measure is defined in. Raises StoppedError if it is of another kind."""
    if unit is None or (value.unit is not None and value.unit.kind is unit.kind):
        return value
    if value.unit is None or (_is_number(value.unit) and _is_number(unit)):
        return replace(value, unit=unit)
    raise stop("units-do-not-match", f"{name} is defined in {unit}, but its formula gives {value.unit}.")


def rounded(value: Value, places: int) -> Value:
    """Return a value rounded half up; the places of a percentage are those of its percents."""
    places += 2 if value.unit is not None and value.unit.kind is UnitKind.PERCENT else 0
    return join("round", (value,), value.amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP), value.unit)


def _is_number(unit: Unit) -> bool:
    return is_pure(unit) or unit.kind is UnitKind.DAYS


def _checked(unit: Unit | Problem) -> Unit:
    if isinstance(unit, Problem):
        raise StoppedError(unit)
    return unit
