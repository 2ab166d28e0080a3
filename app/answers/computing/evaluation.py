"""Compute a request from figures: find its items, expand its periods, and evaluate the expression exactly."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import partial, reduce
from typing import Protocol

from app.answers.computing.found import Figure, Missing
from app.answers.computing.requests import (
    Aggregate,
    AskedPeriod,
    Average,
    Binary,
    Choice,
    FigureRequest,
    Item,
    Known,
    Node,
    Number,
    Operator,
    Over,
    Positive,
    Relative,
    at_period,
    list_items,
)
from app.answers.computing.values import (
    Dimension,
    UnitsError,
    Value,
    annual_growth,
    combine,
    comparable,
    growth,
    mean,
    positive,
)

_MOST_PERIODS = 16
_OVER_ALL = {Over.AVERAGE: "mean", Over.TOTAL: "+", Over.HIGHEST: "max", Over.LOWEST: "min"}


class Finder(Protocol):
    """Finds the figures of items."""

    def find(self, item: Item) -> "Bound | Figure | Missing": ...

    def series(self, item: Item) -> list[Figure] | Missing: ...


@dataclass(frozen=True, slots=True)
class Input:
    """A figure of a computation, and the item that it stands for."""

    item: Item
    figure: Figure


@dataclass(frozen=True, slots=True)
class Sum:
    """An expression over inputs, ready to be computed and written. `function` is CAGR's number of years, or 0."""

    operator: str
    parts: tuple["Sum | Input | Number", ...]
    years: int = 0


Bound = Sum | Input | Number


@dataclass(frozen=True, slots=True)
class Computed:
    """A computed answer. `bound` is None for a single figure. `periods` name what it covers."""

    request: FigureRequest
    bound: Bound
    value: Value
    inputs: tuple[Input, ...]
    periods: tuple[str, ...]
    certainty: float
    chosen: int | None = None


class _MissingError(Exception):
    def __init__(self, missing: Missing) -> None:
        super().__init__(missing.reason)
        self.missing = missing


def compute(request: FigureRequest, finder: Finder) -> Computed | Missing:
    """Compute a request. A value is returned only if every input is found and all units fit."""
    try:
        bound, periods, chosen = _bind_top(request.node, finder)
        value = evaluate(bound)
    except _MissingError as error:
        return error.missing
    except UnitsError as error:
        return Missing(request.name, f"{request.name} has no value: {error}", is_final=True)
    inputs = tuple(list_inputs(bound))
    if not inputs:
        return Missing(request.name, f"“{request.name}” names no line item")
    certainty = min(each.figure.certainty for each in inputs)
    return Computed(request, bound, value, inputs, periods, certainty, chosen)


def evaluate(bound: Bound) -> Value:
    """Compute an expression from its inputs, exactly. Raises UnitsError."""
    match bound:
        case Input():
            return Value.of(bound.figure)
        case Number():
            # Zero stands for what a statement does not have: it can be added to any unit.
            return Value(Fraction(bound.value), Dimension.NIL if bound.value == 0 else Dimension.PURE)
        case Sum():
            return _FUNCTIONS[bound.operator](bound, [evaluate(part) for part in bound.parts])


def _by_amount(value: Value) -> Fraction:
    return value.amount


def _folded(bound: Sum, values: list[Value]) -> Value:
    return reduce(partial(combine, Operator(bound.operator)), values)


_FUNCTIONS: Mapping[str, Callable[[Sum, list[Value]], Value]] = {
    **dict.fromkeys("+-*/", _folded),
    "mean": lambda _, values: mean(values),
    "growth": lambda _, values: growth(values[0], values[1]),
    "cagr": lambda bound, values: annual_growth(values[0], values[1], bound.years),
    "positive": lambda _, values: positive(values[0]),
    "max": lambda _, values: max(comparable(values), key=_by_amount),
    "min": lambda _, values: min(comparable(values), key=_by_amount),
}


def list_inputs(bound: Bound) -> list[Input]:
    """List the inputs of an expression in order, each figure once."""
    found: dict[object, Input] = {}

    def walk(part: Bound) -> None:
        if isinstance(part, Input):
            found.setdefault((part.figure.key, part.figure.span), part)
        elif isinstance(part, Sum):
            for each in part.parts:
                walk(each)

    walk(bound)
    return list(found.values())


def _bind_top(node: Node, finder: Finder) -> tuple[Bound, tuple[str, ...], int | None]:
    bound = _bind(node, finder)
    chosen = None
    if isinstance(bound, Sum) and bound.operator in ("max", "min"):
        amounts = [value.amount for value in comparable([evaluate(part) for part in bound.parts])]
        best = max(amounts) if bound.operator == "max" else min(amounts)
        if amounts.count(best) != 1:
            raise _MissingError(Missing("", "the periods have equal values"))
        chosen = amounts.index(best)
    if isinstance(node, Aggregate):
        periods = tuple(period.label() for period in sorted(node.periods, key=_moment)) or tuple(
            dict.fromkeys(each.figure.period for each in sorted(list_inputs(bound), key=lambda each: each.figure.order))
        )
        return bound, periods, chosen
    asked = tuple(dict.fromkeys(item.period.label() for item in list_items(node) if item.period))
    return bound, asked, chosen


def _bind(  # noqa: PLR0911 (a return for each kind of expression)
    node: Node, finder: Finder
) -> Bound:
    match node:
        case Number():
            return node
        case Item():
            return _input(node, finder)
        case Binary():
            left, right = _bind(node.left, finder), _bind(node.right, finder)
            if isinstance(left, Input) and isinstance(right, Input) and left.figure == right.figure:
                raise _MissingError(Missing(left.item.words, "both parts are the same figure"))
            return Sum(node.operator.value, (left, right))
        case Average():
            return Sum("mean", tuple(_bind(part, finder) for part in node.parts))
        case Aggregate():
            return _aggregate(node, finder)
        case Choice():
            return _choice(node, finder)
        case Known():
            return _known(node, finder)
        case Positive():
            return Sum("positive", (_bind(node.inner, finder),))
        case Relative():
            raise _MissingError(Missing("", "the question names no period"))


def _input(item: Item, finder: Finder) -> Bound:
    found = finder.find(item)
    if isinstance(found, Missing):
        raise _MissingError(found)
    return Input(item, found) if isinstance(found, Figure) else found


def _choice(node: Choice, finder: Finder) -> Bound:
    first: _MissingError | None = None
    for part in node.parts:
        try:
            return _bind(part, finder)
        except _MissingError as error:
            first = first or error
    raise first or _MissingError(Missing("", "nothing is asked"))


def _known(node: Known, finder: Finder) -> Bound:
    """Add up what is found. What is not found must be known to be absent."""
    found: list[Bound] = []
    for part in node.parts:
        try:
            found.append(_bind(part, finder))
        except _MissingError as error:
            if not error.missing.is_absent:
                raise
            absent = error
    if len(found) < node.least:
        raise absent
    if not found:
        return Number(Decimal(0))
    return found[0] if len(found) == 1 else Sum("+", tuple(found))


def _aggregate(node: Aggregate, finder: Finder) -> Bound:
    parts = _over_periods(node, finder)
    if len(parts) < 2:
        raise _MissingError(Missing("", "only one period is found"))
    first, last = parts[0], parts[-1]
    match node.over:
        case Over.CHANGE:
            return Sum("-", (last, first))
        case Over.GROWTH:
            return Sum("growth", (first, last))
        case Over.CAGR:
            return Sum("cagr", (first, last), _years_between(node.periods) or len(parts) - 1)
    return Sum(_OVER_ALL[node.over], tuple(parts))


def _over_periods(node: Aggregate, finder: Finder) -> list[Bound]:
    """Return the inner expression of each period, in the order of time."""
    two = node.over in (Over.CHANGE, Over.GROWTH, Over.CAGR)
    if node.periods:
        periods = sorted(node.periods, key=_moment)[:_MOST_PERIODS]
        if two:
            periods = [periods[0], periods[-1]]
        return [_bind(at_period(node.inner, period), finder) for period in periods]
    if not isinstance(node.inner, Item):
        raise _MissingError(Missing("", "the question names no periods"))
    series = finder.series(node.inner)
    if isinstance(series, Missing):
        raise _MissingError(series)
    if two:
        series = series[-2:]
    return [Input(node.inner, figure) for figure in series[:_MOST_PERIODS]]


def _moment(period: AskedPeriod) -> tuple[int, int, str]:
    return (period.year or 0, period.day.toordinal() if period.day else 0, period.part)


def _years_between(periods: Sequence[AskedPeriod]) -> int:
    years = [period.year for period in periods if period.year is not None]
    return max(years) - min(years) if len(years) > 1 else 0
