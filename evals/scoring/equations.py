"""Checks the arithmetic that an answer shows: "Current ratio = … = 1,730 / 1,000 = 1.73".

The numbers between the last two equals signs are computed anew, with floating-point numbers. They must be in the quotes
of the sentence, or in the question, or be counts. This module shares no code with `app`, because it measures its
results.
"""

import ast
import operator
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Decimal

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_FORMULA = re.compile(r"[\d\s.,+\-*/()^×%]+")
_COUNTS = frozenset(map(str, range(13)))
_MOST_CHARACTERS = 600
_LARGEST_POWER = 64
_OPERATIONS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def proved_numbers(
    claim: str, quoted: Collection[str], asked: Collection[str], said: Collection[str] = ()
) -> frozenset[str]:
    """Return the numbers, as printed without commas, that a sentence's equation proves: its operands in another scale
    than quoted, its result, and those of `said` that are results of its parts; empty if it shows no equation or a
    wrong one.
    """
    parts = claim.split(" = ")
    if len(parts) < 3 or len(claim) > 4 * _MOST_CHARACTERS:
        return frozenset()
    formula, result = parts[-2], parts[-1]
    if not _FORMULA.fullmatch(formula) or len(formula) > _MOST_CHARACTERS:
        return frozenset()
    operands = {number.replace(",", "") for number in _NUMBER.findall(formula)}
    digits = {_digits(number) for number in quoted}
    if any(_digits(number) not in digits and number not in asked and number not in _COUNTS for number in operands):
        return frozenset()
    value = _compute(formula)
    stated = [number.replace(",", "") for number in _NUMBER.findall(result)]
    if value is None or not stated or not any(_is_rounded(value, number) for number in stated):
        return frozenset()
    results = list(_results(formula))
    told = [number for number in said if len(_digits(number)) > 1]  # a single digit could be a part by chance
    parts_said = {number for number in told if any(_is_rounded(part, number) for part in results)}
    return frozenset(operands | parts_said | {number for number in stated if _is_rounded(value, number)})


def is_rescaled(number: str, quoted: Collection[str]) -> bool:
    """Return whether a number is a quoted one in thousands, millions or billions of it, with all its digits."""
    value = Decimal(number)
    return any(
        value * Decimal(10) ** power == Decimal(other)
        for other in quoted
        if _digits(other) == _digits(number) != ""
        for power in (-9, -6, -3, 3, 6, 9)
    )


def _digits(number: str) -> str:
    return number.replace(".", "").strip("0")


def _is_rounded(value: float, printed: str) -> bool:
    """Return whether a printed number is a value, or its percentage, in any scale, within its last digit."""
    places = len(printed.partition(".")[2])
    size = 0.51 * 10.0**-places
    return any(abs(abs(value) * 10.0**power - float(printed)) <= size for power in (-9, -6, -3, 0, 2, 3, 6))


def _results(formula: str) -> Iterator[float]:
    """Yield the results of a formula's operations, such as both quotients of a difference."""
    for node in ast.walk(_parse(formula)):
        if isinstance(node, ast.BinOp):
            yield _value(node)


def _compute(formula: str) -> float | None:
    try:
        return _value(_parse(formula))
    except (SyntaxError, ValueError, ZeroDivisionError, OverflowError, RecursionError, TypeError):
        return None


def _parse(formula: str) -> ast.expr:
    text = formula.replace(",", "").replace("×", "*").replace("^", "**").replace("%", "")
    return ast.parse(text.strip(), mode="eval").body


def _value(node: ast.expr) -> float:
    match node:
        case ast.Constant(value=int() | float() as value):
            return float(value)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_value(inner)
        case ast.BinOp(left=left, op=operation, right=right) if type(operation) in _OPERATIONS:
            first, second = _value(left), _value(right)
            if isinstance(operation, ast.Pow) and abs(second) > _LARGEST_POWER:
                raise ValueError("the power is too large")
            return float(_OPERATIONS[type(operation)](first, second))
    raise ValueError("not arithmetic")
