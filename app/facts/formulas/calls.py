"""What the functions of the language do."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from app.facts.fiscal import QUARTERS_OF_YEAR
from app.facts.formulas.expressions import At, Between, Call, Expression, Label, Last, Name, Shift, print_when
from app.facts.formulas.results import Input
from app.facts.formulas.scope import Scope
from app.facts.formulas.units import NUMBER, PERCENT
from app.facts.formulas.values import StoppedError, Value, add, cast, common_unit, constant, join, rounded, stop
from app.facts.label_words import label_words

Evaluate = Callable[[Expression, Scope], Value]
_DAYS_OF_YEAR = 365
"""Days of a year in turnover measures (CFA Program curriculum)."""
_A_YEAR_AGO = Shift(years=-1)
_OPERATORS = {"avg": "mean", "sum": "+"}
_RESULTS = frozenset(
    {"income", "profit", "profits", "loss", "losses", "earnings", "ebit", "ebitda", "margin", "result", "results"}
    | {"deficit", "deficiency", "cash", "flow", "flows", "return", "benefit", "gain", "gains", "equity", "net"}
    | {"change"}
)
"""Words of rows that are positive or negative by their nature: growth from a negative one is not defined."""
_DEDUCTIONS = frozenset({"allowance", "allowances", "depreciation", "amortization", "amortisation"})
"""Words of rows that are deducted by their nature."""


def call_function(  # noqa: PLR0911 (a return for each function)
    call: Call, scope: Scope, evaluate: Evaluate
) -> Value:
    """Return the value of a function. Raises StoppedError if it has none."""
    match call.function:
        case "days":
            quarters = scope.fiscal.quarters or QUARTERS_OF_YEAR
            return constant(Decimal(_DAYS_OF_YEAR) * quarters / QUARTERS_OF_YEAR, NUMBER)
        case "first":
            return _first(call.arguments, scope, evaluate)
        case "known":
            return _known(call.arguments, scope, evaluate)
        case "optional":
            return _optional(call.arguments[0], scope, evaluate)
        case "avg" if len(call.arguments) == 1 and call.range is None:
            return _average_balance(call.arguments[0], scope, evaluate)
        case "avg" | "sum" | "min" | "max":
            return _combine(call.function, _values(call, scope, evaluate))
        case _:
            return _of_one(call, call.arguments[0], scope, evaluate)


def _of_one(  # noqa: PLR0911 (a return for each function)
    call: Call, of: Expression, scope: Scope, evaluate: Evaluate
) -> Value:
    """Return the value of a function of one expression."""
    match call.function:
        case "abs":
            value = evaluate(of, scope)
            return join("abs", (value,), abs(value.amount), value.unit)
        case "round":
            return rounded(evaluate(of, scope), call.range.count if isinstance(call.range, Last) else 0)
        case "percent":
            return cast(evaluate(of, scope), PERCENT, str(of))
        case "positive":
            return _positive(of, scope, evaluate)
        case "ttm":
            return evaluate(of, scope.at(scope.fiscal.trailing))
        case "opening":
            return evaluate(of, scope.at(scope.fiscal.opening))
        case "change" | "growth" if isinstance(call.range, Between):
            return _between(call.function, of, call.range, scope, evaluate)
        case "change":
            now = evaluate(of, scope)
            before = scope.at(scope.fiscal.opening) if now.is_balance else scope.shifted(_A_YEAR_AGO)
            return add(now, evaluate(of, before), -1)
        case "growth":
            return _growth(of, scope, scope.shifted(_A_YEAR_AGO), evaluate)
        case "qoq":
            return _growth(of, scope, scope.shifted(Shift(quarters=-1)), evaluate)
        case _:
            return _compound_growth(call, of, scope, evaluate)


def evaluate_all(parts: Sequence[tuple[Expression, Scope]], evaluate: Evaluate) -> list[Value]:
    """Return the values of several expressions. If some have none, all that is missing is reported at once."""
    values, stopped = [], []
    for part, scope in parts:
        try:
            values.append(evaluate(part, scope))
        except StoppedError as error:
            stopped.append(error)
    if stopped:
        missing = tuple(dict.fromkeys(one for error in stopped for one in error.missing))
        raise StoppedError(stopped[0].problem, missing)
    return values


def _between(function: str, of: Expression, ends: Between, scope: Scope, evaluate: Evaluate) -> Value:
    first, last = evaluate_all([(At(of, ends.first), scope), (At(of, ends.last), scope)], evaluate)
    if not (first.is_balance and last.is_balance) and ends.quarters[0] != ends.quarters[1]:
        raise stop("no-period", f"{ends} differ in length: use two periods of the same length.")
    return add(last, first, -1) if function == "change" else _rate(of, first, last, print_when(ends.first))


def _positive(of: Expression, scope: Scope, evaluate: Evaluate) -> Value:
    value = evaluate(of, scope)
    if value.amount == 0:
        raise stop("division-by-zero", f"{of} is zero for {scope.span}, and nothing is a multiple of it.")
    if value.amount < 0:
        raise stop("negative-base", f"{of} is negative for {scope.span}, so a multiple of it has no meaning.")
    return value


def _values(call: Call, scope: Scope, evaluate: Evaluate) -> list[Value]:
    if call.range is not None:
        return evaluate_all([(call.arguments[0], each) for each in scope.each(call.range)], evaluate)
    values = evaluate_all([(argument, scope) for argument in call.arguments], evaluate)
    check_distinct(tuple(zip(call.arguments, values, strict=True)))
    return values


def check_distinct(parts: Sequence[tuple[Expression, Value]]) -> None:
    """Raise StoppedError if two different items lead to the same figure: their words were not distinguished."""
    seen: dict[tuple[object, ...], Expression] = {}
    for part, value in parts:
        if isinstance(part.of if isinstance(part, At) else part, Name | Label):
            known = seen.setdefault(tuple(used.stored for used in value.inputs), part)
            if known != part:
                raise stop("same-figure", f"{known} and {part} are the same figure.")


def _combine(function: str, values: Sequence[Value]) -> Value:
    amounts, unit = [value.amount for value in values], common_unit(values)
    if len(values) == 1:
        return values[0]
    match function:
        case "min":
            amount = min(amounts)
        case "max":
            amount = max(amounts)
        case "sum":
            amount = sum(amounts, Decimal(0))
        case _:
            amount = sum(amounts, Decimal(0)) / len(amounts)
    return join(_OPERATORS.get(function, function), values, amount, unit)


def _average_balance(of: Expression, scope: Scope, evaluate: Evaluate) -> Value:
    opening = scope.at(scope.fiscal.opening)
    values = evaluate_all([(of, opening), (of, scope)], evaluate)
    if not all(value.is_balance for value in values):
        detail = f"{of} is an amount of a period, and no balance: write avg({of}, last 2 years) to average years."
        raise stop("not-a-balance", detail)
    return _combine("avg", values)


def _growth(of: Expression, scope: Scope, before: Scope, evaluate: Evaluate) -> Value:
    base, now = evaluate_all([(of, before), (of, scope)], evaluate)
    return _rate(of, base, now, str(before.span))


def _rate(of: Expression, base: Value, now: Value, before: str) -> Value:
    common_unit((base, now))
    if not (_is_deduction(base) and _is_deduction(now)):
        _check_base(of, base, before)
    return join("growth", (base, now), now.amount / base.amount - 1, PERCENT)


def _compound_growth(call: Call, of: Expression, scope: Scope, evaluate: Evaluate) -> Value:
    if isinstance(call.range, Between):
        ends = call.range
        years, before = ends.years, print_when(ends.first)
        parts: list[tuple[Expression, Scope]] = [(At(of, ends.first), scope), (At(of, ends.last), scope)]
    else:
        years = call.range.count if isinstance(call.range, Last) else 0
        earlier = scope.shifted(Shift(years=-years))
        parts, before = [(of, earlier), (of, scope)], str(earlier.span)
    if years < 1:
        raise stop("no-period", "Compound growth needs at least one year.")
    base, now = evaluate_all(parts, evaluate)
    common_unit((base, now))
    _check_base(of, base, before)
    if now.amount < 0:
        raise stop("negative-base", f"{of} falls from {before} to a negative figure: compound growth is not defined.")
    rate = (now.amount / base.amount) ** (Decimal(1) / years) - 1 if now.amount else Decimal(-1)
    return join("cagr", (base, now), rate, PERCENT, years=years)


def _is_deduction(value: Value) -> bool:
    """Return whether a value is a negative row but no loss: an allowance, or a reduction in a roll-forward.

    Growth between two such amounts is that of their absolute amounts.
    """
    if value.amount >= 0 or not isinstance(value.tree, Input):
        return False
    fact = value.tree.stored.fact
    words = label_words(fact.label)
    if fact.item is not None:  # items that are always deducted have positive amounts
        return False
    return _RESULTS.isdisjoint(words) or not _DEDUCTIONS.isdisjoint(words)


def _check_base(of: Expression, base: Value, before: str) -> None:
    if base.amount == 0:
        raise stop("division-by-zero", f"{of} is zero for {before}, and growth from zero is not defined.")
    if base.amount < 0:
        raise stop("negative-base", f"{of} is negative for {before}, and growth from a loss is not defined.")


def _first(choices: Sequence[Expression], scope: Scope, evaluate: Evaluate) -> Value:
    """Return the first choice whose items are all there. Any other problem of a choice is one of the whole."""
    stopped: list[StoppedError] = []
    for choice in choices:
        try:
            value = evaluate(choice, scope)
        except StoppedError as error:
            if not _is_missing(error, "not-reported", "not-read"):
                raise
            stopped.append(error)
            continue
        if stopped:
            note = f"{choice} for {scope.span} replaces {choices[0]}, which is missing."
            value = replace(value, notes=(*value.notes, note))
        return value
    raise stopped[0]


def _known(parts: Sequence[Expression], scope: Scope, evaluate: Evaluate) -> Value:
    values, stopped = [], []
    for part in parts:
        try:
            values.append(evaluate(part, scope))
        except StoppedError as error:
            if not _is_missing(error, "not-reported"):
                raise
            stopped.append(error)
    if not values:
        missing = tuple(dict.fromkeys(one for error in stopped for one in error.missing))
        raise StoppedError(stopped[0].problem, missing)
    total = _combine("sum", values)
    return replace(total, assumed=(*total.assumed, *(one for error in stopped for one in error.missing)))


def _optional(of: Expression, scope: Scope, evaluate: Evaluate) -> Value:
    try:
        return evaluate(of, scope)
    except StoppedError as error:
        if not _is_missing(error, "not-reported"):
            raise
        return constant(Decimal(0), None, assumed=error.missing)


def _is_missing(error: StoppedError, *codes: str) -> bool:
    """Return whether an expression has no value only because items are missing, for one of the reasons."""
    return bool(error.missing) and all(one.code in codes for one in error.missing)
