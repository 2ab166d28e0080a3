"""Items that are one amount unless a statement shows what tells them apart."""

import pytest

from app.facts.items.features import Context
from app.facts.items.rows import ItemRow
from app.facts.items.shown import (
    BANK,
    COST_OF_REVENUE,
    DISCONTINUED,
    EVERY,
    NONCONTROLLING,
    OTHER_CURRENT,
    PREFERRED,
    SELLING,
    is_shared,
    item_shown,
    shown_by,
)
from app.facts.items.standard import load_items
from app.facts.model import StatementKind


@pytest.mark.parametrize(
    ("item", "shown", "seen"),
    [
        ("ProfitLoss", set(), "NetIncome"),
        ("ProfitLoss", {NONCONTROLLING}, "ProfitLoss"),
        ("AllEquityBalanceIncludingMinorityInterest", {DISCONTINUED}, "AllEquityBalance"),
        ("IncomeLossContinuingOperations", set(), "NetIncome"),
        ("IncomeLossContinuingOperations", {NONCONTROLLING}, "ProfitLoss"),
        ("IncomeLossContinuingOperations", {DISCONTINUED}, "IncomeLossContinuingOperations"),
        ("NetIncomeToCommonShareholders", {NONCONTROLLING}, "NetIncome"),
        ("NetIncomeToCommonShareholders", {PREFERRED}, "NetIncomeToCommonShareholders"),
        ("NetInterestIncome", set(), "InterestExpenseNet"),
        ("NetInterestIncome", {BANK}, "NetInterestIncome"),
        ("GeneralAndAdministrativeExpenses", set(), "SellingGeneralAndAdminExpenses"),
        ("GeneralAndAdministrativeExpenses", {SELLING}, "GeneralAndAdministrativeExpenses"),
        ("PrepaidExpenses", set(), "OtherNonOperatingCurrentAssets"),
        ("PrepaidExpenses", {OTHER_CURRENT}, "PrepaidExpenses"),
        ("TotalOperatingExpenses", set(), "CostsSubtotal"),
        ("TotalOperatingExpenses", {COST_OF_REVENUE}, "TotalOperatingExpenses"),
        ("Revenue", set(), "Revenue"),
    ],
)
def test_items_are_one_unless_something_tells_them_apart(item: str, shown: set[str], seen: str) -> None:
    assert item_shown(item, shown) == seen


def test_every_item_stays_where_all_is_shown() -> None:
    assert [item_shown(name, EVERY) for name in load_items()] == list(load_items())
    assert {item_shown(name, ()) for name in load_items()} <= set(load_items())


@pytest.mark.parametrize(
    ("concept", "shown"),
    [
        ("MinorityInterest", {NONCONTROLLING}),
        ("NetIncomeLossAttributableToNoncontrollingInterest", {NONCONTROLLING}),
        ("RedeemableNoncontrollingInterestEquityCarryingAmount", {NONCONTROLLING}),
        ("PaymentsOfDividendsMinorityInterest", {NONCONTROLLING}),
        ("StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest", set()),
        ("IncomeLossFromContinuingOperationsBeforeIncomeTaxesMinorityInterest", set()),
        ("IncomeLossFromDiscontinuedOperationsNetOfTax", {DISCONTINUED}),
        ("CashProvidedByUsedInOperatingActivitiesDiscontinuedOperations", {DISCONTINUED}),
        ("IncomeLossFromContinuingOperations", set()),
        ("LiabilitiesOfDisposalGroupIncludingDiscontinuedOperationCurrent", set()),
        ("PreferredStockDividendsIncomeStatementImpact", {PREFERRED}),
        ("UndistributedEarningsLossAllocatedToParticipatingSecuritiesBasic", {PREFERRED}),
        ("PaymentsOfDividendsPreferredStockAndPreferenceStock", set()),
        ("PreferredStockValue", set()),
        ("InterestIncomeExpenseAfterProvisionForLoanLoss", {BANK}),
        ("Deposits", {BANK}),
        ("DepositsAssetsCurrent", set()),
        ("InterestIncomeExpenseNet", set()),
        ("SellingAndMarketingExpense", {SELLING}),
        ("SellingGeneralAndAdministrativeExpense", {SELLING}),
        ("SalesRevenueNet", set()),
        ("OtherAssetsCurrent", {OTHER_CURRENT}),
        ("PrepaidExpenseAndOtherAssetsCurrent", set()),
        ("CostOfRevenue", {COST_OF_REVENUE}),
        ("GrossProfit", {COST_OF_REVENUE}),
        ("CostsAndExpenses", set()),
    ],
)
def test_tags_show_what_statements_have(concept: str, shown: set[str]) -> None:
    assert shown_by([concept, "Assets"]) == shown


@pytest.mark.parametrize(
    ("statement", "label", "shown"),
    [
        (StatementKind.INCOME, "Net interest income after provision for credit losses", BANK),
        (StatementKind.INCOME, "Total non-interest revenues", BANK),
        (StatementKind.INCOME, "Interest expense, net", None),
        (StatementKind.INCOME, "Sales and marketing", SELLING),
        (StatementKind.INCOME, "General and administrative", None),
        (StatementKind.INCOME, "Cost of goods sold", COST_OF_REVENUE),
        (StatementKind.INCOME, "Total costs and expenses", None),
        (StatementKind.BALANCE, "Other current assets", OTHER_CURRENT),
        (StatementKind.BALANCE, "Prepaid expenses and other current assets", None),
    ],
)
def test_labels_show_what_statements_have(statement: StatementKind, label: str, shown: str | None) -> None:
    apart = {BANK, SELLING, COST_OF_REVENUE, OTHER_CURRENT}
    assert Context.of([(statement, [ItemRow(label)])]).shown & apart == ({shown} if shown else set())


def test_shared_items_are_those_that_others_are_in_some_documents() -> None:
    assert is_shared("TotalOperatingExpenses", "CostsSubtotal")
    assert is_shared("IncomeLossContinuingOperations", "NetIncome")
    assert not is_shared("NetIncome", "NetIncome")
    assert not is_shared("Revenue", "CostsSubtotal")
