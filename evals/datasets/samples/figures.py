"""The figures of the fictional issuer, in millions of US dollars. Single items are constants; totals are computed.

The newest year comes first. A statement is a list of lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

ISSUER = "Tarnwick Packaging Corporation"
YEARS = ("2025", "2024", "2023")
MILLION = Decimal("0.1")

Amounts = tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a statement: its label, one amount per year, and whether it is a total.

    An amount of None is printed as a dash.
    """

    label: str
    amounts: tuple[Decimal | None, ...]
    is_total: bool = False


def amounts(*values: str) -> Amounts:
    return tuple(Decimal(value) for value in values)


def total(*parts: Sequence[Decimal]) -> Amounts:
    """Return the sum of the parts, year by year."""
    return tuple(sum(column, Decimal(0)) for column in zip(*parts, strict=True))


def negative(part: Sequence[Decimal]) -> Amounts:
    return tuple(-value for value in part)


# Segments
SALES_CONTAINERS = amounts("1842.6", "1765.2", "1801.4")
SALES_FILMS = amounts("1107.4", "1081.9", "1120.6")
SALES_SPECIALTY = amounts("664.0", "612.3", "571.8")
SALES = total(SALES_CONTAINERS, SALES_FILMS, SALES_SPECIALTY)
INCOME_CONTAINERS = amounts("301.2", "271.5", "275.4")
INCOME_FILMS = amounts("158.9", "149.0", "152.1")
INCOME_SPECIALTY = amounts("131.5", "107.1", "80.9")
CORPORATE = amounts("-46.2", "-43.4", "-43.1")

# Statement of income
COST_OF_SALES = amounts("2588.3", "2511.8", "2561.0")
GROSS_PROFIT = total(SALES, negative(COST_OF_SALES))
SELLING = amounts("421.9", "409.3", "415.6")
RESEARCH = amounts("58.4", "54.1", "51.9")
RESTRUCTURING = amounts("22.6", "31.7", "12.4")
OPERATING_INCOME = total(GROSS_PROFIT, negative(SELLING), negative(RESEARCH), negative(RESTRUCTURING))
INTEREST = amounts("118.7", "124.3", "109.6")
OTHER_INCOME = amounts("6.2", "4.8", "3.1")
PRETAX = total(OPERATING_INCOME, negative(INTEREST), OTHER_INCOME)
TAXES = amounts("94.4", "78.3", "83.1")
NET_INCOME = total(PRETAX, negative(TAXES))
DILUTED_SHARES = amounts("142.6", "144.1", "145.8")
DILUTED_EPS = tuple(
    (income / shares).quantize(Decimal("0.01")) for income, shares in zip(NET_INCOME, DILUTED_SHARES, strict=True)
)

# Cash flows
DEPRECIATION = amounts("198.4", "191.0", "186.7")
STOCK_PAY = amounts("21.3", "19.8", "18.2")
DEFERRED_TAX_CHANGE = amounts("-8.7", "4.2", "6.9")
WORKING_CAPITAL = amounts("-44.9", "12.6", "-21.5")
OTHER_OPERATING = amounts("5.6", "3.1", "-2.4")
OPERATING_CASH = total(NET_INCOME, DEPRECIATION, STOCK_PAY, DEFERRED_TAX_CHANGE, WORKING_CAPITAL, OTHER_OPERATING)
CAPEX = amounts("-176.2", "-168.9", "-183.4")
ACQUISITIONS = amounts("-85.0", "0.0", "-42.5")
DISPOSALS = amounts("9.4", "6.0", "4.1")
INVESTING_CASH = total(CAPEX, ACQUISITIONS, DISPOSALS)
BORROWED = amounts("500.0", "0.0", "115.0")
REPAID = amounts("-565.0", "-120.0", "-150.0")
DIVIDENDS = amounts("-98.4", "-92.3", "-87.5")
REPURCHASES = amounts("-75.0", "-60.0", "-50.0")
OTHER_FINANCING = amounts("-6.1", "-4.7", "-3.9")
FINANCING_CASH = total(BORROWED, REPAID, DIVIDENDS, REPURCHASES, OTHER_FINANCING)
CURRENCY_EFFECT = amounts("3.2", "-5.1", "1.8")
CASH_CHANGE = total(OPERATING_CASH, INVESTING_CASH, FINANCING_CASH, CURRENCY_EFFECT)
CASH_END = amounts("306.2", "311.7", "271.3")
CASH_BEGIN = total(CASH_END, negative(CASH_CHANGE))

# Balance sheet, two years
CASH = CASH_END[:2]
RECEIVABLES = amounts("512.8", "487.3")
INVENTORIES = amounts("468.5", "441.2")
PREPAID = amounts("73.9", "70.4")
CURRENT_ASSETS = total(CASH, RECEIVABLES, INVENTORIES, PREPAID)
PLANT = amounts("1684.7", "1652.3")
GOODWILL = amounts("912.0", "868.5")
INTANGIBLES = amounts("318.6", "331.9")
OTHER_ASSETS = amounts("147.2", "139.4")
ASSETS = total(CURRENT_ASSETS, PLANT, GOODWILL, INTANGIBLES, OTHER_ASSETS)

# Debt, two years
REVOLVER = amounts("0.0", "115.0")
TERM_LOAN = amounts("575.0", "625.0")
NOTES_2026 = amounts("0.0", "400.0")
NOTES_2028 = amounts("450.0", "450.0")
NOTES_2030 = amounts("600.0", "600.0")
NOTES_2033 = amounts("500.0", "0.0")
OTHER_DEBT = amounts("12.3", "12.3")
PRINCIPAL = total(REVOLVER, TERM_LOAN, NOTES_2026, NOTES_2028, NOTES_2030, NOTES_2033, OTHER_DEBT)
DEBT_COSTS = amounts("-24.8", "-21.1")
DEBT = total(PRINCIPAL, DEBT_COSTS)
CURRENT_DEBT = amounts("50.0", "65.0")
LONG_TERM_DEBT = total(DEBT, negative(CURRENT_DEBT))
MATURITIES = tuple(
    zip(
        ("2026", "2027", "2028", "2029", "2030", "Thereafter"),
        amounts("50.0", "50.0", "500.0", "425.0", "600.0", "512.3"),
        strict=True,
    )
)

PAYABLES = amounts("398.6", "381.0")
ACCRUED = amounts("246.3", "239.7")
CURRENT_LIABILITIES = total(PAYABLES, ACCRUED, CURRENT_DEBT)
DEFERRED_TAXES = amounts("187.9", "196.6")
PENSIONS = amounts("142.8", "158.3")
OTHER_LIABILITIES = amounts("96.7", "91.8")
LIABILITIES = total(CURRENT_LIABILITIES, LONG_TERM_DEBT, DEFERRED_TAXES, PENSIONS, OTHER_LIABILITIES)
CAPITAL = amounts("812.4", "791.1")
RETAINED = amounts("860.3", "642.8")
TREASURY = amounts("-290.0", "-215.0")
OTHER_COMPREHENSIVE = amounts("-143.6", "-164.8")
EQUITY = total(CAPITAL, RETAINED, TREASURY, OTHER_COMPREHENSIVE)
LIABILITIES_AND_EQUITY = total(LIABILITIES, EQUITY)

# Covenants: EBITDA as the credit agreement defines it, newest year
ADJUSTED_EBITDA = total(NET_INCOME, TAXES, INTEREST, DEPRECIATION, RESTRUCTURING, STOCK_PAY)
NET_LEVERAGE = ((PRINCIPAL[0] - CASH[0]) / ADJUSTED_EBITDA[0]).quantize(Decimal("0.01"))
COVERAGE = (ADJUSTED_EBITDA[0] / INTEREST[0]).quantize(Decimal("0.01"))

# The offering of notes
NEW_NOTES = Decimal("400.0")
ISSUE_PRICE = Decimal("99.250")
GROSS_PROCEEDS = (NEW_NOTES * ISSUE_PRICE / 100).quantize(MILLION)
UNDERWRITING = (NEW_NOTES * Decimal("0.01")).quantize(MILLION)
EXPENSES = Decimal("1.5")
NET_PROCEEDS = GROSS_PROCEEDS - UNDERWRITING - EXPENSES
LOAN_REPAID = Decimal("375.0")
GENERAL_PURPOSES = NET_PROCEEDS - LOAN_REPAID
REDEMPTION_PRICES = (("2029", "102.875%"), ("2030", "101.438%"), ("2031 and thereafter", "100.000%"))
