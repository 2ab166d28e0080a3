"""Figures that a balance sheet states within its labels: numbers of shares, par values, allowances.

"Common stock, $0.01 par value: 500,000,000 shares authorized; 120,000,000 and 118,000,000 shares issued". Two figures
are those of the first and the second column; one figure is that of all columns (17 CFR 210.5-02.3, .4, .13, .28, .29).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from app.facts.model import Measure

_MOST_OF_LABEL = 600
_NUMBER = r"\$?\s?(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?:\s*(thousand|million|billion))?(?![\d%])"
_PAIR = rf"{_NUMBER}(?:\s+(?:shares\s+)?and\s+{_NUMBER})?"
_STATE = r"(authorized|issued\s+and\s+outstanding|outstanding|issued)"
_BEFORE = re.compile(
    rf"(?<![\d,.]){_PAIR}(?:\s+(?:preferred|common|ordinary))?(?:\s+shares)?,?\s+(?:were\s+)?{_STATE}\b", re.IGNORECASE
)
_AFTER = re.compile(
    rf"\b(?:shares\s+)?{_STATE}(?:\s+shares)?\s*[-–—:,]?\s+{_PAIR}(?!\s+(?:shares\s+)?{_STATE})", re.IGNORECASE
)
_PAR = re.compile(
    r"\b(?:par|stated)\s+value\s*(?:per\s+share\s*)?(?:of\s+)?\$\s?(\d*\.?\d+)|\$\s?(\d*\.?\d+)\s+(?:per\s+share\s+)?(?:par|stated)\b",
    re.IGNORECASE,
)
_TREASURY = re.compile(rf"(?<![\d,.]){_PAIR}\s+shares\b", re.IGNORECASE)
_ALLOWANCE = re.compile(rf"\ballowances?\b[^\d$]{{0,60}}\bof\s+{_PAIR}", re.IGNORECASE)
_DEPRECIATION = re.compile(
    rf"\baccumulated\s+(?:depreciation|amortization)\b[^\d$]{{0,60}}\bof\s+{_PAIR}", re.IGNORECASE
)
_POWERS = {"thousand": 3, "million": 6, "billion": 9}
_SHARES = {"authorized": "SharesAuthorized", "issued": "SharesIssued", "outstanding": "SharesOutstanding"}
_EXCEPT_SHARES = re.compile(r"\bexcept\b[^)]*\b(?:shares?|par)\b", re.IGNORECASE)
_SHARES_IN_THOUSANDS = re.compile(
    r"\bshares?\b[^)]*\b(?:reflected\s+)?in\s+thousands\b|\bthousands\s+of\s+shares\b", re.IGNORECASE
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_WHOLE = 1_000_000


@dataclass(frozen=True, slots=True)
class LabelFigure:
    """A figure in a label. `rank` is the column that it is of, or None for all columns. `scale` is None if unknown."""

    concept: str
    value: Decimal
    scale: int | None
    measure: Measure
    rank: int | None


def find_label_figures(label: str, path: str, *, units: str, scale: int | None) -> Iterator[LabelFigure]:
    """Yield the figures that a label states, in order.

    `path` are the labels above it; `units` are the lines that state units, and `scale` is that of the amounts.
    """
    text = " ".join(label[:_MOST_OF_LABEL].split())
    if not any(character.isdigit() for character in text):
        return
    stock = _stock_of(f"{path} {text}".casefold())
    if stock is not None:
        yield from _counts(text, stock, units, scale)
        par = _PAR.search(text)
        if par is not None and stock != "TreasuryStock":
            yield LabelFigure(f"{stock}ParOrStatedValuePerShare", Decimal(par[1] or par[2]), 0, Measure.PER_SHARE, None)
    for pattern, concept in (
        (_ALLOWANCE, "AllowanceForDoubtfulAccountsReceivableCurrent"),
        (_DEPRECIATION, "AccumulatedDepreciationDepletionAndAmortizationPropertyPlantAndEquipment"),
    ):
        found = pattern.search(text)
        is_of = "receivable" in text.casefold() if pattern is _ALLOWANCE else "propert" in text.casefold()
        if found is not None and is_of:
            yield from _pair(concept, found.groups(), Measure.MONEY, scale)


def _stock_of(text: str) -> str | None:
    if "treasury" in text:
        return "TreasuryStock"
    if "preferred" in text or "preference" in text:
        return "PreferredStock"
    return "CommonStock" if re.search(r"\b(?:common|ordinary|capital) (?:stock|shares)\b", text) else None


def _counts(text: str, stock: str, units: str, money: int | None) -> Iterator[LabelFigure]:
    if stock == "TreasuryStock":
        found = _TREASURY.search(text)
        if found is not None and (found[3] is not None or _YEAR.search(text) is None):
            yield from _pair(
                "TreasuryStockCommonShares", found.groups(), Measure.SHARES, _scale(found[0], units, money)
            )
        return
    seen: set[str] = set()
    for pattern in (_BEFORE, _AFTER):
        for found in pattern.finditer(text):
            groups = [group for group in found.groups() if group is None or not re.match(_STATE, group, re.IGNORECASE)]
            state = next(group for group in found.groups() if group and re.match(_STATE, group, re.IGNORECASE))
            for word in re.findall(r"authorized|issued|outstanding", state.casefold()):
                if word not in seen:
                    seen.add(word)
                    scale = _scale(found[0], units, money)
                    yield from _pair(f"{stock}{_SHARES[word]}", tuple(groups), Measure.SHARES, scale)


def _pair(
    concept: str, groups: tuple[str | None, ...] | list[str | None], measure: Measure, scale: int | None
) -> Iterator[LabelFigure]:
    """Yield one or two figures of the groups: number, word, number, word."""
    first, word, second, other = groups[:4]
    for rank, number, power in ((0, first, word or other), (1, second, other or word)):
        if number is not None:
            own = scale if power is None else _POWERS[power.casefold()]
            value = Decimal(number.replace(",", ""))
            yield LabelFigure(concept, value, own, measure, rank if second is not None else None)


def _scale(numbers: str, units: str, money: int | None) -> int | None:
    """Return the power of ten of a number of shares; None if it is not certain."""
    if _SHARES_IN_THOUSANDS.search(units):
        return 3
    if re.search(r"\d\.\d", numbers):
        return money
    largest = max((int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", numbers)), default=0)
    if _EXCEPT_SHARES.search(units) or largest >= _WHOLE or money == 0:
        return 0
    return None
