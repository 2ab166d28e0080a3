"""Items that are the same amount unless a document's statements show a difference.

Net income and equity with the share of noncontrolling interests are those of the company if there are no such interests
(ASC 810-10-45). Results and cash flows from continuing operations are the whole ones without discontinued operations
(ASC 205-20-45). Net income is available to common shareholders if nothing goes to preferred shares or participating
securities first (ASC 260-10-45). Interest less interest income is what a bank earns, and a cost anywhere else
(Regulation S-X 5-03 and 9-04). Administrative expenses are all of SG&A without selling expenses, prepaid expenses are
the other current assets without a row of others, and operating expenses are all costs without cost of revenue. Filers
then tag either concept, and an analyst sees one item.
"""

import re
from collections.abc import Container, Iterable, Mapping, Set
from decimal import Decimal
from typing import Final

NONCONTROLLING, DISCONTINUED, PREFERRED = "noncontrolling", "discontinued", "preferred"
BANK, SELLING, OTHER_CURRENT, COST_OF_REVENUE = "bank", "selling", "other-current", "cost-of-revenue"
EVERY: Final = frozenset({NONCONTROLLING, DISCONTINUED, PREFERRED, BANK, SELLING, OTHER_CURRENT, COST_OF_REVENUE})

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
    "NetInterestIncome": ("InterestExpenseNet", BANK),
    "GeneralAndAdministrativeExpenses": ("SellingGeneralAndAdminExpenses", SELLING),
    "PrepaidExpenses": ("OtherNonOperatingCurrentAssets", OTHER_CURRENT),
    "TotalOperatingExpenses": ("CostsSubtotal", COST_OF_REVENUE),
}
"""The item that each item equals unless a document shows the third."""

SHARED: Final = frozenset(item for item, _ in _SAME.values())
"""The items that others are in some documents."""

_CONCEPTS: Final = {
    NONCONTROLLING: re.compile(
        r"^(?!.*(?:IncludingPortionAttributableTo|BeforeIncomeTaxes)).*"
        r"(?:Noncontrolling(?:Interest|Entity)|MinorityInterest|MinorityShareholder)"
    ),
    DISCONTINUED: re.compile(r"(?<!Including)(?<!And)DiscontinuedOperation"),
    PREFERRED: re.compile(
        r"(?<!Of)(?:Preferred\w*Dividend|DividendsPreferred)|ParticipatingSecurit|PreferredStockRedemption"
    ),
    BANK: re.compile(
        r"^(?:InterestIncomeExpenseAfterProvision|InterestAndDividendIncomeOperating$|InterestAndFeeIncomeLoans"
        r"|InterestExpenseDeposits$|Noninterest(?:Income|Expense)$|RevenuesNetOfInterestExpense$|Deposits$)"
    ),
    SELLING: re.compile(
        r"^(?:Sell|Sales(?!Revenue)|Marketing|Advertising|CooperativeAdv|Distribution)\w*(?:Expense|Costs?)$"
    ),
    OTHER_CURRENT: re.compile(r"^(?:OtherAssets?Current|OtherCurrent\w*Assets|AssetsOtherCurrent)$"),
    COST_OF_REVENUE: re.compile(r"^(?:CostOf(?!Pur)|GrossProfit$|DirectCosts|DirectOperatingCosts)"),
}


def item_shown(item: str, shown: Container[str]) -> str:
    """Return the item that an item is in a document. `shown` are the names of what its statements show."""
    while item in _SAME:
        other, needed = _SAME[item]
        if needed in shown:
            break
        item = other
    return item


def is_shared(item: str, other: str) -> bool:
    """Return whether the first item is the other one in some documents."""
    return other in _others(item)


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
