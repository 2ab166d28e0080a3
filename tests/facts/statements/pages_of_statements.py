"""Pages with statements of a fictional issuer, for tests of reading them."""

from datetime import date

from app.facts.statements import About, read_facts
from app.quantities.periods import Period
from tests.facts.pages import read_pages

YEAR = About(date(2031, 12, 31), 2031, "FY", "USD", "millions")
Y2031, Y2030 = Period(date(2031, 12, 31), date(2031, 1, 1)), Period(date(2030, 12, 31), date(2030, 1, 1))
END_2031, END_2030 = Period(Y2031.end), Period(Y2030.end)
MILLION = 10**6

FLOW_HEAD = "Year Ended December 31,\t2031\t2030"
INCOME = f"""{FLOW_HEAD}
Net sales\t4,210\t3,985
Cost of sales\t2,600\t2,450
Gross profit\t1,610\t1,535
Selling expenses\t700\t680
Operating income\t910\t855
Interest expense\t45\t50
Income before income taxes\t865\t805
Provision for income taxes\t150\t140
Net income\t715\t665"""
BALANCE = """December 31,\t2031\t2030
Cash\t300\t200
Receivables\t500\t600
Total current assets\t800\t800
Goodwill\t200\t100
Total assets\t1,000\t900
Accounts payable\t400\t300
Long-term debt\t100\t150
Total liabilities\t500\t450
Common stock\t50\t50
Retained earnings\t450\t400
Total equity\t500\t450
Total liabilities and equity\t1,000\t900"""
CASH_FLOW = f"""{FLOW_HEAD}
Net income\t715\t665
Depreciation\t100\t90
Receivables\t(20)\t10
Net cash provided by operating activities\t795\t765
Capital expenditures\t(200)\t(180)
Net cash used in investing activities\t(200)\t(180)
Dividends paid\t(495)\t(485)
Net cash used in financing activities\t(495)\t(485)
Net increase in cash\t100\t100
Cash at beginning of year\t200\t100
Cash at end of year\t300\t200"""


def read(*pages, about=YEAR):
    """Return the facts of a document with these pages."""
    return read_facts(read_pages(pages)[1], about)


def values(facts, label):
    """Return the values of a label by period."""
    return {fact.period: fact.value for fact in facts if fact.label == label}
