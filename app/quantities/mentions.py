"""Find numbers in sentences, in digits and in words, with unit, scale, currency and sign."""

import re
import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from app.quantities.case import fold_case
from app.quantities.characters import with_decimal_fractions
from app.quantities.dates import YEAR
from app.quantities.fiscal_labels import parse_quarter_code, parse_year_code
from app.quantities.marks import without_marks
from app.quantities.number_words import CARDINAL, ORDINAL, parse_cardinal, parse_ordinal
from app.quantities.ratios import ONE, is_ratio
from app.quantities.styles import ENGLISH, NumberStyle
from app.quantities.unit_mentions import CURRENCY, find_stated_scales, match_currency, match_scale, parse_currency

# A footnote mark may follow the number directly ("1,2342"), and a year may follow a day ("31,2031").
_DIGITS = (
    rf"(?:\d{{1,3}}(?:,(?!{YEAR}(?!\d))\d{{3}})+|\d{{1,2}}(?:,\d\d){{1,6}},\d{{3}}(?!\d)|\d{{1,3}}(?:['’]\d{{3}})+(?!\d)|\d+)"
    r"(?:\.\d+)?"
)
_GROUPS = r"\d{1,3}(?:['’]\d{3})+(?!\d)"
_SPACED = r"\d{1,3}(?: \d{3})+(?!\d)"
_WITH_COMMA = rf"(?:\d{{1,3}}(?:\.\d{{3}})+(?!\d)|{_GROUPS}|\d+)(?:,\d+)?"
_CORES = {
    (".", False): re.compile(rf"{_DIGITS}|(?<![A-Za-z])\.\d+"),
    (".", True): re.compile(rf"{_SPACED}(?:\.\d+)?|{_DIGITS}|(?<![A-Za-z])\.\d+"),
    (",", False): re.compile(_WITH_COMMA),
    (",", True): re.compile(rf"{_SPACED}(?:,\d+)?|{_WITH_COMMA}"),
}
_SEPARATORS = {".": str.maketrans("", "", ",'’ "), ",": str.maketrans(",", ".", ".'’ ")}
# A dash with a space behind is a sign only at the beginning of a cell. An em dash is one only there, too.
_MINUS = r"((?<![\w)%])[-−–‐‒△▲]|(?<![^\t\n])(?:[-−‐‒△▲] |—))?"
_BEFORE = re.compile(rf"(\(\s?)?{_MINUS}(?:({CURRENCY})\s*)?(\(\s?)?{_MINUS}$")
_LONGEST_BEFORE = 16
_CURRENCY_BEFORE = re.compile(rf"{CURRENCY}$")
_CLOSED = re.compile(r"\s?%?\s?\)")
# A percent sign may be in the next cell ("19<tab>% $<tab>39"), but in "2020<tab>% change" it belongs to a heading.
_UNIT_AFTER = re.compile(
    r"[ \n]?%|\s+%(?!\s*[A-Za-z])|\s*(?:percentage points?\b|per ?cent\b|pp\b|basis points?\b|bps?\b)|x\b|\stimes\b",
    re.IGNORECASE,
)
_UNIT_WORD = r"%|(?:per ?cent|percentage|basis|bps?|thousand|million|billion|trillion|years?|months?|days?)\b"
_RATIO_AFTER = re.compile(rf"(\s?:\s?|\s+to\s+){ONE}(?!\d|[.,:/-]\d|\s?(?:{_UNIT_WORD}))", re.IGNORECASE)
_FROM = re.compile(r"\b(?:from|between)\s+$", re.IGNORECASE)
_TO_RATIO = re.compile(rf"\s+to\s+[\d.,]+\s+to\s+{ONE}(?!\d)", re.IGNORECASE)
_RANGE = re.compile(rf"(?:[-–—]|\s+to\s+|\s?[-–—]\s?(?={CURRENCY}))(?:{CURRENCY})?\s*")
_LABEL = re.compile(r"[A-Za-z0-9]+(?:[-./][A-Za-z0-9]+)*")
_ORDINAL_AFTER = re.compile(r"(?:st|nd|rd|th)\b", re.IGNORECASE)
_WORD_NUMBER = re.compile(rf"\b({CARDINAL})\b(\s+hundred\b)?", re.IGNORECASE)
_ORDINAL_PERIOD = re.compile(rf"\b({ORDINAL})[- ](quarter|half)\b", re.IGNORECASE)
# Whole words only: names may begin like them ("Halvorsen", "Doublewick").
_FACTORS = re.compile(
    r"\b(half|halv(?=e|ing)|doubl(?=e|ing|y)|tripl(?=e|ing)|quadrupl(?=e|ing)|twice|thrice|dozen|tenfold|twofold)"
    r"(?:e[sd]?|ing|y|s)?\b",
    re.IGNORECASE,
)

Amount = tuple[tuple[int, ...], int]


@dataclass(frozen=True, slots=True)
class NumberMention:
    """A number in a text.

    The amount is `value` (≥ 0, as written) times ten to the power `scale`. `scale` is None if the text beside the
    number states none.

    `unit` is "", "%", "points", "bps" or "x". `currency` is an ISO 4217 code or None. `text` is the mention's text,
    without the minus sign and the currency.
    """

    text: str
    value: Decimal
    scale: int | None = None
    unit: str = ""
    currency: str | None = None
    negative: bool = False

    def amount(self, scale: int | None = None) -> Amount:
        """Return the exact amount as (digits, exponent), independent of the decimal context's precision."""
        digits, exponent = self.value.as_tuple().digits, self.value.as_tuple().exponent
        assert isinstance(exponent, int), "a number found in text is finite"
        exponent += (self.scale or 0) if scale is None else scale
        significant = list(digits)
        while significant and significant[-1] == 0:
            significant.pop()
            exponent += 1
        while significant and significant[0] == 0:
            significant.pop(0)
        return (tuple(significant), exponent) if significant else ((), 0)

    def is_year(self) -> bool:
        return self.scale is None and not self.unit and 1900 <= self.value <= 2100 and "," not in self.text


@dataclass(frozen=True, slots=True)
class NumbersOfText:
    """The numbers of a text: mentions, names with digits ("q2", "10-k"), and scales stated for a table."""

    mentions: tuple[NumberMention, ...]
    labels: frozenset[str]
    stated_scales: frozenset[int]


@lru_cache(maxsize=512)  # the quotes of an answer are read several times
def find_numbers(text: str, style: NumberStyle = ENGLISH) -> NumbersOfText:
    """Find the numbers of a text, in digits and in words. Footnote marks are no numbers, and a ratio ("4.50 to 1.00")
    is one.
    """
    text = unicodedata.normalize("NFKC", without_marks(with_decimal_fractions(text, style.decimal)))
    mentions: list[NumberMention] = []
    parts = list(_ORDINAL_PERIOD.finditer(text))
    labels = {f"{match[2][0].lower()}{parse_ordinal(match[1])}" for match in parts}
    in_parts = {place for match in parts for place in range(*match.span())}
    labels |= {match[1].lower() for match in _FACTORS.finditer(text) if match.start() not in in_parts}
    position = last_end = 0
    for core in _CORES[style.decimal, style.spaces].finditer(text):
        if core.start() < position or core.start() in in_parts:
            continue
        label = _label_around(text, core.start(), core.end())
        if label is None:
            mention, end = _mention(text, core, style.decimal)
            if last_end and mentions:
                mentions[-1] = _as_lower_end(mentions[-1], mention, text[last_end : core.start()])
            mentions.append(mention)
            position = last_end = end
            continue
        position, last_end = label.end(), 0
        year = parse_year_code(label.group())
        if year is None:
            labels.add(_label_name(label.group()))
        else:
            mentions.append(NumberMention(text=label.group(), value=Decimal(year)))
    mentions.extend(_word_mentions(text))
    return NumbersOfText(tuple(mentions), frozenset(labels), find_stated_scales(text))


def _mention(text: str, core: re.Match[str], decimal: str) -> tuple[NumberMention, int]:
    """Return the mention of a number, and where it ends."""
    start, end = core.span()
    before = _BEFORE.search(text, max(0, start - _LONGEST_BEFORE), start)
    assert before is not None, "the pattern matches the empty end"
    opened, minus, sign, opened_inside, minus_inside = before.groups()
    unit, scale = "", None
    if sign is None and (ratio := _ratio_after(text, core)):
        unit, end = "x", ratio.end()
    elif after := _UNIT_AFTER.match(text, end):
        unit, end = _unit_name(fold_case(after.group().strip())), after.end()
    elif scaled := match_scale(text, end):
        scale, end = scaled.exponent, scaled.end
    elif after := _ORDINAL_AFTER.match(text, end):
        end = after.end()
    currency = parse_currency(sign) if sign else match_currency(text, end)
    in_parentheses = (opened or opened_inside) and _CLOSED.match(text, end)
    mention = NumberMention(
        text=text[start:end],
        value=Decimal(core.group().translate(_SEPARATORS[decimal])),
        scale=scale,
        unit=unit,
        currency=currency,
        negative=bool(minus or minus_inside or in_parentheses),
    )
    return mention, end


def _ratio_after(text: str, core: re.Match[str]) -> re.Match[str] | None:
    """Return the ": 1.00" or "to 1.00" behind a number; None in a range ("from 4.50 to 1.00")."""
    found = _RATIO_AFTER.match(text, core.end())
    if found is None or not is_ratio(core.group(), found[1], found[2]):
        return None
    if ":" not in found[1] and _FROM.search(text, max(0, core.start() - _LONGEST_BEFORE), core.start()):
        return found if _TO_RATIO.match(text, found.end()) else None
    return found


def _as_lower_end(low: NumberMention, high: NumberMention, between: str) -> NumberMention:
    """Return a number with the unit or the scale of the next one, if both are a range ("25 to 75 basis points")."""
    if low.unit or low.scale is not None or low.is_year() or len(between) > _LONGEST_BEFORE:
        return low
    if _RANGE.fullmatch(between) is None:
        return low
    if high.unit:
        return low if low.currency else replace(low, unit=high.unit)
    return replace(low, scale=high.scale) if high.scale is not None and low.value < high.value else low


def _unit_name(word: str) -> str:
    if word.startswith(("percentage", "pp")):
        return "points"
    if word.startswith(("basis", "bp")):
        return "bps"
    return "x" if word in ("x", "times") else "%"


def _label_around(text: str, start: int, end: int) -> re.Match[str] | None:
    """Return the name that contains the digits from `start` to `end` ("Q2", "10-K", "Baa2"), or None for a plain
    number.
    """
    letter_before = start > 0 and (
        text[start - 1].isalpha() or (text[start - 1] == "-" and text[start - 2 : start - 1].isalpha())
    )
    rest = text[end:]
    letter_after = re.match(r"[A-Za-z]|-[A-Za-z]{1,2}\b", rest) is not None
    suffix = match_scale(text, end) or _UNIT_AFTER.match(text, end) or _ORDINAL_AFTER.match(text, end)
    if not letter_before and (not letter_after or suffix):
        return None
    if letter_before and _CURRENCY_BEFORE.search(text[max(0, start - 4) : start]):
        return None
    begin = start
    while begin > 0 and (
        text[begin - 1].isalnum() or (text[begin - 1] in "-./" and text[begin - 2 : begin - 1].isalnum())
    ):
        begin -= 1
    return _LABEL.match(text, begin)


def _label_name(label: str) -> str:
    quarter = parse_quarter_code(label)
    return label.casefold() if quarter is None else f"q{quarter}"


def _word_mentions(text: str) -> list[NumberMention]:
    mentions = []
    for match in _WORD_NUMBER.finditer(text):
        words, hundred = match.groups()
        scale, unit = match_scale(text, match.end()), _UNIT_AFTER.match(text, match.end())
        if words.lower() == "one" and not (hundred or scale or unit):
            continue  # "one of the largest" is not a count
        mentions.append(
            NumberMention(
                text=match.group(),
                value=Decimal(parse_cardinal(words) * (100 if hundred else 1)),
                scale=scale.exponent if scale else None,
                unit=_unit_name(fold_case(unit.group().strip())) if unit and not scale else "",
            )
        )
    return mentions
