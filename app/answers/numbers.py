"""Numbers in sentences: finding them, and telling whether a cited span says the same number.

Two mentions agree when unit, currency and amount agree. The amount is exact: a `Decimal` and a power of ten that the
text itself states, next to the number ("$1.2 billion") or over a table ("in millions"). Nothing is rounded or inferred.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

_CORE = re.compile(r"(?:\d{1,3}(?:,\d{3})+(?![\d])|\d+)(?:\.\d+)?|\.\d+")
_CURRENCY = r"(?:\b(?:US|C|A|HK|NZ|S))?\$|€|£|¥|\b(?:USD|EUR|GBP|JPY|CHF|CAD|AUD|CNY|INR)"
_MINUS = r"(?:(?<![\w)%])([-−–]))?"
_BEFORE = re.compile(rf"(\(\s?)?{_MINUS}({_CURRENCY})?\s*(\(\s?)?{_MINUS}$")
_CURRENCY_BEFORE = re.compile(rf"(?:{_CURRENCY})$")
_CLOSED = re.compile(r"\s?%?\s?\)")
_CURRENCY_AFTER = re.compile(r"\s*(USD|EUR|GBP|JPY|CHF|CAD|AUD|CNY|INR|(?:US )?dollars|euros?|pounds)\b", re.IGNORECASE)
# A sign may stand in a cell of its own ("19<tab>% $<tab>39"), but "2020<tab>% change" are two headings.
_UNIT_AFTER = re.compile(
    r"[ \n]?%|\s+%(?!\s*[A-Za-z])|\s*(?:percentage points?\b|per ?cent\b|pp\b|basis points?\b|bps?\b)|x\b|\stimes\b",
    re.IGNORECASE,
)
_SCALE_AFTER = re.compile(r"[ \n-]*(thousand|million|billion|trillion)s?\b|(mm|mn|bn|m|b|k)\b", re.IGNORECASE)
_LABEL = re.compile(r"[A-Za-z0-9]+(?:[-./][A-Za-z0-9]+)*")
_ORDINAL_AFTER = re.compile(r"(?:st|nd|rd|th)\b", re.IGNORECASE)
_FISCAL_YEAR = re.compile(r"(?:fy|cy)['’]?((?:19|20)\d\d|\d\d)(?:e|a)?", re.IGNORECASE)
_QUARTER = re.compile(r"q([1-4])|([1-4])q", re.IGNORECASE)
_STATED_SCALE = re.compile(
    r"\b(?:in|of|\(?000['’]?s|stated in|\$)\s+(?:[a-z.$€£¥]+\s+){0,3}?(thousand|million|billion)s?\b", re.IGNORECASE
)
# What may stand before the zeros is not asked for: spaces that may be there or not would cost the cube of their number.
_ZEROS = re.compile(r"(?<![\d,.])000['’]?s?(?: omitted)?\s*\)", re.IGNORECASE)

_SCALES = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12, "k": 3, "m": 6, "mm": 6, "mn": 6, "bn": 9, "b": 9}
_CURRENCY_NAMES = {"$": "USD", "US$": "USD", "DOLLARS": "USD", "US DOLLARS": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_CURRENCY_NAMES |= {"EURO": "EUR", "EUROS": "EUR", "POUNDS": "GBP", "C$": "CAD", "A$": "AUD"}

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
)
_ONES_BY_WORD = {word: value for value, word in enumerate([*_ONES.split(), "eighteen", "nineteen"])}
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_TENS_BY_WORD = {word: place * 10 for place, word in enumerate(_TENS.split(), start=2)}
_WORD_NUMBER = re.compile(
    rf"\b(?:({'|'.join(_TENS_BY_WORD)})(?:[- ]({'|'.join(list(_ONES_BY_WORD)[1:10])}))?|({'|'.join(_ONES_BY_WORD)}))\b"
    r"(\s+hundred\b)?",
    re.IGNORECASE,
)
_ORDINAL_PERIOD = re.compile(r"\b(first|second|third|fourth)[- ](quarter|half)\b", re.IGNORECASE)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_FACTORS = re.compile(r"\b(half|halv|doubl|tripl|quadrupl|twice|thrice|dozen|tenfold|twofold)\w*", re.IGNORECASE)

# A loss is not an income: an amount in parentheses may be told without them only by a sentence that says which way it
# goes.
_DEDUCTION = re.compile(
    r"\b(?:loss|cost|expens|charg|decreas|declin|reduc|lower|fell|drop|down|paid|pay|repa|purchas|us(?:e|ed)\b|outflow|"
    r"negative|deficit|tax|interest|provision|dividend|repurchas|invest|expenditure|benefit|accumulated|treasury|less\b|"
    r"allowance|acqui|deduct|credit|impairment|amorti|depreci|writ|contra|eliminat)\w*",
    re.IGNORECASE,
)
# Words of a line item's own name say nothing of the direction: "income before income taxes", "interest income".
_HEDGED_LABEL = re.compile(
    r"\((?:loss|losses|expense|deficit|decrease|benefit|used)[^)]*\)"
    r"|\b(?:before|after|pre|net of)[- ](?:\w+ ){0,3}?tax(?:es|ation)?\b"
    r"|\b(?:interest|investment|dividend|tax|credit)s? (?:income|revenues?|gains?)\b",
    re.IGNORECASE,
)

Amount = tuple[tuple[int, ...], int]


@dataclass(frozen=True, slots=True)
class NumberMention:
    """A number as a text says it: `value` ≥ 0 as written, times ten to the power `scale` (None: none stated beside it).

    `unit` is "", "%", "points", "bps" or "x"; `currency` an ISO 4217 code or None; `text` the words for messages.
    """

    text: str
    value: Decimal
    scale: int | None = None
    unit: str = ""
    currency: str | None = None
    negative: bool = False

    def amount(self, scale: int | None = None) -> Amount:
        """The exact amount as (digits, exponent), free of any context's precision."""
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
    """All that a text says in numbers: mentions, names with digits in them ("q2", "10-k"), and scales over tables."""

    mentions: tuple[NumberMention, ...]
    labels: frozenset[str]
    stated_scales: frozenset[int]


def find_numbers(text: str) -> NumbersOfText:
    """The numbers of a text, digits and words alike."""
    text = unicodedata.normalize("NFKC", text)
    mentions: list[NumberMention] = []
    labels = {
        f"q{_ORDINALS[match[1].lower()]}" for match in _ORDINAL_PERIOD.finditer(text) if match[2].lower() == "quarter"
    }
    labels |= {
        f"h{_ORDINALS[match[1].lower()]}" for match in _ORDINAL_PERIOD.finditer(text) if match[2].lower() == "half"
    }
    halves = {match.start(2) for match in _ORDINAL_PERIOD.finditer(text)}
    labels |= {match[1].lower() for match in _FACTORS.finditer(text) if match.start() not in halves}
    position = 0
    for core in _CORE.finditer(text):
        if core.start() < position:
            continue
        label = _label_around(text, core.start(), core.end())
        if label is None:
            mentions.append(_mention(text, core))
            continue
        position = label.end()
        year = _FISCAL_YEAR.fullmatch(label.group())
        if year:
            digits = year.group(1)
            mentions.append(
                NumberMention(text=label.group(), value=Decimal(digits if len(digits) == 4 else f"20{digits}"))
            )
        else:
            labels.add(_label_name(label.group()))
    mentions.extend(_word_mentions(text))
    scales = {_SCALES[match.group(1).lower()] for match in _STATED_SCALE.finditer(text)}
    if _ZEROS.search(text):
        scales.add(3)
    return NumbersOfText(mentions=tuple(mentions), labels=frozenset(labels), stated_scales=frozenset(scales))


def missing_numbers(claim: str, spans: Sequence[str]) -> list[str]:
    """The numbers of `claim` that none of the `spans` says, in the claim's words. Empty: every number is supported.

    Each span is all that is cited of one page: a scale that one page states says nothing of another's numbers.
    """
    said = find_numbers(claim)
    if not said.mentions and not said.labels:
        return []
    found = [find_numbers(span) for span in spans]
    evidence = [(mention, numbers.stated_scales) for numbers in found for mention in numbers.mentions]
    labels = frozenset[str]().union(*(numbers.labels for numbers in found))
    may_turn_sign = _DEDUCTION.search(_HEDGED_LABEL.sub(" ", claim)) is not None
    bare = not said.stated_scales
    missing = [mention.text for mention in said.mentions if not _supported(mention, evidence, may_turn_sign, bare)]
    return missing + sorted(said.labels - labels)


def _supported(
    mention: NumberMention, evidence: Iterable[tuple[NumberMention, frozenset[int]]], may_turn_sign: bool, bare: bool
) -> bool:
    return any(_agrees(mention, other, scales, may_turn_sign, bare) for other, scales in evidence)


def _agrees(said: NumberMention, seen: NumberMention, scales: frozenset[int], may_turn_sign: bool, bare: bool) -> bool:
    """`bare`: the claim states no scale anywhere, so that "$383,285" means dollars, whatever the table counts in."""
    if said.unit != seen.unit:
        return False
    if said.currency and seen.currency and said.currency != seen.currency:
        return False
    if said.negative != seen.negative and not (said.is_year() or (seen.negative and may_turn_sign)):
        return False
    amounts = {seen.amount()}
    if seen.scale is None and not seen.unit:
        scaled = {seen.amount(scale) for scale in scales}
        in_full = bare and said.scale is None and said.currency is not None and "," in said.text
        amounts = scaled if scaled and in_full else amounts | scaled
    return said.amount() in amounts


def _mention(text: str, core: re.Match[str]) -> NumberMention:
    start, end = core.span()
    before = _BEFORE.search(text[max(0, start - 16) : start])
    assert before is not None, "the pattern matches the empty end"
    opened, minus, currency, opened_inside, minus_inside = before.groups()
    unit, scale = "", None
    if after := _UNIT_AFTER.match(text, end):
        unit, end = _unit_name(after.group().strip().lower()), after.end()
    elif after := _SCALE_AFTER.match(text, end):
        scale, end = _SCALES[(after.group(1) or after.group(2)).lower()], after.end()
    elif after := _ORDINAL_AFTER.match(text, end):
        end = after.end()
    if currency is None and (after := _CURRENCY_AFTER.match(text, end)):
        currency = after.group(1)
    in_parentheses = (opened or opened_inside) and _CLOSED.match(text, end)
    return NumberMention(
        text=text[start:end],
        value=Decimal(core.group().replace(",", "")),
        scale=scale,
        unit=unit,
        currency=_CURRENCY_NAMES.get(currency.upper(), currency.upper()) if currency else None,
        negative=bool(minus or minus_inside or in_parentheses),
    )


def _unit_name(word: str) -> str:
    if word.startswith(("percentage", "pp")):
        return "points"
    if word.startswith(("basis", "bp")):
        return "bps"
    return "x" if word in ("x", "times") else "%"


def _label_around(text: str, start: int, end: int) -> re.Match[str] | None:
    """The name that the digits from `start` to `end` belong to ("Q2", "10-K", "Baa2"); None for a plain number."""
    letter_before = start > 0 and (
        text[start - 1].isalpha() or (text[start - 1] == "-" and text[start - 2 : start - 1].isalpha())
    )
    rest = text[end:]
    letter_after = re.match(r"[A-Za-z]|-[A-Za-z]{1,2}\b", rest) is not None
    suffix = _SCALE_AFTER.match(text, end) or _UNIT_AFTER.match(text, end) or _ORDINAL_AFTER.match(text, end)
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
    quarter = _QUARTER.fullmatch(label)
    return f"q{quarter.group(1) or quarter.group(2)}" if quarter else label.casefold()


def _word_mentions(text: str) -> list[NumberMention]:
    mentions = []
    for match in _WORD_NUMBER.finditer(text):
        tens, ones, alone, hundred = match.groups()
        value = _TENS_BY_WORD[tens.lower()] if tens else 0
        value += _ONES_BY_WORD[(ones or alone or "zero").lower()]
        scale = _SCALE_AFTER.match(text, match.end())
        unit = _UNIT_AFTER.match(text, match.end())
        if alone and alone.lower() == "one" and not (hundred or scale or unit):
            continue  # "one of the largest" counts nothing
        mentions.append(
            NumberMention(
                text=match.group(),
                value=Decimal(value * (100 if hundred else 1)),
                scale=_SCALES[(scale.group(1) or scale.group(2)).lower()] if scale else None,
                unit=_unit_name(unit.group().strip().lower()) if unit and not scale else "",
            )
        )
    return mentions
