"""Typed values: what a cell or a sentence says, as a number with kind, unit and scale."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Final

from app.quantities.affixes import read_prefix, read_suffix
from app.quantities.characters import plain_characters
from app.quantities.dates import DATE, YEAR
from app.quantities.figures import Figure, common_unit, read_figure
from app.quantities.marks import split_marks
from app.quantities.months import MONTH
from app.quantities.ratios import ONE, is_ratio
from app.quantities.styles import ENGLISH, NumberStyle, split_numbers


class Kind(StrEnum):
    """What a value is."""

    AMOUNT = "amount"
    PERCENTAGE = "percentage"
    PERCENTAGE_POINTS = "points"
    BASIS_POINTS = "bps"
    RATIO = "ratio"
    PER_SHARE = "per_share"
    SHARES = "shares"
    NUMBER = "number"
    DATE = "date"
    PERIOD = "period"
    RANGE = "range"
    NIL = "nil"
    NOT_MEANINGFUL = "not_meaningful"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A typed value. The amount is `value` × 10^`scale` in `unit`.

    `value` is the printed figure with its sign; None for dates, periods, text, and values that are not meaningful; 0
    for nil. `high` is the upper end of a range, whose lower end is `value` (either may be None: "≥ 2.00:1.00").
    `unit` is an ISO 4217 code; "$" if the document does not say which dollar; "%", "points", "bps", "x" or "shares";
    or None if nobody states it. `scale` is a power of ten, or None if nobody states it: an unknown scale is not 0. Only
    amounts and numbers of shares can have an unknown scale.
    """

    kind: Kind
    value: Decimal | None = None
    unit: str | None = None
    scale: int | None = None
    high: Decimal | None = None


_LONGEST: Final = 120
_TEXT: Final = Quantity(Kind.TEXT)
_DASHES: Final = ("-", "–", "—")
_CURRENCY_SIGNS: Final = ("$", "€", "£", "¥", "₹")
_DATE: Final = Quantity(Kind.DATE)
_PERIOD: Final = Quantity(Kind.PERIOD)
_NOT_MEANINGFUL: Final = Quantity(Kind.NOT_MEANINGFUL)
_KINDS = {
    "%": Kind.PERCENTAGE, "points": Kind.PERCENTAGE_POINTS, "bps": Kind.BASIS_POINTS, "x": Kind.RATIO,
    "shares": Kind.SHARES,
}  # fmt: skip
_PURE = frozenset({"%", "points", "bps", "x"})
_MEANINGLESS = frozenset({"nm", "na", "nmf", "notmeaningful", "notapplicable", "notavailable"})
_FILLERS = re.compile(r"[ ./()%]|(?<=m)x$", re.IGNORECASE)
_NIL = re.compile(r"-0-|(?:[-–—] ?)*[-–—]|(?<![A-Za-z])(?:[Nn]il|NIL)(?![A-Za-z])")
_ONE_NUMBER: Final = 3
_TWO_NUMBERS: Final = 5
_MOST_PIECES: Final = 13
_LONGEST_NIL: Final = 18
# "to" within a pair of numbers is a ratio if the second one is 1 and no unit follows.
_RATIO = re.compile(
    rf"(?<![0-9.,])([0-9]*(?:[.,][0-9]+)?) ?x?( ?: ?| to ){ONE}(?![0-9.,])"
    r"(?= ?(?:x?$|(?:but|and|or|to|if)\b|[,;)–—<>-]))"
)
_JOINT = re.compile(r"(.*?)( ?[-–—~] ?| ?(?:to|and|but|,) |(?= ?[<>]))(.*)")
_LEAD = re.compile(r"(?:between|from) ", re.IGNORECASE)
_PLAIN_YEAR = re.compile(YEAR)
_FULL_DATE = re.compile(
    rf"{DATE}|[0-9]{{1,2}}/[0-9]{{1,2}}/[0-9]{{2}}|[0-9]{{1,2}}\.[0-9]{{1,2}}\.{YEAR}|[0-9]{{2}}\.[0-9]{{2}}\.[0-9]{{2}}"
    rf"|[0-9]{{1,2}}[- ]{MONTH}[- ](?:{YEAR}|[0-9]{{2}})",
    re.IGNORECASE,
)
_FULL_PERIOD = re.compile(
    rf"(?:q[1-4]|[1-4]q|h[12]|[12]h|fy|cy|fiscal(?: year)?|ltm|ttm|ytd|[369]m)[ '/-]{{0,2}}(?:{YEAR}|[0-9]{{2}})[aefp]?"
    rf"|{MONTH}[. ,'-]{{0,3}}(?:{YEAR}|[0-9]{{2}})|{YEAR} ?[aefp]|{YEAR} ?(?:[-–—/]|to) ?(?:{YEAR}|[0-9]{{2}})"
    rf"|[0-9]{{1,2}}/[0-9]{{1,2}}/[0-9]{{2,4}} ?(?:[-–—]|to|thru|through) ?[0-9]{{1,2}}/[0-9]{{1,2}}/[0-9]{{2,4}}",
    re.IGNORECASE,
)


def parse_value(text: str, style: NumberStyle = ENGLISH, *, negative_side: str | None = None) -> Quantity:
    """Parse what a cell's own text says, without its headings.

    A plain number is an amount without unit and scale. A year alone is such a number, too. `negative_side` is "DR" or
    "CR": the side that a heading states to be negative; without it, a figure with a side is text. A number that is
    impossible in the style, or text with two amounts that are no range, is text.
    """
    if len(text) > _LONGEST:
        return _TEXT
    if style.decimal == "." and not style.spaces and negative_side is None and text.isascii():
        return _parse_english(text)
    return _parse(text, style, negative_side)


@lru_cache(maxsize=1 << 15)
def _parse_english(text: str) -> Quantity:
    """Parse an ASCII text. It has none of the dashes and arrows in which styles with the same numbers differ."""
    return _parse_written(text, ENGLISH, None)


@lru_cache(maxsize=1 << 15)
def _parse(text: str, style: NumberStyle, negative_side: str | None) -> Quantity:
    return _parse_written(text, style, negative_side)


def _parse_written(text: str, style: NumberStyle, negative_side: str | None) -> Quantity:
    plain = plain_characters(text, style.decimal)
    value = _parse_plain(plain, style, negative_side)
    if value.kind is Kind.TEXT and plain:
        bare, marks = split_marks(plain)
        if marks:
            value = _parse_plain(bare, style, negative_side)
    return value


def _parse_plain(plain: str, style: NumberStyle, negative_side: str | None) -> Quantity:
    pieces = split_numbers(plain, style)
    if len(pieces) == 1 or plain == "-0-":
        return _parse_words(plain)
    if len(pieces) > _MOST_PIECES:
        return _TEXT
    if len(pieces) == _ONE_NUMBER:
        value = _parse_figure(style, negative_side, *pieces)
    else:
        value = _parse_several(plain, pieces, style, negative_side)
    return _parse_time(plain) if value is None else value


def _parse_figure(
    style: NumberStyle, negative_side: str | None, before: str, token: str, after: str
) -> Quantity | None:
    figure = read_figure(before, token, after, style, negative_side)
    if figure is None:
        return None
    if figure.compare == "<":
        return _typed(figure, None, figure.value, Kind.RANGE)
    return _typed(figure, figure.value, None, Kind.RANGE if figure.compare else None)


def _typed(figure: Figure, low: Decimal | None, high: Decimal | None, kind: Kind | None) -> Quantity | None:
    """Return the quantity, or None if its units contradict each other."""
    unit, scale = figure.unit, figure.scale
    if unit in _PURE:
        if scale is not None or figure.per_share or figure.counts:
            return None
        return Quantity(kind or _KINDS[unit], low, unit, 0, high)
    if figure.counts:
        if unit is not None or figure.per_share:
            return None
        return Quantity(kind or Kind.NUMBER, low, None, scale or 0, high)
    if figure.per_share:
        return None if unit == "shares" else Quantity(kind or Kind.PER_SHARE, low, unit, scale or 0, high)
    return Quantity(kind or (Kind.SHARES if unit == "shares" else Kind.AMOUNT), low, unit, scale, high)


def _parse_several(plain: str, pieces: list[str], style: NumberStyle, negative_side: str | None) -> Quantity | None:
    """Parse a ratio ("4.50 to 1.00"), a range ("10-12"), or a range of ratios."""
    if ":" in plain or " to 1" in plain:
        with_ratios = _RATIO.sub(_multiple, plain)
        if with_ratios != plain:
            pieces = split_numbers(with_ratios, style)
    if len(pieces) == _ONE_NUMBER:
        return _parse_figure(style, negative_side, *pieces)
    return _parse_range(style, *pieces) if len(pieces) == _TWO_NUMBERS else None


def _multiple(ratio: re.Match[str]) -> str:
    """Write "4.50 to 1.00" as "4.50x"."""
    return f"{ratio[1]}x" if is_ratio(*ratio.groups()) else ratio.group()


def _parse_range(style: NumberStyle, before: str, first: str, middle: str, second: str, after: str) -> Quantity | None:
    joined = _JOINT.fullmatch(middle)
    if joined is None:
        return None
    left, joint, right = joined.groups()
    word = joint.strip(" ")
    is_bare = not (before or left or right or after)
    if word in _DASHES and not _is_range_dash(joint, word, style, is_telephone=is_bare and not _alike(first, second)):
        return None
    lead = _LEAD.match(before)
    low = read_figure(before[lead.end() :] if lead else before, first, left, style, None)
    high = read_figure(right, second, after, style, None)
    if low is None or high is None:
        return None
    is_closed = word in _DASHES or word in ("~", "to") or (word == "and" and lead is not None)
    if joint in _DASHES and _may_be_minus(left, right, high):
        return None
    if low.compare + high.compare not in (("", "<", "><") if is_closed else ("><",)):
        return None
    is_years = is_bare and _PLAIN_YEAR.fullmatch(first) and _PLAIN_YEAR.fullmatch(second)
    return _PERIOD if is_years else _joined(low, high)


def _may_be_minus(left: str, right: str, high: Figure) -> bool:
    """Return whether a dash without spaces may be a sign: "4 $-5", "4-(1)"."""
    return (left[-1:] in _CURRENCY_SIGNS and high.unit is None) or (right.startswith("(") and not left.endswith(")"))


def _is_range_dash(joint: str, dash: str, style: NumberStyle, *, is_telephone: bool) -> bool:
    """Return whether a dash joins two numbers. "10 -12" may be two figures; so may "4 — 5" where dashes are nil."""
    if joint == dash:
        return not is_telephone
    return joint.startswith(" ") and joint.endswith(" ") and dash not in style.nil_dashes


def _alike(first: str, second: str) -> bool:
    """Return whether two numbers with a hyphen between are a range, and not a telephone or an employer's number."""
    longest = max(len(part) for part in (first, second) if part.isdecimal() or part is second)
    return longest < 4 or len(first) == len(second) or not second.isdecimal()


def _joined(low: Figure, high: Figure) -> Quantity | None:
    unit, agree = common_unit(low.unit, high.unit)
    if not agree or (low.scale is not None and high.scale is None):
        return None
    scale, top = high.scale, high.value
    if low.scale is not None and high.scale is not None and low.scale != high.scale:
        scale, top = low.scale, _shift(high.value, high.scale - low.scale)
    bottom = low.value
    if bottom > top and (bottom <= 0 or (top < 0 and None not in (low.unit, high.unit))):  # "$(3) to $(5)", "5% - (2)%"
        bottom, top = top, bottom
    if bottom >= top:
        return None
    whole = replace(
        high, unit=unit, scale=scale, per_share=low.per_share or high.per_share, counts=low.counts or high.counts
    )
    return _typed(whole, bottom, top, Kind.RANGE)


def _shift(value: Decimal, places: int) -> Decimal:
    """Return value × 10^places, exactly."""
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int), "a printed number is finite"
    exponent += places
    return Decimal((sign, digits + (0,) * exponent, 0)) if exponent > 0 else Decimal((sign, digits, exponent))


def _parse_words(plain: str) -> Quantity:
    """Parse a text without digits: nil, not meaningful, or text."""
    if len(plain) > _LONGEST_NIL:
        return _TEXT
    found = _NIL.search(plain)
    if found is not None:
        prefix, suffix = read_prefix(plain[: found.start()]), read_suffix(plain[found.end() :])
        if prefix is None or suffix is None or prefix.sign or suffix.sign or prefix.compare or suffix.compare:
            return _TEXT
        unit, agree = common_unit(prefix.unit, suffix.unit)
        if not agree or prefix.has_bracket != suffix.has_bracket:
            return _TEXT
        return Quantity(Kind.NIL, Decimal(0), unit, 0)
    return _NOT_MEANINGFUL if _FILLERS.sub("", plain.lower()) in _MEANINGLESS else _TEXT


def _parse_time(plain: str) -> Quantity:
    if _FULL_DATE.fullmatch(plain):
        return _DATE
    return _PERIOD if _FULL_PERIOD.fullmatch(plain) else _TEXT
