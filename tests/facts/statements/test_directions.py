"""Signs of concepts beside what their rows contribute."""

import pytest

from app.facts.model import StatementKind
from app.facts.statements.directions import direction_of

OCI = "OtherComprehensiveIncomeLoss"


@pytest.mark.parametrize(
    ("concept", "direction"),
    [
        (f"{OCI}PensionAndOtherPostretirementBenefitPlansAdjustmentNetOfTax", -1),
        (f"{OCI}CashFlowHedgeGainLossReclassificationAfterTax", -1),
        (f"{OCI}ReclassificationAdjustmentFromAOCIForSaleOfSecuritiesNetOfTax", -1),
        (f"{OCI}ReclassificationAdjustmentFromAOCIPensionAndOtherPostretirementBenefitPlansForNetGainLossNetOfTax", -1),
        ("OtherComprehensiveIncomeDefinedBenefitPlansAdjustmentNetOfTaxPortionAttributableToParent", -1),
        ("OtherComprehensiveIncomeDefinedBenefitPlansNetUnamortizedGainLossArisingDuringPeriodNetOfTax", 1),
        (f"{OCI}CashFlowHedgeGainLossAfterReclassificationAndTax", 1),
        (f"{OCI}ForeignCurrencyTransactionAndTranslationAdjustmentNetOfTax", 1),
        (f"{OCI}NetOfTax", 1),
    ],
)
def test_adjustments_with_a_debit_balance_count_against_comprehensive_income(concept: str, direction: int) -> None:
    assert direction_of(concept, StatementKind.COMPREHENSIVE_INCOME) == direction


@pytest.mark.parametrize(
    ("concept", "direction"),
    [
        ("InterestIncomeExpenseAfterProvisionForLoanLoss", 1),
        ("IncomeLossBeforeProvisionForIncomeTaxes", 1),
        ("ProvisionForLoanLeaseAndOtherLosses", -1),
        ("OccupancyNet", -1),
        ("CommunicationsAndInformationTechnology", -1),
        ("InventoryWriteDown", -1),
        ("InvestmentAdvisoryManagementAndAdministrativeFees", 1),
    ],
)
def test_banks_results_and_expenses_have_their_balance_types_signs(concept: str, direction: int) -> None:
    assert direction_of(concept, StatementKind.INCOME) == direction


@pytest.mark.parametrize(
    ("concept", "direction"),
    [
        ("BasicEarningsLossPerShare", 1),
        ("SalesAndMarketingExpense", -1),
        ("ExciseAndSalesTaxes", -1),
        ("SalesRevenueNet", 1),
        ("InformationTechnologyAndDataProcessing", -1),
    ],
)
def test_direction_is_that_of_the_amount_whatever_other_words_a_concept_has(concept: str, direction: int) -> None:
    assert direction_of(concept, StatementKind.INCOME) == direction


@pytest.mark.parametrize(
    ("concept", "direction"),
    [
        ("InterestPaidNet", -1),
        ("IncomeTaxesPaidNet", -1),
        ("OperatingLeasePayments", -1),
        ("FinanceLeasePrincipalPayments", -1),
        ("EquityMethodInvestmentDividendsOrDistributions", 1),
        ("IncomeLossFromEquityMethodInvestments", -1),
        ("ShareBasedCompensationIncludingDiscontinuedOperations", 1),
        ("IncreaseDecreaseInCashAndCashEquivalents", 1),
        ("IncreaseDecreaseInAccountsReceivable", -1),
    ],
)
def test_payments_and_receipts_of_cash_flows_have_their_balance_types_signs(concept: str, direction: int) -> None:
    assert direction_of(concept, StatementKind.CASH_FLOW) == direction
