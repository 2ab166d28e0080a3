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
