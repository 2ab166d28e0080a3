"""Tests of reading facts from statements: values, signs, scales, periods."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents.content.statements import Statement
from app.facts.statement_reader import About, StatementReader
from app.quantities.periods import Period
from app.quantities.values import parse_value
from tests.facts.pages import read_pages

YEAR = About(date(2031, 12, 31), 2031, "FY", "USD", "millions")
Y2031, Y2030 = Period(date(2031, 12, 31), date(2031, 1, 1)), Period(date(2030, 12, 31), date(2030, 1, 1))
MILLION = 10**6


def read(pages):
    _, tables = read_pages(pages)
    return StatementReader().read(tables, YEAR)


@pytest.fixture(scope="module")
def facts(statements):
    return read(["Annual report\n", *statements])


def values(facts, line_item):
    return {fact.period: fact.value for fact in facts if fact.line_item == line_item}


def read_income(rows, *, units="In millions, except per share data", heading="Year Ended December 31,\t2031\t2030"):
    page = f"CONSOLIDATED STATEMENTS OF OPERATIONS\n({units})\n\n{heading}\n{rows}\n"
    return read([page])


def read_cash_flow(rows):
    page = f"CONSOLIDATED STATEMENTS OF CASH FLOWS\n(In millions)\n\nYear Ended December 31,\t2031\t2030\n{rows}\n"
    return read([page])


def test_figures_are_scaled_values_with_periods(facts):
    assert values(facts, "GrossProfit") == {Y2031: 1_610 * MILLION, Y2030: 1_535 * MILLION}
    assert values(facts, "Assets") == {Period(Y2031.end): 2_500 * MILLION, Period(Y2030.end): 2_400 * MILLION}


def test_per_share_figures_are_unscaled_and_share_counts_scaled(facts):
    assert values(facts, "EarningsPerShareBasic")[Y2031] == Decimal("2.47")
    assert values(facts, "WeightedAverageNumberOfDilutedSharesOutstanding")[Y2031] == 201 * MILLION


def test_amounts_per_share_in_cents_are_hundredths():
    facts = read_income("Net income\t450\t400\nBasic earnings per share (in cents)\t247.5\t236.0")
    assert values(facts, "EarningsPerShareBasic") == {Y2031: Decimal("2.475"), Y2030: Decimal("2.36")}


def test_payments_and_increases_in_assets_and_debts_are_positive(facts):
    assert values(facts, "PaymentsOfDividends")[Y2031] == 300 * MILLION
    assert values(facts, "IncreaseDecreaseInAccountsReceivable")[Y2031] == 25 * MILLION
    assert values(facts, "IncreaseDecreaseInAccountsPayable") == {Y2031: 10 * MILLION, Y2030: -4 * MILLION}


def test_deductions_are_positive(facts):
    assert values(facts, "TreasuryStockValue")[Period(Y2031.end)] == 95 * MILLION


def test_cash_at_beginning_of_year_is_dated_the_day_before(facts):
    cash = values(facts, "CashAndCashEquivalentsAtCarryingValue")
    assert cash[Period(date(2029, 12, 31))] == 267 * MILLION
    assert cash[Period(date(2030, 12, 31))] == 287 * MILLION


def test_same_label_is_different_item_in_different_sections(facts):
    assert values(facts, "OtherLiabilitiesCurrent")[Period(Y2031.end)] == 60 * MILLION
    assert values(facts, "OtherLiabilitiesNoncurrent")[Period(Y2031.end)] == 240 * MILLION


@pytest.mark.parametrize(
    ("row", "line_item", "value"),
    [
        ("Income tax (expense) benefit\t(150)\t(140)", "IncomeTaxExpenseBenefit", 150),
        ("Income tax expense (benefit)\t(150)\t140", "IncomeTaxExpenseBenefit", -150),
        ("Other income (expense), net\t(120)\t30", "OtherNonoperatingIncomeExpense", -120),
        ("Other (income) expense, net\t(120)\t30", "OtherNonoperatingIncomeExpense", 120),
        ("Other expense, net\t120\t130", "OtherNonoperatingIncomeExpense", -120),
        ("Interest expense, net\t120\t130", "InterestIncomeExpenseNonoperatingNet", -120),
        ("Net loss\t(643)\t(500)", "NetIncomeLoss", -643),
        ("Net loss\t643\t500", "NetIncomeLoss", -643),
        ("Net income (loss)\t(643)\t500", "NetIncomeLoss", -643),
        ("Research and development\t—\t100", "ResearchAndDevelopmentExpense", 0),
    ],
)
def test_sign_follows_words_of_label(row, line_item, value):
    assert values(read_income(row), line_item)[Y2031] == value * MILLION


def test_expenses_are_positive_when_all_are_in_brackets():
    rows = "Cost of sales\t(2,600)\t(2,450)\nInterest expense\t(145)\t(150)\nNet income\t493\t473"
    facts = read_income(rows)
    assert values(facts, "CostOfGoodsAndServicesSold")[Y2031] == 2_600 * MILLION
    assert values(facts, "InterestExpense")[Y2031] == 145 * MILLION


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ("In millions, except per share data", 201 * 10**6),
        ("Dollars in millions, except share data", 201 * 10**6),
        ("In millions, except number of shares, which are reflected in thousands", 201 * 10**3),
        ("Shares in thousands; dollars in millions", 201 * 10**3),
    ],
)
def test_share_counts_have_their_stated_scale(units, expected):
    facts = read_income("Weighted average shares, diluted\t201\t206", units=units)
    assert values(facts, "WeightedAverageNumberOfDilutedSharesOutstanding")[Y2031] == expected


def test_whole_share_counts_are_not_scaled():
    rows = "Weighted average shares, diluted\t201,450,123\t206,118,456"
    facts = read_income(rows, units="In millions, except share and per share data")
    assert values(facts, "WeightedAverageNumberOfDilutedSharesOutstanding")[Y2031] == 201_450_123


def test_net_income_includes_noncontrolling_interests_if_there_are_any():
    rows = (
        "Net income\t500\t480\nNet income attributable to noncontrolling interests\t70\n"
        "Net income attributable to Juniper Tool Works\t430\t410"
    )
    facts = read_income(rows)
    assert not values(read_income("Net income\t500\t480"), "ProfitLoss")
    assert values(facts, "ProfitLoss")[Y2031] == 500 * MILLION
    assert values(facts, "NetIncomeLoss")[Y2031] == 430 * MILLION


def test_quarter_and_half_year_headings_set_column_periods():
    heading = "\tThree Months Ended June 30,\tSix Months Ended June 30,\n\t2031\t2030\t2031\t2030"
    facts = read_income("Gross profit\t10\t20\t30\t40", heading=heading)
    assert values(facts, "GrossProfit") == {
        Period(date(2031, 6, 30), date(2031, 4, 1)): 10 * MILLION,
        Period(date(2030, 6, 30), date(2030, 4, 1)): 20 * MILLION,
        Period(date(2031, 6, 30), date(2031, 1, 1)): 30 * MILLION,
        Period(date(2030, 6, 30), date(2030, 1, 1)): 40 * MILLION,
    }


def test_blank_cell_keeps_its_column():
    assert values(read_income("Gross profit\t\t1,610\nNet income\t493\t473"), "GrossProfit") == {Y2030: 1_610 * MILLION}


def test_unknown_label_has_no_facts():
    assert read_income("Quayside demurrage\t10\t20") == ()


def test_statement_continues_on_next_page(statements):
    _, balance, _ = statements
    cut = balance.index("Total assets")
    parsed, tables = read_pages(["Annual report", balance[:cut], balance[cut:]])
    equity = next(fact for fact in StatementReader().read(tables, YEAR) if fact.line_item == "StockholdersEquity")
    assert equity.page_number == 3
    assert parsed.pages[2].text[equity.char_start : equity.char_end] == "1,800"


def test_table_with_more_facts_is_read_as_the_statement(statements):
    income, balance, cash_flow = statements
    summary = "Consolidated Statements of Income\n(In millions)\n\n\t2031\t2030\nNet sales\t$1\t$2\n"
    facts = read([summary, income, balance, cash_flow])
    assert values(facts, "RevenueFromContractWithCustomerExcludingAssessedTax")[Y2031] == 4_210 * MILLION


def test_pages_without_statements_have_no_facts():
    pages = ["", "Consolidated Balance Sheets\t51", "As our consolidated statements of income show, sales grew."]
    assert read(pages) == ()


CELLS = st.sampled_from(
    [
        "Net income",
        "Total assets",
        "Basic",
        "2031",
        "May 0, 2031",
        "May 31,",
        "52 weeks",
        "(5)",
        "—",
        "1.5%",
        "$ 9",
        "(In",
    ]
)
LINES = st.lists(st.lists(CELLS, min_size=1, max_size=4).map("\t".join), max_size=12).map("\n".join)


@given(before=LINES, after=LINES, title=st.sampled_from(["BALANCE SHEETS", "STATEMENTS OF INCOME"]))
def test_fact_offsets_cover_its_cell_on_any_page(before, after, title):
    parsed, tables = read_pages(["A", before, f"CONSOLIDATED {title}\n\t2031\tMay 0, 2030\n{after}", after])
    for fact in StatementReader().read(tables, YEAR):
        cell = parsed.pages[fact.page_number - 1].text[fact.char_start : fact.char_end]
        assert (parse_value(cell).value or 0) * 10**fact.scale in (fact.value, -fact.value)


def test_each_fact_names_its_statement(facts):
    assert {fact.statement for fact in facts} == set(Statement)
