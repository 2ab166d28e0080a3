"""Growth, margins and earnings before other items."""

from typing import Final

from app.facts.formulas.definitions import MeasureDefinition
from app.facts.formulas.units import MONEY, PERCENT

_define = MeasureDefinition

EARNINGS: Final = (
    _define("GrossProfit", "Gross profit", "first(GrossProfit, Revenue - CostOfGoodsAndServicesSold)", MONEY,
            "Revenue less cost of goods sold.", "CFA", ("gross income",)),
    _define("DepreciationAndAmortization", "Depreciation and amortization",
            "first(DepreciationAmortizationCF, Depreciation + AmortizationOfIntangibles, DepreciationExpense, Depreciation)",
            MONEY, "Depreciation and amortization of the cash flow statement; the sum of its parts if it is split; else that of the income statement.",
            "ASC 230", ("d&a", "da", "depreciation & amortization", "depreciation depletion and amortization",
                        "depreciation and amortisation")),
    _define("EBIT", "EBIT", "first(OperatingIncomeLoss, PretaxIncomeLoss + InterestExpense)", MONEY,
            "Operating income; if none is reported, income before taxes plus interest expense (net, if only that is reported).", "CFA; SEC 103.01",
            ("earnings before interest and taxes", "earnings before interest and tax")),
    _define("EBITDA", "EBITDA", "EBIT + DepreciationAndAmortization", MONEY,
            "EBIT plus depreciation and amortization of the cash flow statement, unadjusted.", "S&P; SEC 103.01",
            ("earnings before interest taxes depreciation and amortization", "unadjusted ebitda",
             "earnings before interest tax depreciation and amortization")),
    _define("EBITDAFromNetIncome", "EBITDA from net income",
            "first(ProfitLoss, NetIncome) + IncomeTaxes + InterestExpense + DepreciationAndAmortization", MONEY,
            "Net income plus income taxes, interest expense, depreciation and amortization.", "SEC 103.01"),
    _define("EBITDAR", "EBITDAR", "EBITDA + OperatingLeaseExpense", MONEY,
            "EBITDA plus rent: the cost of operating leases.", "Moody's",
            ("earnings before interest taxes depreciation amortization and rent",)),
    _define("EBITDABeforeStockCompensation", "EBITDA before stock-based compensation",
            "EBITDA + StockBasedCompensationCF", MONEY, "EBITDA plus stock-based compensation.", "S&P",
            ("ebitda excluding stock-based compensation",)),
    _define("EBITDABeforeSpecialItems", "EBITDA before special items",
            "EBITDA + optional(RestructuringExpenseBenefit) + optional(AssetImpairmentChargesIS)", MONEY,
            "EBITDA plus restructuring and impairment charges, as far as they are reported.", "S&P",
            ("ebitda excluding restructuring and impairment",)),
    _define("NOPAT", "NOPAT", "EBIT * (1 - EffectiveTaxRate)", MONEY,
            "EBIT less taxes at the effective rate.", "McKinsey", ("net operating profit after tax",)),
    _define("InterestExpense", "Interest expense", "first(InterestExpense, -InterestExpenseNet)", MONEY,
            "Interest expense; if only that after interest income is reported, that.", "Textbook"),
    _define("NetInterestExpense", "Net interest expense",
            "first(-InterestExpenseNet, InterestExpense - InterestAndDividendIncome)", MONEY,
            "Interest expense less interest income.", "Textbook", ("net interest",)),
)  # fmt: skip

GROWTH: Final = (
    _define("RevenueGrowth", "Revenue growth", "growth(Revenue)", PERCENT,
            "Change of revenue against the year before, as a share of that.", "Textbook",
            ("sales growth", "total revenue growth", "revenue growth rate", "top line growth", "net sales growth")),
    _define("GrossProfitGrowth", "Gross profit growth", "growth(GrossProfit)", PERCENT,
            "Change of gross profit against the year before.", "Textbook"),
    _define("OperatingIncomeGrowth", "Operating income growth", "growth(OperatingIncomeLoss)", PERCENT,
            "Change of operating income against the year before.", "Textbook", ("operating profit growth",)),
    _define("EBITDAGrowth", "EBITDA growth", "growth(EBITDA)", PERCENT,
            "Change of EBITDA against the year before.", "Textbook"),
    _define("NetIncomeGrowth", "Net income growth", "growth(NetIncome)", PERCENT,
            "Change of net income against the year before.", "Textbook", ("earnings growth", "profit growth")),
    _define("EPSGrowth", "EPS growth", "growth(EarningsPerShareDiluted)", PERCENT,
            "Change of diluted earnings per share against the year before.", "Textbook",
            ("earnings per share growth", "diluted eps growth")),
    _define("RevenueCAGR3", "Three-year revenue CAGR", "cagr(Revenue, 3)", PERCENT,
            "Compound annual growth of revenue over three years.", "Textbook", ("3 year revenue cagr",)),
    _define("RevenueCAGR5", "Five-year revenue CAGR", "cagr(Revenue, 5)", PERCENT,
            "Compound annual growth of revenue over five years.", "Textbook", ("5 year revenue cagr",)),
)  # fmt: skip

MARGINS: Final = (
    _define("GrossMargin", "Gross margin", "GrossProfit / Revenue", PERCENT,
            "Gross profit as a share of revenue.", "CFA", ("gross profit margin", "gross margin percentage")),
    _define("OperatingMargin", "Operating margin", "OperatingIncomeLoss / Revenue", PERCENT,
            "Operating income as a share of revenue.", "CFA",
            ("operating income margin", "operating profit margin", "ebit margin", "operating income % margin")),
    _define("EBITDAMargin", "EBITDA margin", "EBITDA / Revenue", PERCENT,
            "EBITDA as a share of revenue.", "S&P", ("ebitda % margin", "unadjusted ebitda % margin")),
    _define("PretaxMargin", "Pretax margin", "PretaxIncomeLoss / Revenue", PERCENT,
            "Income before taxes as a share of revenue.", "CFA", ("pre-tax margin", "ebt margin")),
    _define("NetMargin", "Net margin", "NetIncome / Revenue", PERCENT, "Net income as a share of revenue.", "CFA",
            ("net profit margin", "net income margin", "profit margin", "return on sales")),
    _define("CostOfSalesRatio", "Cost of goods sold to revenue", "CostOfGoodsAndServicesSold / Revenue", PERCENT,
            "Cost of goods sold as a share of revenue.", "Textbook", ("cogs to revenue", "cogs % margin", "cogs margin")),
    _define("SGAToRevenue", "SG&A to revenue", "SellingGeneralAndAdminExpenses / Revenue", PERCENT,
            "Selling, general and administrative expenses as a share of revenue.", "Textbook",
            ("sg&a ratio", "sg&a margin")),
    _define("RDToRevenue", "R&D to revenue", "ResearchAndDevelopmentExpenses / Revenue", PERCENT,
            "Research and development as a share of revenue.", "Textbook", ("r&d intensity", "r&d margin")),
    _define("DAMargin", "D&A to revenue", "DepreciationAndAmortization / Revenue", PERCENT,
            "Depreciation and amortization as a share of revenue.", "Textbook",
            ("d&a % margin", "d&a margin", "depreciation and amortization margin")),
    _define("EffectiveTaxRate", "Effective tax rate", "IncomeTaxes / PretaxIncomeLoss", PERCENT,
            "Income tax expense as a share of income before taxes.", "ASC 740", ("effective income tax rate", "etr",
            "tax rate")),
)  # fmt: skip

INCOME_MEASURES: Final = (*EARNINGS, *GROWTH, *MARGINS)
