"""Measures of banks, insurers and real estate."""

from typing import Final

from app.facts.formulas.definitions import MeasureDefinition
from app.facts.formulas.units import MONEY, PERCENT

_define = MeasureDefinition

SECTOR_MEASURES: Final = (
    _define("EfficiencyRatio", "Efficiency ratio", "NonInterestExpense / (NetInterestIncome + NonInterestIncome)",
            PERCENT, "Noninterest expense as a share of net interest income and noninterest income.", "Textbook",
            ("cost-to-income ratio", "cost income ratio", "bank efficiency ratio")),
    _define("NetInterestIncomeToAssets", "Net interest income to assets", "NetInterestIncome / avg(Assets)", PERCENT,
            "Net interest income as a share of average total assets.", "Textbook"),
    _define("LoanToDeposit", "Loan-to-deposit ratio", "NetLoansAndLeases / TotalDeposits", PERCENT,
            "Net loans as a share of deposits.", "Textbook", ("loans to deposits", "ldr", "loan to deposit")),
    _define("CostOfRisk", "Cost of risk", "ProvisionForCreditLosses / avg(NetLoansAndLeases)", PERCENT,
            "Provision for credit losses as a share of average net loans.", "Textbook",
            ("provision to loans", "credit cost")),
    _define("LossRatio", "Loss ratio", "PolicyBenefitsAndClaims / PremiumsEarned", PERCENT,
            "Losses and loss adjustment expenses as a share of premiums earned.", "Textbook",
            ("claims ratio", "medical loss ratio", "benefit ratio")),
    _define("ExpenseRatio", "Expense ratio", "UnderwritingExpenses / PremiumsEarned", PERCENT,
            "Underwriting expenses as a share of premiums earned.", "Textbook", ("underwriting expense ratio",)),
    _define("CombinedRatio", "Combined ratio", "LossRatio + ExpenseRatio", PERCENT,
            "Loss ratio plus expense ratio.", "Textbook"),
    _define("NareitFFO", "Nareit FFO",
            "first(ProfitLoss, NetIncome) + DepreciationAndAmortization - optional(GainLossOnDispositions)"
            " + optional(AssetImpairmentChargesIS)", MONEY,
            "Net income plus depreciation and impairments, less gains on sales of property.", "Nareit",
            ("funds from operations (nareit)", "reit ffo")),
)  # fmt: skip
