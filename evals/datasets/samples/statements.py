"""The statements of the annual report, as lists of printed lines."""

from evals.datasets.samples import figures as f
from evals.datasets.samples.figures import Line


def income_statement() -> list[Line]:
    return [
        Line("Net sales", f.SALES),
        Line("Cost of sales", f.COST_OF_SALES),
        Line("Gross profit", f.GROSS_PROFIT, is_total=True),
        Line("Selling, general and administrative expenses", f.SELLING),
        Line("Research and development expenses", f.RESEARCH),
        Line("Restructuring charges", f.RESTRUCTURING),
        Line("Operating income", f.OPERATING_INCOME, is_total=True),
        Line("Interest expense", f.INTEREST),
        Line("Other income, net", f.OTHER_INCOME),
        Line("Income before income taxes", f.PRETAX, is_total=True),
        Line("Provision for income taxes", f.TAXES),
        Line("Net income", f.NET_INCOME, is_total=True),
    ]


def balance_sheet() -> list[Line]:
    return [
        Line("Cash and cash equivalents", f.CASH),
        Line("Accounts receivable, net", f.RECEIVABLES),
        Line("Inventories", f.INVENTORIES),
        Line("Prepaid expenses and other current assets", f.PREPAID),
        Line("Total current assets", f.CURRENT_ASSETS, is_total=True),
        Line("Property, plant and equipment, net", f.PLANT),
        Line("Goodwill", f.GOODWILL),
        Line("Intangible assets, net", f.INTANGIBLES),
        Line("Other assets", f.OTHER_ASSETS),
        Line("Total assets", f.ASSETS, is_total=True),
        Line("Accounts payable", f.PAYABLES),
        Line("Accrued liabilities", f.ACCRUED),
        Line("Current portion of long-term debt", f.CURRENT_DEBT),
        Line("Total current liabilities", f.CURRENT_LIABILITIES, is_total=True),
        Line("Long-term debt, less current portion", f.LONG_TERM_DEBT),
        Line("Deferred income taxes", f.DEFERRED_TAXES),
        Line("Pension and other postretirement obligations", f.PENSIONS),
        Line("Other liabilities", f.OTHER_LIABILITIES),
        Line("Total liabilities", f.LIABILITIES, is_total=True),
        Line("Common stock and additional paid-in capital", f.CAPITAL),
        Line("Retained earnings", f.RETAINED),
        Line("Treasury stock, at cost", f.TREASURY),
        Line("Accumulated other comprehensive loss", f.OTHER_COMPREHENSIVE),
        Line("Total stockholders' equity", f.EQUITY, is_total=True),
        Line("Total liabilities and stockholders' equity", f.LIABILITIES_AND_EQUITY, is_total=True),
    ]


def cash_flow_statement() -> list[Line]:
    return [
        Line("Net income", f.NET_INCOME),
        Line("Depreciation and amortization", f.DEPRECIATION),
        Line("Stock-based compensation", f.STOCK_PAY),
        Line("Deferred income taxes", f.DEFERRED_TAX_CHANGE),
        Line("Changes in working capital", f.WORKING_CAPITAL),
        Line("Other operating activities", f.OTHER_OPERATING),
        Line("Net cash provided by operating activities", f.OPERATING_CASH, is_total=True),
        Line("Capital expenditures", f.CAPEX),
        Line("Acquisitions, net of cash acquired", f.ACQUISITIONS),
        Line("Proceeds from disposal of assets", f.DISPOSALS),
        Line("Net cash used in investing activities", f.INVESTING_CASH, is_total=True),
        Line("Proceeds from issuance of long-term debt", f.BORROWED),
        Line("Repayment of long-term debt", f.REPAID),
        Line("Dividends paid", f.DIVIDENDS),
        Line("Repurchases of common stock", f.REPURCHASES),
        Line("Other financing activities", f.OTHER_FINANCING),
        Line("Net cash used in financing activities", f.FINANCING_CASH, is_total=True),
        Line("Effect of exchange rates on cash", f.CURRENCY_EFFECT),
        Line("Net change in cash and cash equivalents", f.CASH_CHANGE, is_total=True),
        Line("Cash and cash equivalents, beginning of year", f.CASH_BEGIN),
        Line("Cash and cash equivalents, end of year", f.CASH_END, is_total=True),
    ]


def segment_sales() -> list[Line]:
    return [
        Line("Containers", f.SALES_CONTAINERS),
        Line("Flexible Films", f.SALES_FILMS),
        Line("Specialty Closures", f.SALES_SPECIALTY),
        Line("Total net sales", f.SALES, is_total=True),
    ]


def segment_income() -> list[Line]:
    return [
        Line("Containers", f.INCOME_CONTAINERS),
        Line("Flexible Films", f.INCOME_FILMS),
        Line("Specialty Closures", f.INCOME_SPECIALTY),
        Line("Corporate expenses", f.CORPORATE),
        Line("Restructuring charges", f.negative(f.RESTRUCTURING)),
        Line("Operating income", f.OPERATING_INCOME, is_total=True),
    ]


def debt_schedule() -> list[Line]:
    return [
        Line("Revolving credit facility due 2029", f.REVOLVER),
        Line("Term Loan A due 2029", f.TERM_LOAN),
        Line("5.875% Senior Notes due 2026", f.NOTES_2026),
        Line("4.625% Senior Notes due 2028", f.NOTES_2028),
        Line("5.250% Senior Notes due 2030", f.NOTES_2030),
        Line("6.125% Senior Notes due 2033", f.NOTES_2033),
        Line("Other debt", f.OTHER_DEBT),
        Line("Total principal", f.PRINCIPAL, is_total=True),
        Line("Unamortized discount and issuance costs", f.DEBT_COSTS),
        Line("Total debt", f.DEBT, is_total=True),
        Line("Less: current portion", f.negative(f.CURRENT_DEBT)),
        Line("Long-term debt, less current portion", f.LONG_TERM_DEBT, is_total=True),
    ]


def maturities() -> list[Line]:
    return [
        *(Line(year, (amount,)) for year, amount in f.MATURITIES),
        Line("Total principal", (f.PRINCIPAL[0],), is_total=True),
    ]


def adjusted_ebitda() -> list[Line]:
    return [
        Line("Net income", f.NET_INCOME),
        Line("Provision for income taxes", f.TAXES),
        Line("Interest expense", f.INTEREST),
        Line("Depreciation and amortization", f.DEPRECIATION),
        Line("Restructuring charges", f.RESTRUCTURING),
        Line("Stock-based compensation", f.STOCK_PAY),
        Line("Adjusted EBITDA", f.ADJUSTED_EBITDA, is_total=True),
    ]


def capitalisation() -> list[Line]:
    """Return the capitalisation, actual and as adjusted for the offering and the use of its proceeds."""
    cash, loan, equity = f.CASH[0], f.TERM_LOAN[0], f.EQUITY[0]
    debt = (f.PRINCIPAL[0], f.PRINCIPAL[0] - f.LOAN_REPAID + f.NEW_NOTES)
    return [
        Line("Cash and cash equivalents", (cash, cash + f.GENERAL_PURPOSES)),
        Line("Revolving credit facility due 2029", (f.REVOLVER[0], f.REVOLVER[0])),
        Line("Term Loan A due 2029", (loan, loan - f.LOAN_REPAID)),
        Line("4.625% Senior Notes due 2028", (f.NOTES_2028[0], f.NOTES_2028[0])),
        Line("5.250% Senior Notes due 2030", (f.NOTES_2030[0], f.NOTES_2030[0])),
        Line("6.125% Senior Notes due 2033", (f.NOTES_2033[0], f.NOTES_2033[0])),
        Line("5.750% Senior Notes due 2034 offered hereby", (None, f.NEW_NOTES)),
        Line("Other debt", (f.OTHER_DEBT[0], f.OTHER_DEBT[0])),
        Line("Total debt", debt, is_total=True),
        Line("Total stockholders' equity", (equity, equity)),
        Line("Total capitalization", (debt[0] + equity, debt[1] + equity), is_total=True),
    ]


def proceeds() -> list[Line]:
    return [
        Line("Gross proceeds at 99.250%", (f.GROSS_PROCEEDS,)),
        Line("Underwriting discount of 1.000%", (-f.UNDERWRITING,)),
        Line("Estimated offering expenses", (-f.EXPENSES,)),
        Line("Net proceeds", (f.NET_PROCEEDS,), is_total=True),
        Line("Repayment of Term Loan A", (f.LOAN_REPAID,)),
        Line("General corporate purposes", (f.GENERAL_PURPOSES,)),
        Line("Total uses", (f.LOAN_REPAID + f.GENERAL_PURPOSES,), is_total=True),
    ]
