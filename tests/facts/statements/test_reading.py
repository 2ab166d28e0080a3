"""Tests of reading facts from a document's statements."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.facts.model import FiscalLabel, Measure, Method, StatementKind
from app.facts.statements import About, read_facts
from app.quantities.periods import Period
from app.quantities.values import parse_value
from tests.facts.pages import read_pages

YEAR = About(date(2031, 12, 31), 2031, "FY", "USD", "millions")
Y2031, Y2030 = Period(date(2031, 12, 31), date(2031, 1, 1)), Period(date(2030, 12, 31), date(2030, 1, 1))
MILLION = 10**6


def read(pages, about=YEAR):
    return read_facts(read_pages(pages)[1], about)


@pytest.fixture(scope="module")
def facts(statements):
    return read(["Annual report\n", *statements])


def values(facts, label):
    return {fact.period: fact.value for fact in facts if fact.label == label}


def test_every_row_of_statement_becomes_facts_with_its_words(facts):
    assert values(facts, "Other assets") == {
        Period(Y2031.end): 138 * MILLION,
        Period(Y2030.end): 128 * MILLION,
    }
    assert {fact.statement for fact in facts} == {
        StatementKind.INCOME,
        StatementKind.BALANCE,
        StatementKind.CASH_FLOW,
    }
    assert {fact.method for fact in facts} == {Method.STATEMENT}


def test_unknown_label_is_fact_without_concept():
    page = (
        "CONSOLIDATED STATEMENTS OF INCOME\n(In millions)\n\nYear Ended December 31,\t2031\t2030\nNet sales\t90\t80\n"
        "Quayside demurrage\t10\t20\nIncome before income taxes\t80\t60\nIncome taxes\t20\t15\nNet income\t60\t45\n"
    )
    (fact,) = (fact for fact in read([page]) if fact.label == "Quayside demurrage" and fact.period == Y2031)
    assert (fact.concept, fact.item, fact.value, fact.currency) == (None, None, 10 * MILLION, "USD")


def test_facts_carry_issuers_fiscal_label(facts):
    assert {fact.fiscal for fact in facts if fact.label == "Net sales"} == {FiscalLabel(2031), FiscalLabel(2030)}


def test_figures_per_share_are_unscaled(facts):
    (basic,) = (fact for fact in facts if fact.label == "Basic" and fact.period == Y2031)
    assert (str(basic.value), basic.measure, basic.scale) == ("2.47", Measure.PER_SHARE, 0)


def test_place_is_cell_of_figure(statements):
    parsed, tables = read_pages(["Annual report", *statements])
    for fact in read_facts(tables, YEAR):
        assert fact.place.table is not None
        (cell,) = (
            cell
            for cell in tables[fact.place.table - 1].cells
            if (cell.row, cell.column) == (fact.place.row, fact.place.column)
        )
        shown = parsed.pages[fact.place.page - 1].text[fact.place.char_start : fact.place.char_end]
        assert shown == cell.text


def test_contents_and_prose_have_no_facts():
    pages = ["", "Consolidated Balance Sheets\t51", "As our consolidated statements of income show, sales grew."]
    assert read(pages) == ()


CELLS = st.sampled_from(
    [
        "Net income",
        "Total assets",
        "Total",
        "Basic",
        "2031",
        "May 0, 2031",
        "52 weeks",
        "(5)",
        "—",
        "1.5%",
        "$ 9",
        "(In",
        "",
    ]
)
LINES = st.lists(st.lists(CELLS, min_size=1, max_size=4).map("\t".join), max_size=12).map("\n".join)


@given(
    before=LINES, after=LINES, title=st.sampled_from(["BALANCE SHEETS", "STATEMENTS OF INCOME", "Net sales by segment"])
)
def test_any_table_gives_facts_whose_amount_is_their_cells(before, after, title):
    parsed, tables = read_pages(["A", before, f"CONSOLIDATED {title}\n\t2031\tMay 0, 2030\n{after}", after])
    for fact in read_facts(tables, YEAR):
        shown = parsed.pages[fact.place.page - 1].text[fact.place.char_start : fact.place.char_end]
        assert abs(parse_value(shown).value or Decimal(0)).scaleb(fact.scale or 0) == abs(fact.value)
        assert 0 <= fact.confidence <= 1


def test_figure_that_is_basic_and_diluted_has_two_facts():
    page = (
        "CONSOLIDATED STATEMENTS OF OPERATIONS\n(In millions, except per share data)\n\n"
        "Year Ended December 31,\t2031\t2030\nRevenue\t900\t800\nCost of revenue\t800\t700\nGross profit\t100\t100\n"
        "Research and development\t200\t150\nLoss before income taxes\t(100)\t(50)\nProvision for income taxes\t5\t5\n"
        "Net loss\t$(105)\t$(55)\nNet loss per share, basic and diluted\t$(1.05)\t$(0.55)\n"
        "Weighted-average shares outstanding, basic and diluted\t100\t100\n"
    )
    found = [fact for fact in read([page]) if "diluted" in fact.label and fact.period == Y2031]
    assert {(fact.item, fact.place.row, str(fact.value)) for fact in found if fact.measure is Measure.PER_SHARE} == {
        ("EarningsPerShareBasic", found[0].place.row, "-1.05"),
        ("EarningsPerShareDiluted", found[0].place.row, "-1.05"),
    }
    assert {fact.item for fact in found} >= {"SharesAverage", "SharesFullyDilutedAverage"}
    assert len(found) == 4
