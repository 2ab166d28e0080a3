"""Debt, leverage, coverage and cash flow."""

from typing import Final

from app.facts.formulas.definitions import MeasureDefinition
from app.facts.formulas.units import MONEY, PERCENT, RATIO

_define = MeasureDefinition

DEBT: Final = (
    _define("TotalDebt", "Total debt", "first(known(ShortTermDebt, CurrentPortionOfLongTermDebt, FinanceLeaseCurrent, LongTermDebt, ConvertibleDebtNonCurrent,"
            " FinanceLeaseNonCurrent, OtherBorrowings), TotalDebt)", MONEY,
            "Lines of the balance sheet for short-term debt, the current portion of long-term debt, long-term and "
            "convertible debt, other borrowings and finance leases, without operating leases; if there are none, the "
            "total debt that the issuer reports.", "CFA", ("debt", "total borrowings", "gross debt", "financial debt")),
    _define("LeaseAdjustedDebt", "Lease-adjusted debt",
            "TotalDebt + known(OperatingLeaseCurrentDebtEquivalent, OperatingLeaseNonCurrentDebtEquivalent)", MONEY,
            "Total debt plus operating lease liabilities.", "S&P; Moody's",
            ("total debt including leases", "adjusted debt", "debt including operating leases")),
    _define("NetDebt", "Net debt", "TotalDebt - CashAndMarketableSecurities", MONEY,
            "Total debt less cash and cash equivalents.", "Textbook"),
    _define("NetDebtAfterInvestments", "Net debt after short-term investments",
            "TotalDebt - CashAndMarketableSecurities - optional(ShortTermInvestments)", MONEY,
            "Total debt less cash, cash equivalents and short-term investments.", "S&P"),
    _define("TotalCapital", "Total capital", "TotalDebt + AllEquityBalanceIncludingMinorityInterest", MONEY,
            "Total debt plus total equity.", "CFA", ("total capitalization", "capitalization")),
    _define("InvestedCapital", "Invested capital",
            "TotalDebt + AllEquityBalanceIncludingMinorityInterest - CashAndMarketableSecurities", MONEY,
            "Total debt plus total equity less cash.", "McKinsey"),
)  # fmt: skip

LEVERAGE: Final = (
    _define("Leverage", "Debt to EBITDA", "TotalDebt / positive(ttm(EBITDA))", RATIO,
            "Total debt divided by EBITDA of the last twelve months.", "CFA; S&P",
            ("leverage", "leverage ratio", "total leverage", "gross leverage", "total debt to ebitda",
             "total leverage ratio")),
    _define("NetLeverage", "Net debt to EBITDA", "NetDebt / positive(ttm(EBITDA))", RATIO,
            "Net debt divided by EBITDA of the last twelve months.", "S&P", ("net leverage", "net leverage ratio")),
    _define("LeaseAdjustedLeverage", "Lease-adjusted debt to EBITDAR", "LeaseAdjustedDebt / positive(ttm(EBITDAR))", RATIO,
            "Lease-adjusted debt divided by EBITDAR of the last twelve months.", "Moody's",
            ("lease-adjusted leverage", "adjusted leverage", "rent-adjusted leverage")),
    _define("DebtToEquity", "Debt to equity", "TotalDebt / positive(AllEquityBalance)", RATIO,
            "Total debt divided by shareholders' equity.", "CFA",
            ("debt-to-equity ratio", "debt/equity", "d/e", "debt to equity ratio", "gearing")),
    _define("DebtToCapital", "Debt to capital", "TotalDebt / TotalCapital", PERCENT,
            "Total debt as a share of total debt and total equity.", "CFA; S&P",
            ("debt-to-capital ratio", "debt to capitalization", "debt to total capital")),
    _define("DebtToAssets", "Debt to assets", "TotalDebt / Assets", PERCENT,
            "Total debt as a share of total assets.", "CFA", ("debt-to-assets ratio", "debt ratio")),
    _define("LiabilitiesToEquity", "Liabilities to equity",
            "first(Liabilities, Assets - AllEquityBalanceIncludingMinorityInterest) / positive(AllEquityBalance)", RATIO,
            "Total liabilities divided by shareholders' equity.", "Textbook", ("total liabilities to equity",)),
    _define("FinancialLeverage", "Financial leverage", "avg(Assets) / positive(avg(AllEquityBalance))", RATIO,
            "Average total assets divided by average shareholders' equity.", "CFA",
            ("equity multiplier", "financial leverage ratio")),
    _define("EquityRatio", "Equity ratio", "AllEquityBalanceIncludingMinorityInterest / Assets", PERCENT,
            "Total equity as a share of total assets.", "Textbook", ("equity to assets",)),
)  # fmt: skip

COVERAGE: Final = (
    _define("InterestCoverage", "EBIT to interest", "ttm(EBIT) / positive(ttm(InterestExpense))", RATIO,
            "EBIT divided by interest expense.", "CFA",
            ("interest coverage", "interest coverage ratio", "times interest earned", "ebit interest coverage",
             "interest cover")),
    _define("EBITDACoverage", "EBITDA to interest", "ttm(EBITDA) / positive(ttm(InterestExpense))", RATIO,
            "EBITDA divided by interest expense.", "S&P",
            ("ebitda interest coverage", "ebitda coverage", "ebitda to interest expense", "ebitda interest cover")),
    _define("FixedChargeCoverage", "Fixed charge coverage",
            "(ttm(EBIT) + ttm(OperatingLeaseExpense)) / positive(ttm(InterestExpense) + ttm(OperatingLeaseExpense))", RATIO,
            "EBIT plus rent, divided by interest expense plus rent.", "CFA", ("fixed charge coverage ratio", "fccr")),
    _define("FFO", "Funds from operations", "EBITDA - NetInterestExpense - first(IncomeTaxesPaid, IncomeTaxes)", MONEY,
            "EBITDA less net interest expense and taxes paid.", "S&P", ("ffo", "funds from operations (s&p)")),
    _define("FFOToDebt", "FFO to debt", "ttm(FFO) / TotalDebt", PERCENT,
            "Funds from operations as a share of total debt.", "S&P", ("funds from operations to debt", "ffo/debt")),
    _define("OperatingCashFlowToDebt", "Operating cash flow to debt", "ttm(NetCashFromOperatingActivities) / TotalDebt",
            PERCENT, "Cash flow from operating activities as a share of total debt.", "CFA; S&P",
            ("cfo to debt", "cash flow to debt", "cfo/debt")),
    _define("FreeCashFlowToDebt", "Free cash flow to debt", "ttm(FreeCashFlow) / TotalDebt", PERCENT,
            "Free cash flow as a share of total debt.", "S&P", ("fcf to debt", "fcf/debt", "focf to debt")),
    _define("RetainedCashFlowToDebt", "Retained cash flow to debt",
            "(ttm(NetCashFromOperatingActivities) - optional(ttm(CommonDividendsPaid))) / TotalDebt", PERCENT,
            "Cash flow from operating activities less dividends, as a share of total debt.", "Moody's",
            ("rcf to debt", "rcf/debt")),
    _define("CashInterestCoverage", "Cash flow to interest",
            "(NetCashFromOperatingActivities + InterestPaid + IncomeTaxesPaid) / positive(InterestPaid)", RATIO,
            "Cash flow from operating activities before interest and taxes paid, divided by interest paid.", "CFA",
            ("cash interest coverage", "cash coverage")),
)  # fmt: skip

CASH: Final = (
    _define("FreeCashFlow", "Free cash flow", "NetCashFromOperatingActivities - CapitalExpenses", MONEY,
            "Cash flow from operating activities less capital expenditures.", "SEC 102.07", ("fcf",)),
    _define("FCFMargin", "Free cash flow margin", "FreeCashFlow / Revenue", PERCENT,
            "Free cash flow as a share of revenue.", "Textbook", ("fcf margin",)),
    _define("FCFConversion", "Free cash flow conversion", "FreeCashFlow / positive(EBITDA)", PERCENT,
            "Free cash flow as a share of EBITDA.", "S&P", ("fcf conversion", "cash conversion", "fcf to ebitda")),
    _define("FCFToNetIncome", "Free cash flow to net income", "FreeCashFlow / positive(NetIncome)", PERCENT,
            "Free cash flow as a share of net income.", "Textbook", ("fcf to net income",)),
    _define("CashFlowQuality", "Operating cash flow to net income", "NetCashFromOperatingActivities / positive(NetIncome)", RATIO,
            "Cash flow from operating activities divided by net income.", "CFA",
            ("quality of earnings", "cfo to net income")),
    _define("OperatingCashFlowMargin", "Operating cash flow margin", "NetCashFromOperatingActivities / Revenue", PERCENT,
            "Cash flow from operating activities as a share of revenue.", "CFA", ("cash flow to revenue", "cfo margin")),
    _define("CapexIntensity", "Capex to revenue", "CapitalExpenses / Revenue", PERCENT,
            "Capital expenditures as a share of revenue.", "Textbook",
            ("capex intensity", "capital intensity", "capex margin", "capex % margin")),
    _define("CapexToDepreciation", "Capex to depreciation", "CapitalExpenses / DepreciationAndAmortization", RATIO,
            "Capital expenditures divided by depreciation and amortization.", "Textbook",
            ("capex to d&a", "reinvestment ratio")),
    _define("CapexCoverage", "Operating cash flow to capex", "NetCashFromOperatingActivities / CapitalExpenses", RATIO,
            "Cash flow from operating activities divided by capital expenditures.", "CFA",
            ("capex coverage", "reinvestment coverage")),
)  # fmt: skip

CREDIT_MEASURES: Final = (*DEBT, *LEVERAGE, *COVERAGE, *CASH)
