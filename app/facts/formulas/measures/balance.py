"""Turnover, days, working capital and liquidity."""

from typing import Final

from app.facts.formulas.definitions import MeasureDefinition
from app.facts.formulas.units import DAYS, MONEY, RATIO

_define = MeasureDefinition

TURNOVER: Final = (
    _define("AssetTurnover", "Asset turnover", "Revenue / avg(Assets)", RATIO,
            "Revenue divided by the average of total assets at the beginning and the end of the period.", "CFA",
            ("total asset turnover", "asset turnover ratio", "total assets turnover")),
    _define("FixedAssetTurnover", "Fixed asset turnover", "Revenue / avg(PlantPropertyEquipmentNet)", RATIO,
            "Revenue divided by average net property, plant and equipment.", "CFA",
            ("fixed asset turnover ratio", "pp&e turnover")),
    _define("WorkingCapitalTurnover", "Working capital turnover", "Revenue / avg(WorkingCapital)", RATIO,
            "Revenue divided by average working capital.", "CFA"),
    _define("InventoryTurnover", "Inventory turnover", "CostOfGoodsAndServicesSold / avg(Inventories)", RATIO,
            "Cost of goods sold divided by average inventory.", "CFA", ("inventory turnover ratio", "inventory turns")),
    _define("ReceivablesTurnover", "Receivables turnover", "Revenue / avg(TradeReceivables)", RATIO,
            "Revenue divided by average accounts receivable.", "CFA",
            ("accounts receivable turnover", "receivables turnover ratio", "ar turnover")),
    _define("Purchases", "Purchases", "CostOfGoodsAndServicesSold + optional(change(Inventories))",
            MONEY, "Cost of goods sold plus the change in inventory, if there is any.", "CFA"),
    _define("PayablesTurnover", "Payables turnover", "Purchases / avg(TradePayables)", RATIO,
            "Purchases divided by average accounts payable.", "CFA",
            ("accounts payable turnover", "payables turnover ratio", "ap turnover")),
    _define("DaysSalesOutstanding", "Days sales outstanding", "days() * avg(TradeReceivables) / Revenue", DAYS,
            "365 × average accounts receivable divided by revenue.", "CFA",
            ("dso", "days of sales outstanding", "collection period", "days receivables")),
    _define("DaysInventoryOutstanding", "Days inventory outstanding",
            "days() * avg(Inventories) / CostOfGoodsAndServicesSold", DAYS,
            "365 × average inventory divided by cost of goods sold.", "CFA",
            ("dio", "days inventory", "days of inventory on hand", "doh", "days sales of inventory", "dsi")),
    _define("DaysPayablesOutstanding", "Days payables outstanding", "days() * avg(TradePayables) / Purchases", DAYS,
            "365 × average accounts payable divided by purchases (cost of goods sold plus the change in inventory).",
            "CFA", ("dpo", "days payable outstanding", "number of days of payables", "days payables")),
    _define("CashConversionCycle", "Cash conversion cycle",
            "DaysInventoryOutstanding + DaysSalesOutstanding - DaysPayablesOutstanding", DAYS,
            "Days inventory plus days sales less days payables outstanding.", "CFA", ("ccc",)),
)  # fmt: skip

LIQUIDITY: Final = (
    _define("WorkingCapital", "Working capital", "CurrentAssetsTotal - CurrentLiabilitiesTotal", MONEY,
            "Current assets less current liabilities.", "CFA", ("net working capital", "nwc")),
    _define("OperatingWorkingCapital", "Operating working capital",
            "TradeReceivables + optional(Inventories) - TradePayables", MONEY,
            "Accounts receivable plus inventory less accounts payable.", "S&P",
            ("trade working capital", "net operating working capital")),
    _define("CurrentRatio", "Current ratio", "CurrentAssetsTotal / CurrentLiabilitiesTotal", RATIO,
            "Current assets divided by current liabilities.", "CFA", ("working capital ratio",)),
    _define("QuickRatio", "Quick ratio",
            "(CashAndMarketableSecurities + optional(ShortTermInvestments) + TradeReceivables) / CurrentLiabilitiesTotal",
            RATIO, "Cash, short-term investments and accounts receivable divided by current liabilities.", "CFA",
            ("acid test", "acid test ratio", "acid-test ratio")),
    _define("CashRatio", "Cash ratio",
            "(CashAndMarketableSecurities + optional(ShortTermInvestments)) / CurrentLiabilitiesTotal", RATIO,
            "Cash and short-term investments divided by current liabilities.", "CFA"),
    _define("OperatingCashFlowRatio", "Operating cash flow ratio",
            "NetCashFromOperatingActivities / CurrentLiabilitiesTotal", RATIO,
            "Cash flow from operating activities divided by current liabilities.", "Textbook"),
)  # fmt: skip

BALANCE_MEASURES: Final = (*TURNOVER, *LIQUIDITY)
