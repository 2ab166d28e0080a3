"""Items that are one amount unless a statement shows what tells them apart."""

import pytest

from app.facts.items.shown import DISCONTINUED, EVERY, NONCONTROLLING, PREFERRED, item_shown, shown_by
from app.facts.items.standard import load_items


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
    ],
)
def test_tags_show_what_statements_have(concept: str, shown: set[str]) -> None:
    assert shown_by([concept, "Assets"]) == shown
