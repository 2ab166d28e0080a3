"""Amounts, percentages and ratios as agreements and offerings write them, in the plain text of a flow."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from app.quantities.unit_mentions import CODE, parse_currency
from app.review.values import QuantityValue, plain_decimal

SAID: Final = r"(?:[^.;\n]|\.(?=\d))"
"""A character of a clause: no full stop (but a decimal point), semicolon or line end."""

_SCALES: Final = {"": 0, "thousand": 3, "million": 6, "mm": 6, "m": 6, "billion": 9, "bn": 9}
_SIGN: Final = rf"(?:(?:US|U\.S\.|C|CA|Cdn|CAD|A|AU|NZ|HK|S)? ?\$|[€£¥]|\b(?:{CODE})(?= ?\d))"
MONEY: Final = (
    rf"{_SIGN} ?\d{{1,3}}(?:,\d{{3}}|\d){{0,5}}(?:\.\d{{1,4}})?(?:[ -]?(?:thousand|million|billion|mm|bn|m)\b)?"
)
"""An amount of money with its sign. Other patterns can include it, because it has no groups."""

_FRACTIONS: Final = {"¼": ".25", "½": ".5", "¾": ".75", "⅛": ".125", "⅜": ".375", "⅝": ".625", "⅞": ".875"}
WHOLE_PERCENT: Final = rf"(?<![\d.,/])\d{{1,3}}(?:\.\d{{1,5}}|[{''.join(_FRACTIONS)}]|[ -]\d/\d{{1,2}})?"
"""The number of a percentage, also with a fraction ("6¾", "6 3/4"). Other patterns can include it."""

PERCENT: Final = (
    rf"(?:{WHOLE_PERCENT} ?(?:%|per ?cent\b\.?|percentage points?)"
    r"|(?<![\d.,])\d{1,4}(?:\.\d{1,3})? ?(?:basis points|bps)\b|\bzero per ?cent\b)"
)
RATIO: Final = (
    r"(?:(?<![\d.,])\d{1,2}(?:\.\d{1,3})? ?(?:to|:) ?1(?:\.0{1,3})?(?![\d.]\d)|(?<![\d.,])\d{1,2}\.\d{1,3}x\b)"
)

_MONEY: Final = re.compile(rf"({_SIGN}) ?([\d,]+(?:\.\d{{1,4}})?)(?:[ -]?(thousand|million|billion|mm|bn|m)\b)?")
_PERCENT: Final = re.compile(PERCENT)
_RATIO: Final = re.compile(RATIO)
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_PART: Final = re.compile(rf"([{''.join(_FRACTIONS)}])|[ -](\d)/(\d{{1,2}})")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number at `start` to `end` of a text."""

    value: QuantityValue
    start: int
    end: int


def find_money(text: str, start: int = 0, end: int | None = None) -> Iterator[Figure]:
    """Yield the amounts of money of a text, in order."""
    for found in _MONEY.finditer(text, start, len(text) if end is None else end):
        digits = found.group(2).rstrip(",").replace(",", "")
        if digits and len(digits) <= 18:
            number = Decimal(digits).scaleb(_SCALES[found.group(3) or ""])
            sign = found.group(1).replace(" ", "").replace(".", "")
            sign = "CAD" if sign in ("C$", "CA$", "CAD$", "Cdn$") else sign
            yield Figure(
                QuantityValue(plain_decimal(number), parse_currency(sign)),
                found.start(),
                found.end(2 if not found.group(3) else 3),
            )


def find_percents(text: str, start: int = 0, end: int | None = None) -> Iterator[Figure]:
    """Yield the percentages and basis points of a text as percentages, in order."""
    for found in _PERCENT.finditer(text, start, len(text) if end is None else end):
        number = parse_percent(found.group())
        if number is not None:
            yield Figure(QuantityValue(number, "%"), found.start(), found.end())


def find_ratios(text: str, start: int = 0, end: int | None = None) -> Iterator[Figure]:
    """Yield the ratios of a text ("3.50 to 1.00", "3.50:1.00", "3.50x"), in order."""
    for found in _RATIO.finditer(text, start, len(text) if end is None else end):
        number = _NUMBER.search(found.group())
        if number is not None:
            yield Figure(QuantityValue(plain_decimal(Decimal(number.group())), "x"), found.start(), found.end())


def parse_percent(text: str) -> Decimal | None:
    """Return the percentage of a text with one number ("2.25%", "35 bps", "zero percent"); None without a number."""
    if text.startswith("zero"):
        return Decimal(0)
    number = _NUMBER.search(text)
    if number is None:
        return None
    value = Decimal(number.group())
    part = _PART.match(text, number.end())
    if part and part.group(1):
        value += Decimal(_FRACTIONS[part.group(1)])
    elif part and int(part.group(3)):
        value += Decimal(part.group(2)) / Decimal(part.group(3))
    is_points = "basis" in text or "bps" in text.casefold()
    return plain_decimal(value.scaleb(-2) if is_points else value)
