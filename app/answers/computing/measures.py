"""Turn the registry's measures into expressions over items, as questions have them."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from app.answers.computing.requests import (
    Average,
    Binary,
    Choice,
    Item,
    Known,
    Node,
    Number,
    Operator,
    Over,
    Positive,
    Relative,
)
from app.facts.formulas import expressions as language
from app.facts.formulas.registry import formula_of, standard_vocabulary
from app.facts.formulas.units import UnitKind
from app.facts.items.standard import load_items

_DEEPEST = 8
_PURE = (UnitKind.PERCENT, UnitKind.RATIO, UnitKind.DAYS)
_BRACKET = re.compile(r" ?\([^()]*\)")
_LOOSE = re.compile(
    r"\b(?:unadjusted|reported|consolidated|total|company|amount of|value of|balance of)\b ?", re.IGNORECASE
)
_RELATIVE = {"avg": Over.AVERAGE, "change": Over.CHANGE, "growth": Over.GROWTH, "opening": Over.OPENING}
_MINUS_ONE = Number(Decimal(-1))
_YEAR = Number(Decimal(365))


@cache
def find_measure(words: str) -> Node | None:
    """Return the formula of the measure that words name, or None."""
    for variant in variants_of(words):
        measure = standard_vocabulary().find_measure(variant)
        if measure is not None:
            return _of(language.Name(measure.name), ())
    return None


@cache
def is_percentage(words: str) -> bool:
    """Return whether words name a measure that is a percentage."""
    found = (standard_vocabulary().find_measure(variant) for variant in variants_of(words))
    return any(measure is not None and measure.unit.kind is UnitKind.PERCENT for measure in found)


@cache
def is_pure_measure(words: str) -> bool:
    """Return whether words name a measure that is a ratio, a percentage, or a number of days."""
    found = (standard_vocabulary().find_measure(variant) for variant in variants_of(words))
    return any(measure is not None and measure.unit.kind in _PURE for measure in found)


def variants_of(words: str) -> Iterator[str]:
    """Yield the words, then without brackets, then without words that hardly matter, such as "unadjusted"."""
    plain = _BRACKET.sub("", words).strip()
    yield from dict.fromkeys((words, plain, _LOOSE.sub("", plain).strip()))


def _of(  # noqa: PLR0911 (a return for each kind of expression)
    expression: language.Expression, inside: tuple[str, ...]
) -> Node | None:
    match expression:
        case language.Number():
            return Number(expression.value)
        case language.Name():
            return _named(expression.name, inside)
        case language.Negative():
            inner = _of(expression.of, inside)
            return None if inner is None else Binary(Operator.MULTIPLY, _MINUS_ONE, inner)
        case language.Binary():
            left, right = _of(expression.left, inside), _of(expression.right, inside)
            if left is None or right is None or expression.operator not in "+-*/":
                return None
            return Binary(Operator(expression.operator), left, right)
        case language.Call():
            return _call(expression, inside)
    return None


def _named(name: str, inside: tuple[str, ...]) -> Node | None:
    """Return an item, or the formula of a measure. Inside a measure its own name means the reported item."""
    vocabulary = standard_vocabulary()
    measure, item = vocabulary.measure(name), vocabulary.item(name)
    if measure is None or name in inside:
        if item is None:
            return None
        return Item(_title(name), name=name)
    return _of(formula_of(measure), (*inside, name)) if len(inside) < _DEEPEST else None


def _call(  # noqa: PLR0911 (a return for each function)
    call: language.Call, inside: tuple[str, ...]
) -> Node | None:
    if call.function == "days":
        return _YEAR
    found = [_of(argument, inside) for argument in call.arguments]
    parts = tuple(part for part in found if part is not None)
    if call.function == "first":
        return Choice(parts) if parts else None
    if len(parts) < len(found):
        return None
    match call.function:
        case "known":
            return Known(parts)
        case "optional":
            return Known(parts, least=0)
        case "ttm":
            return Relative(Over.TRAILING, parts[0])
        case "positive":
            return Positive(parts[0])
        case "avg" if len(parts) > 1:
            return Average(parts)
        case "cagr" if isinstance(call.range, language.Last):
            return Relative(Over.CAGR, parts[0], call.range.count)
        case "avg" | "change" | "growth" | "opening" if call.range is None:
            return Relative(_RELATIVE[call.function], parts[0])
    return None


def _title(name: str) -> str:
    item = load_items().get(name)
    return name if item is None else item.title
