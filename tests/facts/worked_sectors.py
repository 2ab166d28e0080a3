"""A bank, an insurer, a utility and a real estate investment trust."""

from tests.facts.worked import Worked

BANK = Worked(
    """
    income-statement | FY2023 FY2022
    NetInterestIncome | 900 800
    NonInterestIncome | 300 280
    NonInterestExpense | 660 640
    ProvisionForCreditLosses | 80 40
    PretaxIncomeLoss | 460 400
    IncomeTaxes | 115 100
    NetIncome | 345 300
    PreferredDividendExpense | 15 15
    SharesAverage shares | 110 112
    SharesFullyDilutedAverage shares | 120 122
    balance-sheet | FY2023 FY2022
    NetLoansAndLeases | 21,000 19,000
    Assets | 31,000 29,000
    TotalDeposits | 24,000 23,000
    Goodwill | 400 400
    PreferredStock | 250 250
    AllEquityBalance | 3,250 3,050
    SharesYearEnd shares | 108 111
    """,
    "FY2023",
    """
    EfficiencyRatio | 660 / (900 + 300) | 0.5500
    NetInterestIncomeToAssets | 900 / 30,000 | 0.0300
    LoanToDeposit | 21,000 / 24,000 | 0.8750
    CostOfRisk | 80 / 20,000 | 0.0040
    EffectiveTaxRate | 115 / 460 | 0.2500
    ReturnOnAssets | 345 / 30,000 | 0.0115
    ReturnOnEquity | 345 / ((3,250 + 3,050) / 2) | 0.1095
    TangibleBookValue | 3,250 - 400 | 2850
    ReturnOnTangibleEquity | 345 / ((2,850 + 2,650) / 2) | 0.1255
    BookValuePerShare | (3,250 - 250) / 108 | 27.7778
    TangibleBookValuePerShare | (2,850 - 250) / 108 | 24.0741
    ComputedBasicEPS | (345 - 15) / 110 | 3
    ComputedDilutedEPS | (345 - 15) / 120 | 2.7500
    NetIncomeGrowth | 345 / 300 - 1 | 0.1500
    """,
)

INSURER = Worked(
    """
    income-statement | FY2023 FY2022
    PremiumsEarned | 5,000 4,700
    Revenue | 5,600 5,200
    PolicyBenefitsAndClaims | 3,250 3,300
    OtherUnderwritingExpense | 1,400 1,350
    PretaxIncomeLoss | 700 480
    InterestExpense | 50 48
    IncomeTaxes | 140 96
    NetIncome | 560 384
    balance-sheet | FY2023 FY2022
    Assets | 16,000 15,200
    Liabilities | 12,000 11,600
    LongTermDebt | 1,000 1,000
    AllEquityBalance | 4,000 3,600
    """,
    "FY2023",
    """
    LossRatio | 3,250 / 5,000 | 0.6500
    ExpenseRatio | 1,400 / 5,000 | 0.2800
    CombinedRatio | (3,250 + 1,400) / 5,000 | 0.9300
    LiabilitiesToEquity | 12,000 / 4,000 | 3
    InterestExpense | 50 | 50
    EBIT | 700 + 50 | 750
    FinancialLeverage | (16,000 + 15,200) / (4,000 + 3,600) | 4.1053
    DebtToCapital | 1,000 / (1,000 + 4,000) | 0.2000
    """,
)

UTILITY = Worked(
    """
    income-statement | FY2023 FY2022
    Revenue | 4,000 3,700
    OperatingIncomeLoss | 1,000 900
    InterestExpense | 400 360
    InterestAndDividendIncome | 20 10
    PretaxIncomeLoss | 640 570
    IncomeTaxes | 140 120
    NetIncome | 500 450
    balance-sheet | FY2023 FY2022
    CashAndMarketableSecurities | 100 80
    Assets | 20,000 18,500
    CurrentLiabilitiesTotal | 2,000 1,900
    ShortTermDebt | 300 250
    CurrentPortionOfLongTermDebt | 500 450
    LongTermDebt | 8,200 7,600
    AllEquityBalance | 6,000 5,700
    cash-flow-statement | FY2023 FY2022
    NetCashFromOperatingActivities | 1,500 1,350
    Depreciation | 650 600
    AmortizationOfIntangibles | 50 40
    CapitalExpenses | 2,100 1,900
    CommonDividendsPaid | 330 300
    InterestPaid | 380 350
    IncomeTaxesPaid | 90 80
    """,
    "FY2023",
    """
    DepreciationAndAmortization | 650 + 50 | 700
    EBITDA | 1,000 + 700 | 1700
    TotalDebt | 300 + 500 + 8,200 | 9000
    NetDebt | 9,000 - 100 | 8900
    TotalCapital | 9,000 + 6,000 | 15000
    Leverage | 9,000 / 1,700 | 5.2941
    NetLeverage | 8,900 / 1,700 | 5.2353
    DebtToCapital | 9,000 / 15,000 | 0.6000
    DebtToAssets | 9,000 / 20,000 | 0.4500
    DebtToEquity | 9,000 / 6,000 | 1.5000
    EquityRatio | 6,000 / 20,000 | 0.3000
    InterestCoverage | 1,000 / 400 | 2.5000
    EBITDACoverage | 1,700 / 400 | 4.2500
    NetInterestExpense | 400 - 20 | 380
    FFO | 1,700 - 380 - 90 | 1230
    FFOToDebt | 1,230 / 9,000 | 0.1367
    OperatingCashFlowToDebt | 1,500 / 9,000 | 0.1667
    FreeCashFlow | 1,500 - 2,100 | -600
    FreeCashFlowToDebt | (1,500 - 2,100) / 9,000 | -0.0667
    RetainedCashFlowToDebt | (1,500 - 330) / 9,000 | 0.1300
    CashInterestCoverage | (1,500 + 380 + 90) / 380 | 5.1842
    CapexToDepreciation | 2,100 / 700 | 3
    CapexCoverage | 1,500 / 2,100 | 0.7143
    ReturnOnCapital | 1,000 / ((15,000 + 14,000) / 2) | 0.0690
    CashDividendCover | 1,500 / 330 | 4.5455
    """,
)

REIT = Worked(
    """
    income-statement | FY2023 FY2022
    Revenue | 800 760
    OperatingIncomeLoss | 310 300
    InterestExpense | 120 110
    NetIncome | 210 205
    GainLossOnDispositions | 30 25
    AssetImpairmentChargesIS | 12 0
    SharesFullyDilutedAverage shares | 200 198
    CommonDividendsPerShare per share | 1.40 1.36
    EarningsPerShareDiluted per share | 1.05 1.04
    balance-sheet | FY2023 FY2022
    RealEstateInvestments | 6,400 6,100
    Assets | 7,000 6,800
    LongTermDebt | 3,000 2,900
    AllEquityBalance | 3,300 3,250
    AllEquityBalanceIncludingMinorityInterest | 3,500 3,450
    cash-flow-statement | FY2023 FY2022
    DepreciationAmortizationCF | 260 250
    NetCashFromOperatingActivities | 430 420
    CapitalExpenses | 90 85
    """,
    "FY2023",
    """
    NareitFFO | 210 + 260 - 30 + 12 | 452
    FixedAssetTurnover | 800 / ((6,400 + 6,100) / 2) | 0.1280
    EBITDABeforeSpecialItems | 310 + 260 + 12 | 582
    DividendPayoutPerShare | 1.40 / 1.05 | 1.3333
    RevenuePerShare | 800 / 200 | 4
    CashFlowPerShare | 430 / 200 | 2.1500
    FreeCashFlowPerShare | (430 - 90) / 200 | 1.7000
    TotalCapital | 3,000 + 3,500 | 6500
    EquityRatio | 3,500 / 7,000 | 0.5000
    """,
)
