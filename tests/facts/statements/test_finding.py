"""Tests of finding the statements among a document's tables."""

import pytest

from app.facts.model import Method, StatementKind
from tests.facts.statements.pages_of_statements import (
    BALANCE,
    CASH_FLOW,
    END_2030,
    END_2031,
    FLOW_HEAD,
    INCOME,
    MILLION,
    Y2031,
    read,
    values,
)


def kinds(facts):
    return {fact.statement for fact in facts if fact.method is Method.STATEMENT}


@pytest.mark.parametrize(
    "above",
    [
        "CONSOLIDATED STATEMENTS OF INCOME",
        "Statement of Profit or Loss",
        "Consolidated Profit and Loss Account",
        "STATEMENTS OF CONSOLIDATED EARNINGS (UNAUDITED)",
        "Consolidated Statement of Results of Operations",
        "Harbour Lights plc and subsidiaries: Consolidated Statements of Operations\nFor the years ended December 31",
        "Item 8. Financial Statements and Supplementary Data",
        "Harbour Lights plc",
    ],
)
def test_income_statement_is_found_under_any_title(above):
    facts = read(f"{above}\n\n(In millions)\n{INCOME}")
    assert kinds(facts) == {StatementKind.INCOME}
    assert values(facts, "Net income")[Y2031] == 715 * MILLION


@pytest.mark.parametrize("above", ["Statement of Financial Position", "BALANCE SHEETS", "Harbour Lights plc"])
def test_balance_sheet_is_found_under_any_title(above):
    assert kinds(read(f"{above}\n\n(In millions)\n{BALANCE}")) == {StatementKind.BALANCE}


def test_title_in_first_row_of_table_counts():
    facts = read(
        f"Annual report\n\nHarbour Lights plc Consolidated Statement of Cash Flows\t\t\n(In millions)\t\t\n{CASH_FLOW}"
    )
    assert kinds(facts) == {StatementKind.CASH_FLOW}


@pytest.mark.parametrize(
    "page",
    [
        "CONSOLIDATED BALANCE SHEETS\t51\nCONSOLIDATED STATEMENTS OF INCOME\t52\n"
        "CONSOLIDATED STATEMENTS OF CASH FLOWS\t53\nNotes\t54",
        f"Selected Financial Data\n(In millions)\n\n{FLOW_HEAD}\nNet sales\t4,210\t3,985\nNet income\t715\t665\n"
        "Total assets\t1,000\t900\nLong-term debt\t100\t150\nDividends per share\t1.20\t1.10",
        "As our consolidated statements of income show, sales grew.",
    ],
)
def test_contents_selected_data_and_prose_are_no_statements(page):
    assert kinds(read(page)) == set()


def test_primary_statement_is_preferred_to_summary_of_it():
    summary = f"Summary Consolidated Statements of Income\n(In millions)\n\n{INCOME.replace('715', '716')}"
    facts = read(summary, f"CONSOLIDATED STATEMENTS OF INCOME\n(In millions)\n\n{INCOME}")
    own = [fact for fact in facts if fact.method is Method.STATEMENT]
    assert values(own, "Net income")[Y2031] == 715 * MILLION


@pytest.mark.parametrize(
    ("above", "entity"),
    [
        ("CONDENSED FINANCIAL INFORMATION OF REGISTRANT\n(PARENT COMPANY ONLY)\nBALANCE SHEETS", "parent only"),
        ("Pro Forma Balance Sheet", "pro forma"),
        ("Deed of Cross Guarantee Balance Sheet", "guarantors"),
    ],
)
def test_statement_of_others_has_entity_and_is_no_primary_one(above, entity):
    whole = f"CONSOLIDATED BALANCE SHEETS\n(In millions)\n\n{BALANCE}"
    other = f"{above}\n(In millions)\n\n{BALANCE.replace('300', '310')}"
    facts = read(other, whole)
    own = [fact for fact in facts if fact.label == "Cash" and fact.period == END_2031]
    assert {(fact.dimensions, fact.value // MILLION, fact.method) for fact in own} == {
        ((), 300, Method.STATEMENT),
        ((("entity", entity),), 310, Method.TABLE),
    }


def test_columns_of_entities_have_dimensions_and_consolidated_one_has_none():
    facts = read(
        "CONSOLIDATING BALANCE SHEET\n(In millions)\n\n"
        "December 31, 2031\tParent\tGuarantors\tEliminations\tConsolidated\n"
        "Cash\t10\t20\t—\t30\nInvestment in subsidiaries\t100\t—\t(100)\t—\nTotal assets\t110\t20\t(100)\t30\n"
        "Debt\t10\t5\t—\t15\nTotal liabilities\t10\t5\t—\t15\nTotal equity\t100\t15\t(100)\t15\n"
        "Total liabilities and equity\t110\t20\t(100)\t30"
    )
    cash = {fact.dimensions: fact.value // MILLION for fact in facts if fact.label == "Cash"}
    assert cash == {
        (("entity", "Parent"),): 10,
        (("entity", "Guarantors"),): 20,
        (("entity", "Eliminations"),): 0,
        (): 30,
    }


def test_statement_goes_on_without_headings_on_next_page():
    at = BALANCE.index("Accounts payable")
    facts = read(f"CONSOLIDATED BALANCE SHEETS\n(In millions)\n\n{BALANCE[:at]}", BALANCE[at:])
    assert values(facts, "Total equity") == {END_2031: 500 * MILLION, END_2030: 450 * MILLION}
    assert {fact.place.page for fact in facts} == {1, 2}
    (total,) = (fact for fact in facts if fact.label == "Total liabilities and equity" and fact.period == END_2031)
    assert {(check.name, check.passed) for check in total.checks} == {("sum", True), ("balance", True)}


def test_statements_of_quarter_and_of_nine_months_are_both_read():
    def page(months, amounts):
        return (
            "CONSOLIDATED STATEMENTS OF INCOME\n(In millions)\n\n"
            f"{months} Months Ended September 30,\t2031\t2030\n"
            f"Net sales\t{amounts[0]}\t90\nCost of sales\t{amounts[1]}\t60\n"
            f"Income before income taxes\t{amounts[2]}\t30\n"
            f"Income taxes\t{amounts[3]}\t10\nNet income\t{amounts[4]}\t20"
        )

    facts = read(page("Three", (100, 60, 40, 10, 30)), page("Nine", (300, 180, 120, 30, 90)))
    assert {str(period): value // MILLION for period, value in values(facts, "Net income").items()} == {
        "2031-07-01/2031-09-30": 30,
        "2030-07-01/2030-09-30": 20,
        "2031-01-01/2031-09-30": 90,
        "2030-01-01/2030-09-30": 20,
    }


def test_statements_below_each_other_in_one_table_are_told_apart():
    table = f"CONSOLIDATED BALANCE SHEETS\t\t\n{BALANCE}\nCONSOLIDATED STATEMENTS OF INCOME\t\t\n{INCOME}"
    facts = read(f"Financial statements\n(In millions)\n\n{table}")
    assert kinds(facts) == {StatementKind.BALANCE, StatementKind.INCOME}
    assert values(facts, "Net income")[Y2031] == 715 * MILLION


def test_sides_of_balance_sheet_add_up_each_for_itself():
    facts = read(
        "BALANCE SHEETS\n(In millions)\n\nDecember 31,\t2031\t2030\t\t2031\t2030\n"
        "Cash\t300\t200\tAccounts payable\t400\t300\n"
        "Receivables\t500\t600\tLong-term debt\t100\t150\n"
        "Total current assets\t800\t800\tTotal liabilities\t500\t450\n"
        "Goodwill\t200\t100\tTotal equity\t500\t450\n"
        "Total assets\t1,000\t900\tTotal liabilities and equity\t1,000\t900"
    )
    for label in ("Total assets", "Total liabilities and equity"):
        (total,) = (fact for fact in facts if fact.label == label and fact.period == END_2031)
        assert {(check.name, check.passed) for check in total.checks} == {("sum", True), ("balance", True)}


def test_predecessor_and_successor_are_entities():
    facts = read(
        "CONSOLIDATED STATEMENTS OF OPERATIONS\n(In millions)\n\n\tSuccessor\tPredecessor\n"
        "\tPeriod from July 1, 2031 through December 31, 2031\tPeriod from January 1, 2031 through June 30, 2031\n"
        "Net sales\t100\t90\nCost of sales\t60\t50\nIncome before income taxes\t40\t40\n"
        "Income taxes\t10\t10\nNet income\t30\t30"
    )
    assert {fact.dimensions for fact in facts} == {(("entity", "Successor"),), (("entity", "Predecessor"),)}
    assert {fact.fiscal.part for fact in facts if fact.fiscal} == {"H1", "H2"}


def test_restated_column_is_marked():
    head = "\tYear ended December 31,\n\t2031\t2030 (As Restated)\n"
    rows = INCOME.partition("\n")[2]
    facts = read(f"CONSOLIDATED STATEMENTS OF INCOME\n(In millions)\n\n{head}{rows}")
    assert {(fact.period.end.year, fact.restated) for fact in facts} == {(2031, False), (2030, True)}
