"""Tests of tables of segments, products and debt: items, members, and totals told apart."""

from datetime import date

import pytest

from app.facts.model import StatementKind
from app.facts.statements import About, read_facts
from app.quantities.periods import Period
from tests.facts.pages import read_pages

YEAR = About(date(2031, 12, 31), 2031, "FY", "USD", "millions")
Y2031 = Period(date(2031, 12, 31), date(2031, 1, 1))
INCOME = """CONSOLIDATED STATEMENTS OF INCOME
(In millions)

Year Ended December 31,\t2031\t2030
Net sales\t$4,210\t$3,985
Cost of sales\t2,600\t2,450
Gross profit\t1,610\t1,535
Selling, general and administrative expenses\t910\t875
Operating income\t700\t660
Income before income taxes\t700\t660
Provision for income taxes\t207\t187
Net income\t$493\t$473
"""


def read(table, kind=StatementKind.SEGMENTS):
    """Return item, dimensions and amount in millions of the facts of a table of 2031."""
    facts = read_facts(read_pages([INCOME, table])[1], YEAR)
    return [
        (fact.label, fact.item, fact.dimensions, int(fact.value / 10**6))
        for fact in facts
        if fact.statement is kind and fact.period.end == Y2031.end
    ]


def test_table_whose_total_is_the_groups_revenue_shows_its_parts():
    table = (
        "Categories were as follows:\n(In millions)\n\nYear Ended December 31,\t2031\t2030\n"
        "Hand tools\t$2,210\t$1,985\nPower tools\t2,000\t2,000\nTotal\t$4,210\t$3,985\n"
    )
    assert read(table) == [
        ("Hand tools", "Revenue", (("product", "Hand tools"),), 2210),
        ("Power tools", "Revenue", (("product", "Power tools"),), 2000),
        ("Total", "Revenue", (), 4210),
    ]


def test_rows_that_name_amounts_are_no_members():
    table = (
        "Results by segment were as follows:\n(In millions)\n\nYear Ended December 31, 2031\tTools\tGarden\n"
        "Net sales\t$2,210\t$2,000\nLess:\nSegment expenses\t1,810\t1,700\nOperating income (loss)\t400\t300\n"
    )
    found = {(label, item) for label, item, _, _ in read(table)}
    assert {("Net sales", "Revenue"), ("Operating income (loss)", "OperatingIncomeLoss")} <= found
    members = {member for _, _, dimensions, _ in read(table) for _, member in dimensions}
    assert members <= {"Tools", "Garden"}


def test_column_of_the_groups_total_is_no_member():
    table = (
        "Net sales by segment and product line were as follows:\n(In millions)\n\n"
        "Year Ended December 31, 2031\tTools\tGarden\tTotal Juniper\n"
        "Steel\t$1,210\t$1,000\t$2,210\nWood\t1,000\t1,000\t2,000\nTotal net sales\t$2,210\t$2,000\t$4,210\n"
    )
    found = read(table)
    assert ("Steel", "Revenue", (("product", "Steel"), ("segment", "Tools")), 1210) in found
    assert ("Steel", "Revenue", (("product", "Steel"),), 2210) in found
    assert ("Total net sales", "Revenue", (), 4210) in found


@pytest.mark.parametrize("label", ["3.75% Senior notes due February 2034", "Term loan A", "Commercial paper"])
def test_instrument_of_debt_is_a_dimension(label):
    table = (
        "Long-term debt consisted of the following:\n(In millions)\n\nDecember 31,\t2031\t2030\n"
        f"{label}\t$500\t$500\nOther notes payable\t100\t90\nLess: unamortized discount\t(5)\t(6)\n"
        "Total long-term debt\t$595\t$584\n"
    )
    found = read(table, StatementKind.DEBT)
    assert (label, "LongTermDebt", (("debt instrument", label),), 500) in found
    assert ("Less: unamortized discount", None, (), -5) in found
    assert ("Total long-term debt", None, (), 595) in found


def test_maturities_are_by_year():
    table = (
        "Maturities of long-term debt were as follows:\n(In millions)\n\n\tDecember 31, 2031\n"
        "2032\t$10\n2033\t20\nThereafter\t30\nTotal\t$60\n"
    )
    found = [(dimensions, amount) for _, _, dimensions, amount in read(table, StatementKind.DEBT)]
    assert found == [
        ((("maturity", "2032"),), 10),
        ((("maturity", "2033"),), 20),
        ((("maturity", "Thereafter"),), 30),
        ((), 60),
    ]
