"""Which way a concept counts: whether its value has the sign of what its row contributes to the statement's result.

A row contributes to net income, to the change in cash, or to total assets or total liabilities and equity. An expense,
a payment, an increase in an asset, a gain that is taken back and a deduction are positive in the taxonomy while their
contribution is negative. Directions follow the us-gaap taxonomy's balance types and the words of which its names are
built (FASB, US GAAP Financial Reporting Taxonomy, "balance" attribute; SEC EDGAR XBRL Guide, section 3.4).
"""

import re
from functools import lru_cache

from app.facts.model import StatementKind
from app.facts.statements.labels import plain_label

_GROUP = re.compile(r"IncludingPortionAttributableToNoncontrollingInterest")
_INCOME_TAKEN = re.compile(
    r"^CostOf|^OtherCostOf|^Costs?And|^Costs|IncomeTaxExpense|^InterestExpense|OperatingExpense|^RevenueCost"
    r"|(?<!After)(?<!Before)ProvisionFor|AttributableTo\w*(?:Noncontrolling|Minority)|^BusinessDevelopment"
    r"|^TechnologyServices|^InformationTechnologyAndData|^Occupancy|^CommunicationsAndInformationTechnology|^FairValueAdjustmentOfWarrants"
)
_INCOME_ADDED = re.compile(
    r"EarningsLossPer|IncomeLoss|GainLoss|GainsLosses|GainOn|GainsOn|IncomeExpense|ProfitLoss|Revenue|Sales(?!Marketing|AndMarketing|Taxes)|GrossProfit"
    r"|Interest\w*Income(?!Expense$)|IncomeFrom|IncomeOther|OtherIncome|DividendIncome|InvestmentIncome|NoninterestIncome"
    r"|Premiums|ComprehensiveIncome|InterestAndDividend|FeesAndCommissions|ManagementAndAdministrativeFees|Recover"
    r"|^(?!\w*(?:Tax|Noncontrolling|Minority))\w*Income(?:Net|Operating|Nonoperating|LossNet)?$"
)
_INCOME_EXPENSE = re.compile(
    r"Expense|Cost|Loss|Charge|Provision|Depreciation|Amortization|Impairment|Tax|Benefits|Claims|Dividends|Restructuring"
    r"|Research|Fees|Noncontrolling|Minority|Interest|Salaries|Selling|Marketing|Administrative|Compensation|Purchased"
    r"|Acquired|Accretion|WriteDown|WriteOff|Distributed|Participating|Adjustments?ToRedeem|Exploration|Production|Fuel|Maintenance"
)
_CASH_ADDED = re.compile(
    r"^Proceeds|^NetCash|^NetIncome|^ProfitLoss|^IncomeLossFromContinuing|^CashProvided|^EffectOf|Dividend\w*Received"
    r"|^EquityMethodInvestmentDividends|^ShareBasedCompensation|^Cash\w*IncludingDi(?:sposal|scontinued)"
)
_CASH_TAKEN = re.compile(
    r"^Payments?|^Repayments?|^Purchase|GainLoss|GainsLosses|^Gains?On|EquityMethod|IncomeExpense|^DividendsPaid"
    r"|IncreaseDecreaseInOperatingCapital|IncreaseDecreaseInOtherOperatingCapital|^OtherNoncashIncome|^Accretion\w*Discount"
    r"|^InterestPaid|^IncomeTaxesPaid|Lease(?:Principal)?Payments$|^CashFlowsUsedIn|^UndistributedEarnings|ExcessTaxBenefit\w*OperatingActivities|^CapitalExpenditure|Contributions?$|DiscontinuedOperation"
)
_CASH_ITSELF = re.compile(r"InCash(?:AndCashEquivalents)?(?:Before|$)")
_ASSETS = re.compile(
    r"Receivable|Inventor|Prepaid|Asset|Cost|Charge|DeferredIncomeTaxes|Loans|Securities|Unbilled|Supplies"
)
_LIABILITIES = re.compile(
    r"Payable|Liabilit|Accrued|Deferred|Customer|Obligation|Deposit|Reserve|Unearned|ShortTermDebt|Refund|DueTo|Tax"
    r"|Employee|Pension|Postretirement|Insurance|Warranty|Restructuring|Loss|Claims|Policy|Royalt|Compensation"
)
_NETTED = re.compile(
    r"(?:After|Before|NetOf|Including|Excluding)(?:Accumulated|Allowance|\w*AfterAllowance)|Net$|NetOfAllowance"
)
_DEDUCTED = re.compile(
    r"^TreasuryStock|^AccumulatedDepreciation|^AccumulatedAmortization|Allowance|AccumulatedDepreciation|AccumulatedAmortization"
    r"|^DebtInstrumentUnamortized|^UnearnedESOP|^UnallocatedESOP|^DevelopmentStageEnterpriseDeficit|SubscriptionsReceivable"
    r"|^CommonStockShareSubscribed\w*Receivable|^UnearnedCompensation|^InventoryValuationReserves|^CommonStockHeldInTrust"
)
_EQUITY_TAKEN = re.compile(
    r"^Dividends|^StockRepurchased|^TreasuryStock\w*Acquired|TaxWithholding|^PaymentsOf|InterestDecrease|^Distribut"
    r"|^TemporaryEquityAccretion"
)
_COMPREHENSIVE_TAKEN = re.compile(
    r"^OtherComprehensiveIncomeLoss(?:PensionAndOtherPostretirementBenefitPlansAdjustment|CashFlowHedgeGainLossReclassification"
    r"|\w*ReclassificationAdjustmentFromAOCI)|^OtherComprehensiveIncomeDefinedBenefitPlan\w*Adjustment"
    r"|^OtherComprehensiveIncomeDefinedBenefitPlanNetPriorServiceCosts"
    r"|^OtherComprehensiveIncome\w*(?<!Before)(?<!NetOf)(?<!After)(?<!And)Tax(?:PortionAttributableToParent1?)?$"
)
"""Their balance is debit: a loss, a tax, or a gain that is taken into net income, is positive."""


@lru_cache(maxsize=8192)
def direction_of(concept: str, kind: StatementKind) -> int:
    """Return 1 if a concept's value has the sign of its row's contribution, and -1 if it has the other one."""
    name = concept.rpartition(":")[2]
    if kind is StatementKind.BALANCE:
        return -1 if _DEDUCTED.search(name) and not _NETTED.search(name) else 1
    if kind is StatementKind.CASH_FLOW:
        return _direction_of_cash(name)
    if kind is StatementKind.EQUITY:
        return -1 if _EQUITY_TAKEN.search(name) else 1
    if _INCOME_TAKEN.search(_GROUP.sub("", name)) or _COMPREHENSIVE_TAKEN.search(name):
        return -1
    return -1 if _INCOME_EXPENSE.search(name) and not _INCOME_ADDED.search(name) else 1


def _direction_of_cash(name: str) -> int:
    if name.startswith("IncreaseDecreaseIn") and "Capital" not in name and not _CASH_ITSELF.search(name):
        is_asset = _ASSETS.search(name) is not None and "Payable" not in name and "Liabilit" not in name
        return 1 if _LIABILITIES.search(name) and not is_asset else -1
    return 1 if _CASH_ADDED.search(name) or not _CASH_TAKEN.search(name) else -1


_LABEL_TAKEN = {
    StatementKind.INCOME: re.compile(
        r"\b(?:expenses?|costs?|charges?|provision|taxes|depreciation|amortization|impairments?|selling|research|marketing"
        r"|administrative|salaries|compensation|dividends|noncontrolling|restructuring|claims|losses)\b"
    ),
    StatementKind.CASH_FLOW: re.compile(
        r"^(?:purchases?|payments?|repayments?|dividends|distributions|acquisitions?|capital expenditures?|additions?"
        r"|repurchases?|redemptions?|investments? in|expenditures?|retirements?|contributions? to|originations?)\b"
        r"|\bissuance costs\b|^(?:realized )?gains?\b|\bpaid$"
        r"|^(?!.*\b(?:proceeds|collections?|sales?|payables?|liabilit\w+|depreciation|amortization|impairment|provision"
        r"|borrowings|expense)\b).*\b(?:receivables?|inventor(?:y|ies)|prepaid|(?:current|operating|other) assets"
        r"|acquisition costs|deferred (?:charges|costs)|recoverables?)\b"
    ),
    StatementKind.BALANCE: re.compile(r"^less\b|\btreasury\b|\ballowance|^accumulated (?:depreciation|amortization)"),
    StatementKind.EQUITY: re.compile(r"^(?:dividends|repurchases?|purchases?|distributions|treasury)\b"),
}
_LABEL_ADDED = re.compile(r"\b(?:income|gains?|earnings|revenues?|sales|profit|benefit|margin)\b")


@lru_cache(maxsize=8192)
def direction_of_label(label: str, kind: StatementKind) -> int:
    """Return the same for a row whose concept is unknown, by the words of its label."""
    kind = StatementKind.INCOME if kind is StatementKind.COMPREHENSIVE_INCOME else kind
    taken, plain = _LABEL_TAKEN.get(kind), plain_label(label)
    if kind is StatementKind.BALANCE:
        plain = label.casefold()
    if taken is None or not taken.search(plain):
        return 1
    is_added = kind is StatementKind.INCOME and _LABEL_ADDED.search(_EXPENSES_NAMED.sub(" ", plain))
    return 1 if is_added else -1


def is_income_heading(label: str) -> bool:
    """Return whether the rows below a heading are income, such as "Noninterest income:"."""
    plain = plain_label(label)
    return _LABEL_ADDED.search(plain) is not None and not _LABEL_TAKEN[StatementKind.INCOME].search(plain)


_EXPENSES_NAMED = re.compile(
    r"\b(?:income tax(?:es)?|cost of (?:\w+ )?(?:sales|revenues?)|taxes on (?:income|earnings))\b"
)
