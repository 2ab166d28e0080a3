"""What stands before and after a printed number: sign, brackets, unit, currency, scale, comparison.

The vocabulary of a document is small, so that both readers remember what they read.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from app.quantities.unit_words import LETTER_SCALES, Role, Word, find_words

_LONGEST = 48
_LONGEST_MONEY = 24
_MONEY = (Role.CURRENCY, Role.SCALE, Role.BOTH)
_AT_LEAST = (
    r">=|=>|>|(?i:greater than or equal to|equal to or greater than|not less than|no less than|greater than|more than"
    r"|at least|in excess of|over|above|exceeding)(?![A-Za-z])"
)
_AT_MOST = (
    r"<=|=<|<|(?i:less than or equal to|equal to or less than|not more than|no more than|not greater than"
    r"|no greater than|less than|fewer than|at most|up to|under|below|not exceeding)(?![A-Za-z])"
)
_PREFIX_PART = re.compile(
    rf" ?(?:(?P<at_least>{_AT_LEAST})|(?P<at_most>{_AT_MOST})|(?P<open>\()|(?P<sign>[-–—+△▲▼▽])"
    rf"|(?P<about>~|(?i:approximately|approx\.?|about|circa|ca?\.)(?![A-Za-z]))"
    r") ?"
)
_SUFFIX_PART = re.compile(
    r" ?(?:(?P<close>\))|(?P<angle>>)|(?P<minus>[-–](?= ?[)%]| ?$))"
    r"|(?P<points>(?i:(?:percentage|percent|%|pct\.?)[ -]?(?:points?|pts?\.?|pps?)|ppts?\.?|pps?|p\.p\.|pts?\.?"
    r"|points?)(?![A-Za-z]))"
    r"|(?P<percent>%|(?i:per ?cent|pct\.?)(?![A-Za-z]))"
    r"|(?P<bps>(?i:basis points?|bps?\.?|b\.p\.)(?![A-Za-z]))"
    r"|(?P<times>[xX](?![A-Za-z])|(?i:times)(?![A-Za-z]))"
    r"|(?P<per_share>(?:(?i:per|a)(?![A-Za-z])|/) ?(?i:(?:(?:ordinary|common|diluted|basic|preferred|preference"
    r"|american|depositary) ){0,3}(?:share|ads|adr|unit))(?![A-Za-z]))"
    r"|(?P<shares>(?i:(?:(?:ordinary|common|preferred) )?shares?(?: of (?:common|preferred) stock)?)(?![A-Za-z]))"
    r"|(?P<number>(?i:years?|yrs?\.?|months?|mos\.|weeks?|days?|hours?|employees|people)(?![A-Za-z]))"
    r"|(?P<more>(?<! )\+$|(?i:(?:or|and) (?:more|greater|higher|above|over|later|longer))(?![A-Za-z]))"
    r"|(?P<less>(?i:(?:or|and) (?:less|lower|fewer|below|under))(?![A-Za-z]))"
    r"|(?P<side>DR|CR|Dr|Cr|dr|cr)(?![A-Za-z.])"
    r"|(?P<cents>¢|(?i:cents?)(?![A-Za-z])|(?<![^)])p(?![A-Za-z]))"
    r"|(?P<letter>[kKmMbBT](?![A-Za-z])|(?:mil|mill)(?![A-Za-z])\.?))"
)
_UNITS = {"percent": "%", "points": "points", "bps": "bps", "times": "x", "shares": "shares"}
_CENTS = {"p": "GBP", "¢": "$"}


@dataclass(frozen=True, slots=True)
class Affix:
    """What a prefix or a suffix says. `unit` and `scale` are those of a Quantity.

    `sign` is the sign's character, or ""; `is_apart` states that a space follows it. `has_bracket` and `has_angle`
    state that a round or an angle bracket is there. `compare` is ">" (at least) or "<" (at most). `side` is "DR" or
    "CR". `is_letter` states that the scale is one letter ("m"). `counts` states that years or employees are counted.
    """

    sign: str = ""
    is_apart: bool = False
    has_bracket: bool = False
    has_angle: bool = False
    compare: str = ""
    unit: str | None = None
    scale: int | None = None
    is_letter: bool = False
    per_share: bool = False
    counts: bool = False
    side: str = ""


EMPTY = Affix()


@lru_cache(maxsize=4096)
def read_prefix(text: str) -> Affix | None:
    """Read what stands before a number; None if it is more than sign, unit and comparison."""
    if not text:
        return EMPTY
    return _read(text, _PREFIX_PART) if len(text) <= _LONGEST else None


@lru_cache(maxsize=4096)
def read_suffix(text: str) -> Affix | None:
    """Read what stands after a number; None if it is more than sign, unit and comparison."""
    if not text:
        return EMPTY
    return _read(text, _SUFFIX_PART) if len(text) <= _LONGEST else None


def _read(text: str, pattern: re.Pattern[str]) -> Affix | None:
    parts: dict[str, str] = {}
    units: list[str] = []
    scales: list[int] = []
    position, end = 0, len(text.rstrip(" "))
    while position < end:
        found = pattern.match(text, position)
        if found is None:
            word = _money(text[position:])
            if word is None:
                return None
            position += word.end
            units.extend([word.currency] if word.currency else [])
            scales.extend([] if word.exponent is None else [word.exponent])
            continue
        name = found.lastgroup or ""
        if name in parts:
            return None
        parts[name], position = found[name], found.end()
        if name == "sign" and found.group().endswith(" "):
            parts["apart"] = " "
    return _affix(parts, units, scales)


def _money(text: str) -> Word | None:
    """Return the word at the beginning of a text that is a currency with a code, a power of ten, or both."""
    words = find_words(text) if len(text) <= _LONGEST_MONEY else []
    if not words or words[0].role not in _MONEY or words[0].start > 1 or text[: words[0].start].strip(" "):
        return None
    return words[0] if words[0].currency is not None or words[0].exponent is not None else None


def _affix(parts: dict[str, str], units: list[str], scales: list[int]) -> Affix | None:
    units += [unit for name, words in parts.items() if (unit := _UNITS.get(name) or _CENTS.get(words))]
    if "cents" in parts:
        scales.append(-2)
    if "letter" in parts:
        scales.append(LETTER_SCALES[parts["letter"].lower().rstrip(".")])
    if len(units) > 1 or len(scales) > 1:
        return None
    return Affix(
        sign=parts.get("sign") or parts.get("minus") or "",
        is_apart="apart" in parts,
        has_bracket="open" in parts or "close" in parts,
        has_angle=parts.get("at_most") == "<" or "angle" in parts,
        compare=">" if "at_least" in parts or "more" in parts else "<" if "at_most" in parts or "less" in parts else "",
        unit=units[0] if units else None,
        scale=scales[0] if scales else None,
        is_letter="letter" in parts,
        per_share="per_share" in parts,
        counts="number" in parts,
        side=parts.get("side", "").upper(),
    )
