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
