"""Parse currencies from signs, codes and names to ISO 4217 codes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.quantities.case import fold_case
from app.quantities.unit_words import CODES, DOLLARS, SIGNS, WORDS_OR_CURRENCIES, find_words

SIGN = "[$€£¥₹]"
"""A currency sign of one character."""


@dataclass(frozen=True, slots=True)
class CurrencyMention:
    """A currency, mentioned at `start` to `end` of a text."""

    code: str
    start: int
    end: int


_BY_SIGN = {code: code for code in CODES} | {"RMB": "CNY"}
_BY_SIGN |= {f"{letters}$".upper(): code for letters, code in DOLLARS.items()} | SIGNS | {"$": "USD"}
CODE = rf"(?:{'|'.join(sorted(CODES))}|RMB)"
"""An ISO 4217 code. Other patterns can include it, because it has no groups. Use it in case-sensitive patterns only."""

_DOLLAR = r"(?:\b(?:US|Cdn|CA?|AU?|HK|NZ|S|R))?\$"

CURRENCY = rf"(?:{_DOLLAR}|[€£¥₹]|\b{CODE})"
"""A currency sign or code before an amount. Other patterns can include it, because it has no groups. Use it in
case-sensitive patterns only.
"""

# A code at the beginning of a table row is the row's label.
_BEFORE_AMOUNT = re.compile(rf"{_DOLLAR}|[€£¥₹]|\b(?:(?<=[^\n]){CODE}\b|{CODE}\b(?!\t))(?=\s*[\d(])")
# Where a sign or a code can begin. The search by first characters is several times as fast as that for the amount.
_BEGINNING = re.compile(r"[$€£¥₹A-Z](?:(?<=[$€£¥₹])|(?<!\w.)[A-Zd$])")
_AFTER_AMOUNT = re.compile(rf"\s*(?:({CODE})|((?:US )?dollars|euros?|pounds))\b", re.IGNORECASE)
_BESIDE = {"d": "USD", "u": "USD", "e": "EUR", "p": "GBP"}


def find_named_currency(text: str) -> str | None:
    """Return the currency in a statement of units, given as sign, code or name. The US dollar is returned only if no
    other currency is found.
    """
    named = [word.currency for word in find_words(text) if word.currency and word.text not in WORDS_OR_CURRENCIES]
    codes = ["USD" if code == "$" else code for code in named]
    return next((code for code in codes if code != "USD"), codes[0] if codes else None)


def find_signs(text: str) -> Iterator[CurrencyMention]:
    """Find the currency signs in a text, and the codes before amounts, in order."""
    position = 0
    while (beginning := _BEGINNING.search(text, position)) is not None:
        found = _BEFORE_AMOUNT.match(text, beginning.start())
        if found is not None:
            yield CurrencyMention(parse_currency(found.group()), *found.span())
        position = beginning.start() + 1 if found is None else found.end()


def match_currency(text: str, start: int) -> str | None:
    """Return the currency directly after a number that ends at `start` (" euros"), if any."""
    found = _AFTER_AMOUNT.match(text, start)
    if found is None:
        return None
    return parse_currency(found.group(1)) if found.group(1) else _BESIDE[found.group(2)[0].lower()]


def parse_currency(sign: str) -> str:
    """Return the ISO code of a match of `CURRENCY`."""
    return _BY_SIGN[fold_case(sign).upper()]
