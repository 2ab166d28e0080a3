"""Line items of the income statement (17 CFR 210.5-03)."""

from app.facts.line_items import LineItem, Measure, Shown

_ATTRIBUTABLE = r"(?: (?:attributable|available|applicable) to (?!.*(?:non-?controlling|common|preferred)).+)?"
_BASIC = r"(?=.*\bbasic\b)(?!.*dilut)"
_DILUTED = r"(?=.*\bdilut)(?!.*\bbasic\b)"
_SHARES = r"(?=.*(?:weighted|average|shares used|number of|shares outstanding)).*"
_PER_SHARE = r"(?=.*per (?:\w+ ){0,2}(?:share|unit))(?!.*(?:weighted|shares used|dividend|continuing|discontinued)).*"

INCOME_ITEMS: tuple[LineItem, ...] = (
    LineItem("RevenueFromContractWithCustomerExcludingAssessedTax", r"(?:total )?(?:net )?sales", Shown.INCOME),
    LineItem("Revenues", r"(?:total )?(?:net )?(?:operating )?revenues?(?:, net)?|total net revenues?", Shown.INCOME),
    LineItem("CostOfRevenue", r"(?:total )?costs? of (?:net )?(?:revenues?|products and services)", Shown.EXPENSE),
    LineItem(
        "CostOfGoodsAndServicesSold",
        r"(?:total )?costs? of (?:goods|products?)(?: and services)? sold|(?:total )?costs? of (?:net )?sales",
        Shown.EXPENSE,
    ),
    LineItem("GrossProfit", r"gross (?:profit|margin|income)", Shown.INCOME),
    LineItem(
        "SellingGeneralAndAdministrativeExpense",
        r"(?:total )?(?:selling|marketing),? (?:general,?|informational)?,? ?and administrative(?: expenses?| costs)?(?:, net)?",
        Shown.EXPENSE,
    ),
    LineItem("GeneralAndAdministrativeExpense", r"general and administrative(?: expenses?| costs)?", Shown.EXPENSE),
    LineItem("SellingAndMarketingExpense", r"(?:selling|sales) and marketing(?: expenses?)?", Shown.EXPENSE),
    LineItem("MarketingAndAdvertisingExpense", r"(?:marketing|advertising)(?: and \w+)?(?: expenses?)?", Shown.EXPENSE),
    LineItem(
        "ResearchAndDevelopmentExpense",
        r"research,? (?:and )?development(?:,? and engineering)?(?: expenses?| costs)?(?:, net)?",
        Shown.EXPENSE,
    ),
    LineItem(
        "DepreciationAndAmortization",
        r"(?:depreciation and amortization|depreciation, (?:depletion,? )?and amortization)(?: expenses?)?",
        Shown.EXPENSE,
    ),
    LineItem(
        "AmortizationOfIntangibleAssets",
        r"amortization of (?:\w+ )?intangible(?:s| assets)|intangible(?: assets?)? amortization",
        Shown.EXPENSE,
    ),
    LineItem("RestructuringCharges", r"restructuring(?: charges?| costs?| expenses?)?(?:, net)?", Shown.EXPENSE),
    LineItem("GoodwillImpairmentLoss", r"goodwill impairments?(?: charges?| loss(?:es)?)?|impairment of goodwill", Shown.EXPENSE),
    LineItem("OperatingExpenses", r"total operating expenses", Shown.EXPENSE),
    LineItem("CostsAndExpenses", r"total (?:operating )?costs and (?:operating )?expenses|total expenses", Shown.EXPENSE),
    LineItem(
        "OperatingIncomeLoss",
        r"(?:total )?(?:income|earnings|profit|loss) from operations|(?:total )?operating (?:income|profit|earnings|loss)",
        Shown.INCOME,
    ),
    LineItem("InterestIncomeExpenseNonoperatingNet", r"interest expense, net|net interest expense|interest, net", Shown.INCOME),
    LineItem("InterestExpense", r"interest expenses?", Shown.EXPENSE),
    LineItem("InterestAndDebtExpense", r"interest and debt expenses?", Shown.EXPENSE),
    LineItem("InvestmentIncomeInterest", r"interest income", Shown.INCOME),
    LineItem("InvestmentIncomeInterestAndDividend", r"interest and dividend income", Shown.INCOME),
    LineItem("InvestmentIncomeNet", r"(?:net )?investment income(?:, net)?", Shown.INCOME),
    LineItem("ForeignCurrencyTransactionGainLossBeforeTax", r"(?:net )?foreign (?:currency|exchange)(?: transaction)? (?:gain|loss)(?:es|s)?(?:, net)?", Shown.INCOME),
    LineItem("NonoperatingIncomeExpense", r"total (?:other|non-?operating) (?:income|expense)s?(?: and expenses?)?(?:, net)?|other income and expenses?, net", Shown.INCOME),
    LineItem("OtherNonoperatingIncomeExpense", r"other (?:non-?operating )?(?:income|expense)s?(?:, net)?|other, net", Shown.INCOME),
    LineItem(
        "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest",
        r"(?:total )?(?:income|earnings|loss|profit)(?: from continuing operations)?,? before (?:the )?"
        r"(?:provision for |benefit from )?(?:income )?tax(?:es)?(?: expense| on income)?|pre-?tax (?:income|earnings)",
        Shown.INCOME,
    ),
    LineItem(
        "IncomeTaxExpenseBenefit",
        r"(?:total )?(?:(?:provision|benefit|expense) (?:for|from) )?(?:income )?tax(?:es)?(?: on income)?(?: expense| provision| benefit)?",
        Shown.EXPENSE,
    ),
    LineItem("IncomeLossFromContinuingOperations", r"(?:net )?(?:income|earnings|loss) from continuing operations(?:, net of (?:income )?tax(?:es)?)?", Shown.INCOME),
    LineItem("IncomeLossFromDiscontinuedOperationsNetOfTax", r"(?:net )?(?:income|earnings|loss|gain) (?:from|on) discontinued operations.*", Shown.INCOME),
    LineItem(
        "NetIncomeLossAttributableToNoncontrollingInterest",
        r"(?:net )?(?:income|earnings|loss)? ?attributable to (?:the )?(?:redeemable )?non-?controlling interests?",
        Shown.INCOME,
    ),
    LineItem(
        "NetIncomeLossAvailableToCommonStockholdersBasic",
        r"net (?:income|earnings|loss) (?:attributable|available|applicable) to (?:.+ )?common (?:share|stock)(?:holders|owners)?(?:, basic)?",
        Shown.INCOME,
    ),
    LineItem("NetIncomeLoss", rf"net (?:income|earnings|loss|profit){_ATTRIBUTABLE}", Shown.INCOME),
    LineItem("CommonStockDividendsPerShareDeclared", r".*dividends? (?:declared )?per (?:\w+ )?share.*", measure=Measure.PER_SHARE),
    LineItem("WeightedAverageNumberOfSharesOutstandingBasic", _BASIC + _SHARES, measure=Measure.SHARES),
    LineItem("WeightedAverageNumberOfDilutedSharesOutstanding", _DILUTED + _SHARES, measure=Measure.SHARES),
    LineItem("EarningsPerShareBasic", _BASIC + _PER_SHARE, measure=Measure.PER_SHARE),
    LineItem("EarningsPerShareDiluted", _DILUTED + _PER_SHARE, measure=Measure.PER_SHARE),
    LineItem("EarningsPerShareBasicAndDiluted", r"(?=.*basic and dilut)" + _PER_SHARE, measure=Measure.PER_SHARE),
)  # fmt: skip
