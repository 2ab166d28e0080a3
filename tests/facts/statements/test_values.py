"""Tests of the signs, scales and checks of facts of statements."""

import pytest

from app.facts.model import Measure
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


def income(rows, units="In millions, except per share data"):
    return read(f"CONSOLIDATED STATEMENTS OF INCOME\n({units})\n\n{FLOW_HEAD}\n{rows}")


REST = "\nIncome before income taxes\t60\t50\nIncome taxes\t15\t12\nNet income\t45\t38"


@pytest.mark.parametrize(
    ("rows", "label", "value"),
    [
        ("Net sales\t100\t90\nCost of sales\t40\t40", "Cost of sales", 40),
        ("Net sales\t100\t90\nCost of sales\t(40)\t(40)", "Cost of sales", 40),
        ("Operating income\t70\t65\nInterest expense\t10\t15", "Interest expense", 10),
        ("Operating income\t70\t65\nInterest expense\t(10)\t(15)", "Interest expense", 10),
        ("Operating income\t50\t40\nInterest (income) expense\t(10)\t(10)", "Interest (income) expense", -10),
    ],
)
def test_sign_of_expense_follows_what_it_adds_to_result(rows, label, value):
    assert values(income(rows + REST), label)[Y2031] == value * MILLION


def test_payments_are_positive_and_cash_is_dated_at_edges_of_year():
    facts = read(f"CONSOLIDATED STATEMENTS OF CASH FLOWS\n(In millions)\n\n{CASH_FLOW}")
    assert values(facts, "Capital expenditures")[Y2031] == 200 * MILLION
    assert values(facts, "Dividends paid")[Y2031] == 495 * MILLION
    assert values(facts, "Cash at beginning of year")[END_2030] == 200 * MILLION
    assert values(facts, "Cash at end of year") == {END_2031: 300 * MILLION, END_2030: 200 * MILLION}
    end = next(fact for fact in facts if fact.label == "Cash at end of year")
    assert [check.name for check in end.checks] == ["cash-roll-forward"]


def test_payment_in_brackets_that_is_its_sections_only_row_is_positive():
    facts = read(
        "CONSOLIDATED STATEMENTS OF CASH FLOWS\n(In millions)\n\n"
        f"{FLOW_HEAD}\nNet income\t45\t38\nDepreciation and amortization\t20\t18\n"
        "Net cash provided by operating activities\t65\t56\nCapital expenditures\t(30)\t(25)\n"
        "Net cash used in investing activities\t(30)\t(25)\nDividends paid\t(10)\t(9)\n"
        "Repayments of long-term debt\t(5)\t(4)\nNet cash used in financing activities\t(15)\t(13)\n"
        "Net increase in cash\t20\t18\nCash at beginning of year\t40\t22\nCash at end of year\t60\t40"
    )
    assert values(facts, "Capital expenditures")[Y2031] == 30 * MILLION


def test_service_charges_below_heading_of_income_are_income():
    rows = (
        "Net interest income\t100\t90\nNoninterest income:\nService charges on deposit accounts\t20\t18\n"
        "Trust income\t5\t4\nTotal noninterest income\t25\t22\nNoninterest expense:\n"
        "Salaries and employee benefits\t50\t48\nOccupancy and equipment\t15\t14\n"
        "Total noninterest expense\t65\t62"
    )
    facts = income(rows + REST)
    assert values(facts, "Service charges on deposit accounts")[Y2031] == 20 * MILLION
    assert values(facts, "Occupancy and equipment")[Y2031] == 15 * MILLION


def test_failed_sum_names_both_amounts_and_lowers_confidence():
    misread = BALANCE.replace("Receivables\t500\t600", "Receivables\t400\t510\nInventories\t100\t100")
    facts = read(f"CONSOLIDATED BALANCE SHEETS\n(In millions)\n\n{misread}")
    current = {fact.period: fact for fact in facts if fact.label == "Total current assets"}
    (check,) = (check for check in current[END_2030].checks if not check.passed)
    assert check.detail == "The parts of 'Total current assets' add up to 810, but 800 is shown."
    assert current[END_2030].confidence < 0.7 < current[END_2031].confidence


def test_statement_that_states_no_scale_takes_that_of_statement_with_same_figures():
    income, cash_flow = (text.replace("715", "71,512").replace("665", "66,513") for text in (INCOME, CASH_FLOW))
    facts = read(
        f"CONSOLIDATED STATEMENTS OF INCOME\n(In millions)\n\n{income}",
        f"CONSOLIDATED STATEMENTS OF CASH FLOWS\n\n{cash_flow}",
    )
    assert {fact.scale for fact in facts if fact.measure is Measure.MONEY} == {6}


def test_earnings_per_share_prove_scale_of_amounts():
    rows = (
        "Net sales\t100,000,000\t90,000,000\nCost of sales\t40,000,000\t40,000,000\n"
        "Income before income taxes\t60,000,000\t50,000,000\n"
        "Income taxes\t15,000,000\t12,000,000\nNet income\t45,000,000\t38,000,000\n"
        "Basic earnings per share\t$4.50\t$3.80\nWeighted average shares, basic\t10,000,000\t10,000,000"
    )
    facts = read(f"CONSOLIDATED STATEMENTS OF INCOME\n\n{FLOW_HEAD}\n{rows}")
    assert values(facts, "Net income")[Y2031] == 45 * MILLION
    assert {fact.scale for fact in facts} == {0}


def test_scale_that_nobody_states_stays_unknown():
    facts = read(f"CONSOLIDATED STATEMENTS OF INCOME\n\n{INCOME}")
    assert {fact.scale for fact in facts} == {None}
    assert max(fact.confidence for fact in facts) < 0.5


def test_segments_are_dimensions_and_their_total_is_compared_with_statement():
    facts = read(
        f"CONSOLIDATED STATEMENTS OF INCOME\n(In millions)\n\n{INCOME}",
        "Segment Information\nNet sales by segment were as follows (in millions):\n\n"
        f"{FLOW_HEAD}\nCables\t3,000\t2,985\nRope\t1,210\t1,000\nTotal net sales\t4,210\t3,985",
    )
    rope = next(fact for fact in facts if fact.label == "Rope" and fact.period == Y2031)
    assert (rope.item, rope.dimensions) == ("Revenue", (("segment", "Rope"),))
    total = next(fact for fact in facts if fact.label == "Total net sales" and fact.period == Y2031)
    assert not total.dimensions
    assert [(check.name, check.passed) for check in total.checks] == [("repeated", True)]


@pytest.mark.parametrize(
    ("row", "value"),
    [
        ("Cash paid for interest\t31\t29", 31),
        ("Cash paid for interest\t(31)\t(29)", 31),
        ("Cash paid for income taxes\t12\t(4)", 12),
        ("Cash (paid) refunded for income taxes\t(12)\t4", 12),
        ("Cash (paid) refunded for income taxes\t12\t9", -12),
    ],
)
def test_payments_below_cash_flows_are_positive_however_they_are_printed(row, value):
    statement = f"CONSOLIDATED STATEMENTS OF CASH FLOWS\n(In millions)\n\n{CASH_FLOW}\nSupplemental information:\n{row}"
    label = row.partition("\t")[0]
    assert values(read(statement), label)[Y2031] == value * MILLION


def test_dash_is_zero_without_a_sign():
    facts = income("Net sales\t100\t90\nImpairment charges\t—\t40" + REST)
    assert [str(fact.value) for fact in facts if fact.label == "Impairment charges"] == ["0", "40000000"]
