"""Figures that a balance sheet states within its labels: numbers of shares, par values, allowances.

"Common stock, $0.01 par value: 500,000,000 shares authorized; 120,000,000 and 118,000,000 shares issued"
(17 CFR 210.5-02.3, .4, .13, .28, .29). Each figure is of the column whose day or year it names, or of the one with its
rank; one figure is of all columns.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from app.facts.model import Measure
from app.facts.statements.label_counts import Count, find_amounts, find_classes, find_counts, find_treasury

_MOST_OF_LABEL = 1000
_PAR = re.compile(
    r"\b(?:par|stated)\s+value\s*(?:per\s+share\s*)?(?:of\s+)?\$\s?(\d*\.?\d+)(?![\d/]|\.\d|\s*\d+/\d)"
    r"|\$\s?(\d*\.?\d+)\s+(?:per\s+share\s+)?(?:par|stated)\b",
    re.IGNORECASE,
)
_AMOUNTS = (
    (
        re.compile(r"\ballowances?\b", re.IGNORECASE),
        "AllowanceForDoubtfulAccountsReceivableCurrent",
        re.compile(r"^(?!.*\b(?:long[\s-]term|non-?current)\b).*\breceivables?\b", re.IGNORECASE | re.DOTALL),
    ),
    (
        re.compile(r"\baccumulated\s+(?:depreciation|amortization)\b", re.IGNORECASE),
        "AccumulatedDepreciationDepletionAndAmortizationPropertyPlantAndEquipment",
        re.compile(r"\bpropert", re.IGNORECASE),
    ),
)
_TRADE = re.compile(r"\b(?:trade|accounts?)\b", re.IGNORECASE)
_COMMON = re.compile(
    r"\b(?:common|ordinary|capital)\s+(?:stock|shares)\b|\bclass\s+(?-i:[A-Z])\s+(?:stock|shares)\b", re.IGNORECASE
)
_UP_TO_FIGURES = re.compile(r"[\d$€£¥]|\b(?:no\s+)?par\b|\bauthori[sz]ed\b|\bissued\b|\boutstanding\b", re.IGNORECASE)
_SHARES = {"authorized": "SharesAuthorized", "issued": "SharesIssued", "outstanding": "SharesOutstanding"}
_EXCEPTED = re.compile(r"\bexcept\b[^)|]{0,80}?\b(?:shares?|par)\b[^)|]*", re.IGNORECASE)
_PER_SHARE = re.compile(r"\bper[\s-]+(?:\S+[\s-]+)?shares?\b", re.IGNORECASE)
_IN_DOLLARS = re.compile(
    r"\bdollars?\s+in\b|\$\s*in\b|\b(?:thousands|millions)\s+of\s+(?:\S+\s+)?dollars\b", re.IGNORECASE
)
_SHARES_IN = re.compile(
    r"\bshares?\b(?:(?!\bdollars?\b|\bexcept\b)[^()|]){0,60}\bin\s+(thousands|millions)\b|\b(thousands|millions)\s+of\s+shares\b",
    re.IGNORECASE,
)
_PAIR = 2
_WHOLE = 1_000_000
_MOST_SHARES = Decimal(10) ** 11
"""No company has authorized so many shares: such a figure is not in thousands or millions."""


@dataclass(frozen=True, slots=True)
class Label:
    """A row's label in a balance sheet. `path` has the labels above it, the outermost first."""

    text: str
    path: tuple[str, ...] = ()
    has_amounts: bool = True


@dataclass(frozen=True, slots=True)
class LabelFigure:
    """A figure in the label with that place. `scale` is None if it is not known. `part` is the class of shares that it
    is of, or None for all.
    """

    label: int
    concept: str
    count: Count
    scale: int | None
    measure: Measure
    part: str | None = None

    def is_of(self, rank: int, days: Sequence[date]) -> bool:
        """Return whether it is the figure of the column with that rank. `days` are those of all columns."""
        if self.count.days:
            return any(named.is_of(days[rank]) and sum(map(named.is_of, days)) == 1 for named in self.count.days)
        return self.count.rank is None or (self.count.rank == rank and len(days) == _PAIR)


def find_label_figures(labels: Sequence[Label], *, units: str, scale: int | None) -> list[LabelFigure]:
    """Return the figures that the labels of one balance sheet state, in order.

    `units` are the lines that state units, with "|" between them, and `scale` is that of the amounts.
    """
    labels = [replace(label, text=" ".join(label.text[:_MOST_OF_LABEL].split())) for label in labels]
    figures = [figure for at, label in enumerate(labels) for figure in _figures(at, label, scale)]
    of_shares = _scale_of_shares([each.count for each in figures if each.measure is Measure.SHARES], units, scale)
    rows = {(each.concept, each.label) for each in figures if labels[each.label].has_amounts}
    several = {concept for concept, count in Counter(concept for concept, _ in rows).items() if count > 1}
    trade = Counter(concept for concept, at in rows if _TRADE.search(labels[at].text))
    found: list[LabelFigure] = []
    for each in figures:
        label = labels[each.label]
        if each.measure is Measure.MONEY:
            if each.concept not in several or (trade[each.concept] == 1 and _TRADE.search(label.text)):
                found.append(each)
            continue
        own = of_shares if each.measure is Measure.SHARES and each.scale is None else each.scale
        found.append(replace(each, scale=own, part=_part(each, label, is_one_of_several=each.concept in several)))
    return found


def figures_of_column(figures: Sequence[LabelFigure], rank: int, days: Sequence[date]) -> Iterator[LabelFigure]:
    """Yield the figures of one column among those of one label. Where the label states two different ones, none is."""
    own = [figure for figure in figures if figure.is_of(rank, days)]
    values: dict[tuple[str, str | None], set[tuple[Decimal, int | None]]] = {}
    for figure in own:
        values.setdefault((figure.concept, figure.part), set()).add((figure.count.value, figure.scale))
    yield from (figure for figure in own if len(values[figure.concept, figure.part]) == 1)


def _part(figure: LabelFigure, label: Label, *, is_one_of_several: bool) -> str | None:
    """Return the class of shares that a figure is of; None for the only class of the issuer."""
    own = figure.count.part
    if own is not None and (own.casefold().startswith("series") or len(find_classes(label.text)) > 1):
        return own
    if not (is_one_of_several and label.has_amounts):
        return None
    return (
        own
        or next(iter(find_classes(label.text)), None)
        or _UP_TO_FIGURES.split(label.text, maxsplit=1)[0].strip(" ,;:(–—-")
        or label.text
    )


def _figures(at: int, label: Label, money: int | None) -> Iterator[LabelFigure]:
    if not any(character.isdigit() for character in label.text):
        return
    stock = next(filter(None, map(_stock_of, (label.text, *reversed(label.path)))), None)
    if stock == "TreasuryStock":
        if _stock_of(label.text) == stock:
            for count in find_treasury(label.text):
                yield LabelFigure(at, "TreasuryStockCommonShares", count, count.power, Measure.SHARES)
    elif stock is not None:
        for count in find_counts(label.text):
            for word in dict.fromkeys(count.words):
                yield LabelFigure(at, f"{stock}{_SHARES[word]}", count, count.power, Measure.SHARES)
        par = _PAR.search(label.text)
        classes = find_classes(label.text[: par.end()]) if par is not None else ()
        if par is not None and len(classes) <= 1:
            count = Count(Decimal(par[1] or par[2]), 0, part=next(iter(classes), None))
            yield LabelFigure(at, f"{stock}ParOrStatedValuePerShare", count, 0, Measure.PER_SHARE)
    for pattern, concept, kind in _AMOUNTS:
        found = pattern.search(label.text)
        if found is not None and kind.search(" ".join((*label.path[-1:], label.text))):
            for count in find_amounts(label.text[found.end() :]):
                scale = money if count.power is None else count.power
                yield LabelFigure(at, concept, count, scale, Measure.MONEY)


def _stock_of(text: str) -> str | None:
    if re.search(r"\btreasury\b", text, re.IGNORECASE):
        return "TreasuryStock"
    is_preferred = re.search(r"\b(?:preferred|preference)\b", text, re.IGNORECASE) is not None
    is_common = _COMMON.search(text) is not None
    if is_preferred and is_common:
        return None
    return "PreferredStock" if is_preferred else "CommonStock" if is_common else None


def _scale_of_shares(counts: Sequence[Count], units: str, money: int | None) -> int | None:
    """Return the power of ten of all numbers of shares without a word such as "million"; None if it is not certain."""
    plain = [count.value for count in counts if count.power is None]
    stated = _SHARES_IN.search(units)
    if not plain:
        return None
    if stated is not None:
        return 3 if "thousands" in stated[0].casefold() else 6
    if any(value % 1 for value in plain):
        return money
    excepted, largest = _EXCEPTED.search(units), max(plain)
    if money == 0 or (
        excepted is not None and re.search(r"\bshares?\b", _PER_SHARE.sub("", excepted[0]), re.IGNORECASE)
    ):
        return 0
    if excepted is None or not money or _IN_DOLLARS.search(units):
        return 0 if largest >= _WHOLE else None
    # "In millions, except per share data": of all figures, but some issuers mean the amounts only.
    is_possible = largest.scaleb(money) < _MOST_SHARES
    return money if is_possible and largest < _WHOLE else 0 if largest >= _WHOLE and not is_possible else None
