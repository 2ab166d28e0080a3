"""Items that are one amount unless a document's statements show what tells them apart.

Net income and equity with the share of noncontrolling interests are those of the company if there are no such interests
(ASC 810-10-45). Results and cash flows from continuing operations are the whole ones without discontinued operations
(ASC 205-20-45). Net income is available to common shareholders if nothing goes to preferred shares or participating
securities first (ASC 260-10-45). Filers then tag either concept, and an analyst sees one item.
"""

import re
from collections.abc import Container, Iterable, Mapping, Set
from decimal import Decimal
from typing import Final

NONCONTROLLING, DISCONTINUED, PREFERRED = "noncontrolling", "discontinued", "preferred"
EVERY: Final = frozenset({NONCONTROLLING, DISCONTINUED, PREFERRED})

_SAME: Final[Mapping[str, tuple[str, str]]] = {
    "ProfitLoss": ("NetIncome", NONCONTROLLING),
    "AllEquityBalanceIncludingMinorityInterest": ("AllEquityBalance", NONCONTROLLING),
    "IncomeLossContinuingOperations": ("ProfitLoss", DISCONTINUED),
    "EarningsPerShareContinuingBasic": ("EarningsPerShareBasic", DISCONTINUED),
    "EarningsPerShareContinuingDiluted": ("EarningsPerShareDiluted", DISCONTINUED),
    "NetCashFromOperatingActivitiesContinuing": ("NetCashFromOperatingActivities", DISCONTINUED),
    "NetCashFromInvestingActivitiesContinuing": ("NetCashFromInvestingActivities", DISCONTINUED),
    "NetCashFromFinancingActivitiesContinuing": ("NetCashFromFinancingActivities", DISCONTINUED),
    "NetIncomeToCommonShareholders": ("NetIncome", PREFERRED),
}
"""The item that each item equals unless a document shows the third."""

_CONCEPTS: Final = {
    NONCONTROLLING: re.compile(
        r"^(?!.*(?:IncludingPortionAttributableTo|BeforeIncomeTaxes)).*"
        r"(?:Noncontrolling(?:Interest|Entity)|MinorityInterest|MinorityShareholder)"
    ),
    DISCONTINUED: re.compile(r"(?<!Including)(?<!And)DiscontinuedOperation"),
    PREFERRED: re.compile(
        r"(?<!Of)(?:Preferred\w*Dividend|DividendsPreferred)|ParticipatingSecurit|PreferredStockRedemption"
    ),
}


def item_shown(item: str, shown: Container[str]) -> str:
    """Return the item that an item is in a document. `shown` are the names of what its statements show."""
    while item in _SAME:
        other, needed = _SAME[item]
        if needed in shown:
            break
        item = other
    return item


def shown_by(concepts: Iterable[str]) -> frozenset[str]:
    """Return what statements show, by the concepts that they are tagged with."""
    names = frozenset(concepts)
    return frozenset(shown for shown, pattern in _CONCEPTS.items() if any(map(pattern.search, names)))


def shown_by_amounts(periods: Iterable[Mapping[str, Set[Decimal]]]) -> frozenset[str]:
    """Return what a document shows by different amounts of items that are else one. `periods` has the amounts of each
    period, by item.
    """
    return frozenset(
        _SAME[item][1]
        for amounts in periods
        for item in _SAME.keys() & amounts.keys()
        if any(other in amounts and amounts[item].isdisjoint(amounts[other]) for other in _others(item))
    )


def _others(item: str) -> Iterable[str]:
    while item in _SAME:
        item = _SAME[item][0]
        yield item
