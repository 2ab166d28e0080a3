"""Returns, dividends and amounts per share."""

from typing import Final

from app.facts.formulas.definitions import MeasureDefinition
from app.facts.formulas.units import MONEY, NUMBER, PER_SHARE, PERCENT, RATIO

_define = MeasureDefinition

RETURNS: Final = (
    _define("ReturnOnAssets", "Return on assets", "NetIncome / avg(Assets)", PERCENT,
            "Net income as a share of average total assets.", "CFA", ("roa", "roaa", "return on average assets", "return on average total assets")),
    _define("OperatingReturnOnAssets", "Operating return on assets", "EBIT / avg(Assets)", PERCENT,
            "EBIT as a share of average total assets.", "CFA", ("operating roa",)),
    _define("ReturnOnEquity", "Return on equity", "NetIncome / positive(avg(AllEquityBalance))", PERCENT,
            "Net income as a share of average shareholders' equity.", "CFA",
            ("roe", "roae", "return on average equity", "return on average shareholders equity", "return on shareholders equity")),
    _define("ReturnOnTangibleEquity", "Return on tangible equity", "NetIncome / positive(avg(TangibleBookValue))", PERCENT,
            "Net income as a share of average tangible book value.", "Textbook",
            ("rotce", "return on tangible common equity", "return on average tangible common equity",
             "return on average tangible equity")),
    _define("ReturnOnInvestedCapital", "Return on invested capital", "NOPAT / positive(avg(InvestedCapital))", PERCENT,
            "EBIT after taxes at the effective rate, as a share of average invested capital.", "McKinsey", ("roic", "return on average invested capital")),
    _define("ReturnOnCapital", "Return on total capital", "EBIT / avg(TotalCapital)", PERCENT,
            "EBIT as a share of average total debt and equity.", "CFA; S&P", ("return on capital",)),
    _define("ReturnOnCapitalEmployed", "Return on capital employed",
            "EBIT / avg(Assets - CurrentLiabilitiesTotal)", PERCENT,
            "EBIT as a share of average total assets less current liabilities.", "Textbook", ("roce",)),
)  # fmt: skip

PAYOUT: Final = (
    _define("DividendPayout", "Dividend payout ratio", "CommonDividendsPaid / positive(NetIncome)", PERCENT,
            "Dividends paid as a share of net income.", "CFA", ("payout ratio", "dividend payout")),
    _define("RetentionRatio", "Retention ratio", "1 - CommonDividendsPaid / positive(NetIncome)", NUMBER,
            "Share of net income that is not paid as dividends.", "CFA",
            ("retention rate", "plowback ratio", "earnings retention ratio")),
    _define("DividendCover", "Dividend cover", "NetIncome / CommonDividendsPaid", RATIO,
            "Net income divided by dividends paid.", "Textbook", ("dividend coverage", "dividend coverage ratio")),
    _define("CashDividendCover", "Cash dividend cover", "NetCashFromOperatingActivities / CommonDividendsPaid", RATIO,
            "Cash flow from operating activities divided by dividends paid.", "CFA", ("dividend payment coverage",)),
    _define("TotalPayout", "Total payout ratio", "(CommonDividendsPaid + StockRepurchasePayments) / positive(NetIncome)", PERCENT,
            "Dividends paid and shares repurchased as a share of net income.", "Textbook", ("total payout",)),
    _define("SustainableGrowth", "Sustainable growth rate", "RetentionRatio * ReturnOnEquity", PERCENT,
            "Retention ratio times return on equity.", "CFA", ("sustainable growth",)),
)  # fmt: skip

SHARES: Final = (
    _define("TangibleBookValue", "Tangible book value",
            "AllEquityBalance - optional(Goodwill) - optional(IntangibleAssets)", MONEY,
            "Shareholders' equity less goodwill and intangible assets, as far as they are reported.", "Textbook",
            ("tangible common equity", "tangible equity", "tangible book")),
    _define("BookValuePerShare", "Book value per share",
            "(AllEquityBalance - optional(PreferredStock)) / SharesYearEnd", PER_SHARE,
            "Shareholders' equity less preferred stock, divided by the shares outstanding at the end of the period.",
            "CFA", ("bvps", "book value per common share")),
    _define("TangibleBookValuePerShare", "Tangible book value per share",
            "(TangibleBookValue - optional(PreferredStock)) / SharesYearEnd", PER_SHARE,
            "Tangible book value less preferred stock, divided by the shares outstanding.", "Textbook", ("tbvps",)),
    _define("ComputedBasicEPS", "Computed basic EPS",
            "first(NetIncomeToCommonShareholders, NetIncome - optional(PreferredDividendExpense)) / SharesAverage",
            PER_SHARE, "Net income for common shareholders divided by average shares.", "ASC 260"),
    _define("ComputedDilutedEPS", "Computed diluted EPS",
            "first(NetIncomeToCommonShareholders, NetIncome - optional(PreferredDividendExpense)) / SharesFullyDilutedAverage",
            PER_SHARE, "Net income for common shareholders divided by average diluted shares.", "ASC 260"),
    _define("RevenuePerShare", "Revenue per share", "Revenue / SharesFullyDilutedAverage", PER_SHARE,
            "Revenue divided by average diluted shares.", "Textbook", ("sales per share",)),
    _define("CashFlowPerShare", "Operating cash flow per share",
            "NetCashFromOperatingActivities / SharesFullyDilutedAverage", PER_SHARE,
            "Cash flow from operating activities divided by average diluted shares.", "CFA", ("cash flow per share",)),
    _define("FreeCashFlowPerShare", "Free cash flow per share", "FreeCashFlow / SharesFullyDilutedAverage", PER_SHARE,
            "Free cash flow divided by average diluted shares.", "Textbook", ("fcf per share",)),
    _define("DividendPayoutPerShare", "Payout per share", "CommonDividendsPerShare / positive(EarningsPerShareDiluted)", PERCENT,
            "Dividends declared per share as a share of diluted earnings per share.", "CFA"),
)  # fmt: skip

RETURN_MEASURES: Final = (*RETURNS, *PAYOUT, *SHARES)
