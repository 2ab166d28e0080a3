"""Figures as statements print them, and by what they are to be multiplied."""

import re
from dataclasses import dataclass
from decimal import Decimal

_EXPONENTS = {"thousand": 3, "million": 6, "billion": 9}
_SCALE = re.compile(r"\b(thousand|million|billion)s?\b", re.IGNORECASE)
_MONEY_SCALE = re.compile(r"(?:dollars|amounts|[$€£¥])[^,;]{0,40}?\b(thousand|million|billion)s?\b", re.IGNORECASE)
_SHARE_SCALE = re.compile(r"\bshares?\b[^.;]{0,40}?\bin (thousand|million)s", re.IGNORECASE)
_PER_SHARE = re.compile(
    r"\b(?:and\s+)?(?:earnings\s+)?per[\s-]+(?:\w+\s+)?share(?:\s+(?:data|amounts?|figures))?", re.I
)
_EXCEPT_SHARES = re.compile(r"\bexcept\b.*\bshares?\b", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Scales:
    """Powers of ten: of amounts of money, and of numbers of shares."""

    money: int
    shares: int

    @classmethod
    def of(cls, units: str, *, otherwise: int) -> "Scales":
        """What a table says of its units ("in millions, except shares in thousands"); `otherwise` where it doesn't."""
        found = _MONEY_SCALE.search(units) or _SCALE.search(units)
        money = otherwise if found is None else _EXPONENTS[found.group(1).lower()]
        told = _SHARE_SCALE.search(_PER_SHARE.sub("", units))
        if told is not None:
            return cls(money, _EXPONENTS[told.group(1).lower()])
        return cls(money, 0 if _EXCEPT_SHARES.search(_PER_SHARE.sub("", units)) else money)


def find_scale(text: str) -> int | None:
    """The power of ten that a text names, if any."""
    found = _SCALE.search(text)
    return None if found is None else _EXPONENTS[found.group(1).lower()]


def parse_figure(text: str) -> Decimal | None:
    """The figure as it is printed, negative in brackets or after a minus; a dash is 0; None for a percentage."""
    bare = re.sub(r"[^\d.%()−–—-]", "", text)
    if "%" in bare:
        return None
    digits = re.sub(r"[^\d.]", "", bare)
    if not digits:
        return Decimal(0) if bare.strip("()") else None
    value = Decimal(digits)
    return -value if "(" in bare or bare[0] in "-−–" else value
