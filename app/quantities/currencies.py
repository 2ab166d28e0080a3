"""Parse currencies from signs, codes and names to ISO 4217 codes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.quantities.case import fold_case

SIGN = "[$€£¥₹]"
"""A currency sign of one character."""


@dataclass(frozen=True, slots=True)
class CurrencyMention:
    """A currency, mentioned at `start` to `end` of a text."""

    code: str
    start: int
    end: int


# Code, unambiguous signs, and name pattern. The US dollar is last: other currencies' names contain "dollars".
_CURRENCIES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("CAD", ("C$", "CA$", "Cdn$"), r"Canadian\s+dollars"),
    ("AUD", ("A$", "AU$"), r"Australian\s+dollars"),
    ("HKD", ("HK$",), r"Hong\s+Kong\s+dollars"),
    ("SGD", ("S$",), r"Singapore\s+dollars"),
    ("NZD", ("NZ$",), r"New\s+Zealand\s+dollars"),
    ("EUR", ("€",), r"euros?"),
    ("GBP", ("£",), r"pounds?\s+sterling"),
    ("CHF", (), r"Swiss\s+francs?"),
    ("JPY", ("¥",), r"(?:Japanese\s+)?yen"),
    ("CNY", ("RMB",), r"renminbi"),
    ("SEK", (), r"Swedish\s+kron\w+"),
    ("NOK", (), r"Norwegian\s+kron\w+"),
    ("DKK", (), r"Danish\s+kron\w+"),
    ("INR", ("₹",), r"Indian\s+rupees"),
    ("BRL", ("R$",), r"Brazilian\s+reais"),
    ("MXN", (), r"Mexican\s+pesos"),
    ("USD", ("US$", "$"), r"(?:U\.?S\.?\s+)?dollars"),
)


def _whole(sign: str) -> str:
    """Return a pattern for a sign that no letter precedes."""
    return rf"(?<![A-Za-z]){re.escape(sign)}" + (r"\b" if sign.isalpha() else "")


_BY_SIGN = {code: code for code, _, _ in _CURRENCIES}
_BY_SIGN |= {sign.upper(): code for code, signs, _ in _CURRENCIES for sign in signs}
CODE = rf"(?:{'|'.join(code for code, _, _ in _CURRENCIES)}|RMB)"
"""An ISO 4217 code. Other patterns can include it, because it has no groups. Use it in case-sensitive patterns only."""

_DOLLAR = r"(?:\b(?:US|Cdn|CA?|AU?|HK|NZ|S|R))?\$"

CURRENCY = rf"(?:{_DOLLAR}|[€£¥₹]|\b{CODE})"
"""A currency sign or code before an amount. Other patterns can include it, because it has no groups. Use it in
case-sensitive patterns only.
"""

_NAMES = tuple(
    (code, re.compile("|".join((*map(_whole, signs), rf"\b{code}\b", rf"\b(?:{name})\b")), re.IGNORECASE))
    for code, signs, name in _CURRENCIES
)
# A code at the beginning of a table row is the row's label.
_BEFORE_AMOUNT = re.compile(rf"{_DOLLAR}|[€£¥₹]|\b(?:(?<=[^\n]){CODE}\b|{CODE}\b(?!\t))(?=\s*[\d(])")
_AFTER_AMOUNT = re.compile(rf"\s*(?:({CODE})|((?:US )?dollars|euros?|pounds))\b", re.IGNORECASE)
_BESIDE = {"d": "USD", "u": "USD", "e": "EUR", "p": "GBP"}


def find_named_currency(text: str) -> str | None:
    """Return the currency in a statement of units, given as sign, code or name. The US dollar is returned only if no
    other currency is found.
    """
    return next((code for code, pattern in _NAMES if pattern.search(text)), None)


def find_signs(text: str) -> Iterator[CurrencyMention]:
    """Find the currency signs in a text, and the codes before amounts, in order."""
    for found in _BEFORE_AMOUNT.finditer(text):
        yield CurrencyMention(parse_currency(found.group()), *found.span())


def match_currency(text: str, start: int) -> str | None:
    """Return the currency directly after a number that ends at `start` (" euros"), if any."""
    found = _AFTER_AMOUNT.match(text, start)
    if found is None:
        return None
    return parse_currency(found.group(1)) if found.group(1) else _BESIDE[found.group(2)[0].lower()]


def parse_currency(sign: str) -> str:
    """Return the ISO code of a match of `CURRENCY`."""
    return _BY_SIGN[fold_case(sign).upper()]
