"""What stands before and after a printed number: sign, brackets, unit, currency, scale, comparison.

The vocabulary of a document is small, so that both readers remember what they read.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from app.quantities.currencies import CODE, parse_currency

_LONGEST = 48
_SCALES = (
    (r"[Tt]housands?|[Tt]sd\.?|TSD", 3),
    (r"[Mm]illions?|MILLIONS?|[Mm]io\.?|[Mm]ill?\.", 6),
    (r"[Bb]illions?|BILLIONS?|[Mm]rd\.?|[Mm]d\.?", 9),
    (r"[Tt]rillions?|TRILLIONS?", 12),
    (r"[Ll]akhs?|[Ll]acs?|LAKHS?", 5),
    (r"[Cc]rores?|CRORES?|Crs?\.?", 7),
    (r"[Mm]{2}|[Mm]n|MN|[Mm]ln", 6),
    (r"[Bb]n|BN|[Bb]ln", 9),
    (r"[Tt]n|TN", 12),
)
_LETTERS = {"k": 3, "K": 3, "m": 6, "M": 6, "b": 9, "B": 9}
_BEFORE_CODE = {"T": 3, "k": 3, "K": 3, "m": 6, "M": 6}
_SCALE_WORD = "|".join(f"(?:{words})" for words, _ in _SCALES)
_SCALE_OF = tuple((re.compile(words), exponent) for words, exponent in _SCALES)

_SIGN = r"(?:(?:U\.?S\.?|Cdn|CA|C|AU|A|HK|NZ|S|R) ?)?\$|[€£¥₹]|Rs\.?(?![A-Za-z])"
_MONEY = (
    rf"(?P<scale_before>[TkKmM](?={CODE}(?![A-Za-z])|€))?(?P<money>{_SIGN}|{CODE}(?=mn?\b|bn\b|k\b|[^A-Za-z]|$))"
    r"(?P<scale_after>(?:mm|mn|m|bn|b|k|MM|M|BN|B|K)(?![A-Za-z]))?"
)
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
    rf"|(?P<scale>{_SCALE_WORD})(?=[ ]?(?:{CODE}|€))|{_MONEY}) ?"
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
    rf"|{_MONEY}|(?P<scale>(?:{_SCALE_WORD})(?![A-Za-z]))|(?P<letter>[kKmMbB](?![A-Za-z]))"
    r"|(?P<name>(?i:(?:US |U\.S\. )?dollars|euros?|pounds?(?: sterling)?|yen|rupees)(?![A-Za-z])))"
)
_UNITS = {"percent": "%", "points": "points", "bps": "bps", "times": "x", "shares": "shares"}
_CENTS = {"p": "GBP", "¢": "$"}
_NAMES = {"u": "USD", "d": "$", "e": "EUR", "p": "GBP", "y": "JPY", "r": "INR"}


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


def _read(text: str, part: re.Pattern[str]) -> Affix | None:
    parts: dict[str, str] = {}
    position, end = 0, len(text.rstrip(" "))
    while position < end:
        found = part.match(text, position)
        if found is None:
            return None
        for name, words in found.groupdict().items():
            if words is None:
                continue
            if name in parts:
                return None
            parts[name] = words
        if found["sign" if "sign" in found.re.groupindex else "minus"]:
            parts["apart"] = " " * found.group().endswith(" ")
        position = found.end()
    return _affix(parts)


def _affix(parts: dict[str, str]) -> Affix | None:
    units = [unit for name, words in parts.items() if (unit := _UNITS.get(name) or _currency(name, words))]
    scales = [scale for name, words in parts.items() if (scale := _scale(name, words))]
    if len(units) > 1 or len(scales) > 1:
        return None
    return Affix(
        sign=parts.get("sign") or parts.get("minus") or "",
        is_apart=bool(parts.get("apart")),
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


def _scale(name: str, words: str) -> int | None:
    if name == "scale_before":
        return _BEFORE_CODE[words]
    if name == "cents":
        return -2
    if name not in ("scale", "scale_after", "letter"):
        return None
    return _LETTERS.get(words) or next(exponent for pattern, exponent in _SCALE_OF if pattern.fullmatch(words))


def _currency(name: str, words: str) -> str | None:
    if name == "name":
        return _NAMES[words[0].lower()]
    if name == "cents":
        return _CENTS.get(words)
    if name != "money" or words == "$":
        return "$" if name == "money" else None
    sign = words.replace(" ", "").replace(".", "")
    return "INR" if sign == "Rs" else parse_currency(sign)
