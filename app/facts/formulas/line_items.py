"""Line items that formulas name: the standard items, with what else to look for where an item has no facts."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from app.facts.formulas.definitions import LineItem
from app.facts.items.standard import StandardItem, load_items
from app.facts.model import StatementKind
from app.facts.sought import Sought

_MOST_CONCEPTS = 3
"""Concepts of an item that are looked for by themselves, if no fact is placed as the item."""

_OR_ELSE: Final[Mapping[str, tuple[str, ...]]] = {
    "NetIncome": ("ProfitLoss", "NetIncomeToCommonShareholders"),
    "AllEquityBalance": ("AllEquityBalanceIncludingMinorityInterest",),
    "AllEquityBalanceIncludingMinorityInterest": ("AllEquityBalance",),
    "CashAndMarketableSecurities": ("CashAndCashEquivalents",),
    "PlantPropertyEquipmentNet": ("RealEstateInvestments",),
    "AssetImpairmentChargesIS": ("GoodwillWriteoffs", "ImpairmentChargesCF"),
    "StockBasedCompensationCF": ("StockBasedCompensationExpense",),
    "EarningsPerShareBasic": ("EarningsPerShareBasicAndDiluted",),
    "EarningsPerShareDiluted": ("EarningsPerShareBasicAndDiluted",),
    "SharesYearEnd": ("SharesIssued",),
    "OperatingLeaseExpense": ("OccupancyExpense",),
    "Inventories": ("InventoryFinishedGoods",),
    "IntangibleAssets": ("FiniteLivedIntangibleAssetsNet",),
}
"""Items and concepts that take an item's place where an issuer has only these."""

_DEBT: Final = frozenset({"ShortTermDebt", "LongTermDebt", "ConvertibleDebtNonCurrent", "OtherBorrowings"})
_ADDING: Final = _DEBT | {"IntangibleAssets", "PreferredStock", "DebtProceeds", "DebtRepayments"}
"""Items that a statement splits into several rows (commercial paper and bank loans)."""

DEBT: Final = _DEBT | {"CurrentPortionOfLongTermDebt"}
"""Items that a row of debt may be part of."""

_STRICT: Final = DEBT | {
    "FinanceLeaseCurrent", "FinanceLeaseNonCurrent",
    "OperatingLeaseCurrentDebtEquivalent", "OperatingLeaseNonCurrentDebtEquivalent",
}  # fmt: skip
"""Items that count only as lines of the balance sheet: a note also states them if another line includes them."""

_POSITIVE: Final = frozenset({
    "CostOfGoodsAndServicesSold", "SellingGeneralAndAdminExpenses", "ResearchAndDevelopmentExpenses", "MarketingExpenses",
    "TotalOperatingExpenses", "DepreciationAmortizationCF", "DepreciationExpense", "Depreciation", "OperatingLeaseExpense",
    "CapitalExpenses", "CommonDividendsPaid", "StockRepurchasePayments", "DebtRepayments", "InterestPaid",
    "PreferredDividendExpense", "NonInterestExpense", "PolicyBenefitsAndClaims", "AccumulatedDepreciation",
    "TradePayables", "Liabilities", "CurrentLiabilitiesTotal", "NonCurrentLiabilitiesTotal", "TotalDeposits",
}) | _STRICT  # fmt: skip
"""Costs, payments, deductions and liabilities, which are never negative by their nature: some statements of financial
position print liabilities in brackets.
"""

_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "CostOfGoodsAndServicesSold": ("total cost of revenue", "total cogs", "cost of goods"),
    "ResearchAndDevelopmentExpenses": ("r&d expense", "r&d expenses"),
    "InterestExpense": ("total interest expense", "gross interest expense", "interest"),
    "NetIncome": ("net income attributable to shareholders",),
    "OperatingLeaseExpense": ("rent expense", "operating lease cost", "rent"),
    "PolicyBenefitsAndClaims": ("claims incurred", "losses and lae"),
    "SharesAverage": ("average shares outstanding", "basic weighted average shares"),
    "TradeReceivables": ("trade accounts receivable", "net accounts receivable"),
    "Inventories": ("net inventory",),
    "PlantPropertyEquipmentNet": ("net property plant and equipment", "ppne"),
    "TradePayables": ("trade accounts payable",),
    "CurrentPortionOfLongTermDebt": ("long-term debt due within one year",),
    "SharesYearEnd": ("number of shares", "shares outstanding at year end"),
    "NetCashFromOperatingActivities": ("cash provided by operations",),
    "CapitalExpenses": ("additions to pp&e", "investments in property plant and equipment"),
    "CommonDividendsPaid": ("total cash dividends paid", "common dividends paid"),
}
"""Analysts' words beyond those of `app.facts.items.names`."""

_OTHERS: Final = (
    LineItem(
        "NetIncomeOfCommonShareholders",
        Sought(
            ("NetIncomeToCommonShareholders", "NetIncome"),
            ("net income attributable to common shareholders", "net income attributable to common stockholders"),
            statement=StatementKind.INCOME,
        ),
        ("net income attributable to common shareholders", "net income attributable to common stockholders"),
    ),
    LineItem(
        "UnderwritingExpenses",
        Sought(
            ("OtherUnderwritingExpense", "DeferredPolicyAcquisitionCostAmortizationExpense"),
            ("underwriting expenses", "policy acquisition costs"),
            statement=StatementKind.INCOME,
        ),
        ("underwriting expenses", "underwriting expense"),
    ),
)


@cache
def line_items() -> Mapping[str, LineItem]:
    """Return all line items by name."""
    return {item.name: item for item in (*map(_line_item, load_items().values()), *_OTHERS)}


def _line_item(item: StandardItem) -> LineItem:
    names = (item.name, *item.concepts[:_MOST_CONCEPTS], *_OR_ELSE.get(item.name, ()))
    sought = Sought(
        names=tuple(dict.fromkeys(names)),
        concepts=item.concepts,
        statement=item.statement,
        is_strict=item.name in _STRICT,
        adds=item.name in _ADDING,
        is_positive=item.name in _POSITIVE,
        is_debt=item.name in DEBT,
    )
    return LineItem(item.name, sought, _WORDS.get(item.name, ()))
