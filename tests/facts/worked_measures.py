"""Ten fictional issuers, and the measures of each worked by hand."""

from collections.abc import Mapping
from datetime import date

from tests.facts.ledgers import calendar_quarters, last_days
from tests.facts.worked import Worked
from tests.facts.worked_sectors import BANK, INSURER, REIT, UTILITY

RETAILER = Worked(
    """
    income-statement | FY2023 FY2022 FY2021
    Revenue | 1,250 1,200 1,100
    CostOfGoodsAndServicesSold | 800 780 720
    GrossProfit | 450 420 380
    SellingGeneralAndAdminExpenses | 300 290 270
    OperatingIncomeLoss | 130 110 95
    InterestExpense | 10 12 11
    PretaxIncomeLoss | 120 98 84
    IncomeTaxes | 30 24 21
    NetIncome | 90 74 63
    EarningsPerShareDiluted per share | 1.80 1.45 1.20
    SharesFullyDilutedAverage shares | 50 51 52
    OperatingLeaseExpense | 40 38 36
    balance-sheet | FY2023 FY2022 FY2021
    CashAndMarketableSecurities | 60 45 50
    TradeReceivables | 30 20 22
    Inventories | 210 190 180
    CurrentAssetsTotal | 320 270 265
    PlantPropertyEquipmentNet | 520 480 470
    Assets | 1,000 900 880
    TradePayables | 110 90 86
    CurrentPortionOfLongTermDebt | 20 15 15
    CurrentLiabilitiesTotal | 200 180 175
    LongTermDebt | 180 195 210
    OperatingLeaseCurrentDebtEquivalent | 35 33 32
    OperatingLeaseNonCurrentDebtEquivalent | 265 247 240
    AllEquityBalance | 420 370 340
    cash-flow-statement | FY2023 FY2022 FY2021
    NetCashFromOperatingActivities | 150 120 115
    DepreciationAmortizationCF | 55 50 48
    CapitalExpenses | 95 60 55
    CommonDividendsPaid | 27 24 20
    StockRepurchasePayments | 18 30 10
    """,
    "FY2023",
    """
    GrossProfit | 450 | 450
    GrossMargin | 450 / 1,250 | 0.3600
    OperatingMargin | 130 / 1,250 | 0.1040
    EBIT | 130 | 130
    EBITDA | 130 + 55 | 185
    EBITDAR | 130 + 55 + 40 | 225
    EBITDAMargin | 185 / 1,250 | 0.1480
    PretaxMargin | 120 / 1,250 | 0.0960
    NetMargin | 90 / 1,250 | 0.0720
    CostOfSalesRatio | 800 / 1,250 | 0.6400
    SGAToRevenue | 300 / 1,250 | 0.2400
    RevenueGrowth | 1,250 / 1,200 - 1 | 0.0417
    GrossProfitGrowth | 450 / 420 - 1 | 0.0714
    OperatingIncomeGrowth | 130 / 110 - 1 | 0.1818
    EPSGrowth | 1.80 / 1.45 - 1 | 0.2414
    AssetTurnover | 1,250 / ((1,000 + 900) / 2) | 1.3158
    FixedAssetTurnover | 1,250 / ((520 + 480) / 2) | 2.5000
    WorkingCapital | 320 - 200 | 120
    WorkingCapitalTurnover | 1,250 / ((120 + 90) / 2) | 11.9048
    InventoryTurnover | 800 / ((210 + 190) / 2) | 4
    ReceivablesTurnover | 1,250 / ((30 + 20) / 2) | 50
    Purchases | 800 + 210 - 190 | 820
    PayablesTurnover | 820 / ((110 + 90) / 2) | 8.2000
    DaysSalesOutstanding | 365 * 25 / 1,250 | 7.3000
    DaysInventoryOutstanding | 365 * 200 / 800 | 91.2500
    DaysPayablesOutstanding | 365 * 100 / 820 | 44.5122
    CashConversionCycle | 365 * 200 / 800 + 365 * 25 / 1,250 - 365 * 100 / 820 | 54.0378
    OperatingWorkingCapital | 30 + 210 - 110 | 130
    CurrentRatio | 320 / 200 | 1.6000
    LeaseAdjustedDebt | 20 + 180 + 35 + 265 | 500
    LeaseAdjustedLeverage | 500 / 225 | 2.2222
    FixedChargeCoverage | (130 + 40) / (10 + 40) | 3.4000
    DividendPayout | 27 / 90 | 0.3000
    RetentionRatio | 1 - 27 / 90 | 0.7000
    DividendCover | 90 / 27 | 3.3333
    TotalPayout | (27 + 18) / 90 | 0.5000
    """,
    last_days(
        {
            "FY2020": date(2021, 1, 30),
            "FY2021": date(2022, 1, 29),
            "FY2022": date(2023, 1, 28),
            "FY2023": date(2024, 2, 3),
        }
    ),
)
"""Years of 52 and 53 weeks that end in January or February, and are named after the year that they begin in."""

SOFTWARE = Worked(
    """
    income-statement | FY2023 FY2022 FY2021 FY2020 FY2019 FY2018
    Revenue | 1,331 1,100 950 900 800 700
    CostOfGoodsAndServicesSold | 266 231 200 190 170 150
    ResearchAndDevelopmentExpenses | 333 290 250 230 210 190
    OperatingIncomeLoss | 200 150 130 120 100 80
    PretaxIncomeLoss | 220 160 135 125 105 85
    IncomeTaxes | 44 32 27 25 21 17
    NetIncome | 176 128 108 100 84 68
    balance-sheet | FY2023 FY2022
    CashAndMarketableSecurities | 400 300
    ShortTermInvestments | 250 200
    TradeReceivables | 220 180
    CurrentAssetsTotal | 900 710
    Assets | 1,800 1,500
    CurrentLiabilitiesTotal | 600 500
    TradePayables | 40 30
    LongTermDebt | 500 500
    AllEquityBalance | 650 450
    cash-flow-statement | FY2023 FY2022
    NetCashFromOperatingActivities | 380 300
    DepreciationAmortizationCF | 60 50
    StockBasedCompensationCF | 140 110
    CapitalExpenses | 30 40
    """,
    "FY2023",
    """
    RevenueCAGR3 | (1,331 / 900) ^ (1 / 3) - 1 | 0.1393
    RevenueCAGR5 | (1,331 / 700) ^ (1 / 5) - 1 | 0.1371
    GrossProfit | 1,331 - 266 | 1065
    RDToRevenue | 333 / 1,331 | 0.2502
    DAMargin | 60 / 1,331 | 0.0451
    EBITDABeforeStockCompensation | 200 + 60 + 140 | 400
    EBITDAGrowth | 260 / 200 - 1 | 0.3000
    QuickRatio | (400 + 250 + 220) / 600 | 1.4500
    CashRatio | (400 + 250) / 600 | 1.0833
    OperatingCashFlowRatio | 380 / 600 | 0.6333
    NetDebtAfterInvestments | 500 - 400 - 250 | -150
    FreeCashFlow | 380 - 30 | 350
    FCFMargin | 350 / 1,331 | 0.2630
    FCFConversion | 350 / 260 | 1.3462
    FCFToNetIncome | 350 / 176 | 1.9886
    CashFlowQuality | 380 / 176 | 2.1591
    OperatingCashFlowMargin | 380 / 1,331 | 0.2855
    CapexIntensity | 30 / 1,331 | 0.0225
    EffectiveTaxRate | 44 / 220 | 0.2000
    NOPAT | 200 * (1 - 44 / 220) | 160
    InvestedCapital | 500 + 650 - 400 | 750
    ReturnOnInvestedCapital | 160 / ((750 + 650) / 2) | 0.2286
    DaysPayablesOutstanding | 365 * 35 / 266 | 48.0263
    OperatingWorkingCapital | 220 - 40 | 180
    """,
)
"""Without inventory: purchases are the cost of revenue, and the change in inventory is taken as zero."""

LOSS_MAKER = Worked(
    """
    income-statement | FY2023 FY2022
    Revenue | 50 40
    ResearchAndDevelopmentExpenses | 120 100
    OperatingIncomeLoss | -110 -95
    InterestExpense | 5 4
    PretaxIncomeLoss | -112 -97
    IncomeTaxes | 0 0
    NetIncome | -112 -97
    SharesAverage shares | 40 35
    balance-sheet | FY2023 FY2022
    CashAndMarketableSecurities | 210 180
    CurrentAssetsTotal | 230 200
    Assets | 260 220
    CurrentLiabilitiesTotal | 46 40
    ConvertibleDebtNonCurrent | 80 80
    AllEquityBalance | 120 90
    cash-flow-statement | FY2023 FY2022
    NetCashFromOperatingActivities | -90 -80
    DepreciationAmortizationCF | 8 7
    CapitalExpenses | 6 5
    """,
    "FY2023",
    """
    OperatingMargin | -110 / 50 | -2.2000
    NetMargin | -112 / 50 | -2.2400
    EBITDA | -110 + 8 | -102
    FreeCashFlow | -90 - 6 | -96
    TotalDebt | 80 | 80
    NetDebt | 80 - 210 | -130
    CurrentRatio | 230 / 46 | 5
    InterestCoverage | -110 / 5 | -22
    ComputedBasicEPS | -112 / 40 | -2.8000
    ReturnOnEquity | -112 / ((120 + 90) / 2) | -1.0667
    RevenueGrowth | 50 / 40 - 1 | 0.2500
    """,
)

MANUFACTURER = Worked(
    """
    income-statement | FY2022 H1-2022 H1-2023
    Revenue | 2,000 900 1,100
    OperatingIncomeLoss | 240 100 130
    InterestExpense | 40 18 22
    balance-sheet | FY2022 Q2-2022 Q2-2023
    CashAndMarketableSecurities | 90 85 70
    ShortTermDebt | 100 90 120
    LongTermDebt | 700 720 780
    cash-flow-statement | FY2022 H1-2022 H1-2023
    DepreciationAmortizationCF | 80 38 42
    NetCashFromOperatingActivities | 260 100 110
    CapitalExpenses | 120 50 60
    """,
    "H1 2023",
    """
    Leverage | (120 + 780) / (240 + 130 - 100 + 80 + 42 - 38) | 2.5424
    NetLeverage | (900 - 70) / 354 | 2.3446
    InterestCoverage | (240 + 130 - 100) / (40 + 22 - 18) | 6.1364
    EBITDACoverage | 354 / 44 | 8.0455
    OperatingCashFlowToDebt | (260 + 110 - 100) / 900 | 0.3000
    EBITDA | 130 + 42 | 172
    """,
    lambda quarter: calendar_quarters(quarter - 2),
)
"""A fiscal year that ends in June. Half a year is compared with debt over the last twelve months."""

BREWER = Worked(
    """
    income-statement | FY2023 FY2022
    Revenue | 3,000 2,800
    CostOfGoodsAndServicesSold | 1,800 1,700
    PretaxIncomeLoss | 420 380
    InterestExpense | 80 70
    IncomeTaxes | 105 95
    ProfitLoss | 315 285
    NetIncome | 300 270
    RestructuringExpenseBenefit | 25 10
    AssetImpairmentChargesIS | 15 5
    balance-sheet | FY2023 FY2022
    CashAndMarketableSecurities | 200 150
    Assets | 5,000 4,800
    CurrentLiabilitiesTotal | 1,100 1,000
    LongTermDebt | 1,500 1,400
    AllEquityBalance | 1,900 1,800
    AllEquityBalanceIncludingMinorityInterest | 2,000 1,890
    Goodwill | 600 600
    IntangibleAssets | 300 320
    cash-flow-statement | FY2023 FY2022
    DepreciationAmortizationCF | 180 170
    CommonDividendsPaid | 120 110
    """,
    "FY2023",
    """
    EBIT | 420 + 80 | 500
    EBITDA | 500 + 180 | 680
    EBITDAFromNetIncome | 315 + 105 + 80 + 180 | 680
    EBITDABeforeSpecialItems | 680 + 25 + 15 | 720
    OperatingReturnOnAssets | 500 / ((5,000 + 4,800) / 2) | 0.1020
    ReturnOnCapitalEmployed | 500 / ((3,900 + 3,800) / 2) | 0.1299
    LiabilitiesToEquity | (5,000 - 2,000) / 1,900 | 1.5789
    TangibleBookValue | 1,900 - 600 - 300 | 1000
    SustainableGrowth | (1 - 120 / 300) * 300 / ((1,900 + 1,800) / 2) | 0.0973
    """,
    currency="EUR",
)
"""Without a line for operating income, and with noncontrolling interests."""

CARMAKER = Worked(
    """
    income-statement | Q1-2023 H1-2023 9M-2023 FY2023 FY2022 9M-2022
    Revenue | 200 420 660 900 800 580
    CostOfGoodsAndServicesSold | 150 310 490 670 600 430
    NetIncome | 12 27 41 58 50 36
    balance-sheet | FY2022 Q1-2023 Q2-2023 Q3-2023 FY2023
    TradeReceivables | 80 84 88 92 96
    Inventories | 100 104 112 116 120
    Assets | 900 920 940 960 980
    cash-flow-statement | Q1-2023 H1-2023 9M-2023 FY2023 FY2022 9M-2022
    NetCashFromOperatingActivities | 20 50 70 110 95 60
    CapitalExpenses | 10 22 36 50 45 30
    """,
    "Q4 2023",
    """
    GrossProfit | (900 - 660) - (670 - 490) | 60
    GrossMargin | 60 / 240 | 0.2500
    NetMargin | (58 - 41) / 240 | 0.0708
    RevenueGrowth | (900 - 660) / (800 - 580) - 1 | 0.0909
    FreeCashFlow | (110 - 70) - (50 - 36) | 26
    DaysSalesOutstanding | 91.25 * ((96 + 92) / 2) / 240 | 35.7396
    InventoryTurnover | (670 - 490) / ((120 + 116) / 2) | 1.5254
    """,
)
"""Filings state the year to date: the fourth quarter is the year less nine months."""

ISSUERS: Mapping[str, Worked] = {
    "retailer": RETAILER,
    "bank": BANK,
    "insurer": INSURER,
    "utility": UTILITY,
    "reit": REIT,
    "software": SOFTWARE,
    "loss-maker": LOSS_MAKER,
    "manufacturer": MANUFACTURER,
    "brewer": BREWER,
    "carmaker": CARMAKER,
}
