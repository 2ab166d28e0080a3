"""Totals of statements are checked against the rows above them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.facts.model import StatementKind
from evals.scoring.adding_up import PrintedRow, adds_up, find_sums


def rows_of(text):
    """Read rows such as "Total assets | 10 | 9"; an empty figure is None."""
    rows = []
    for line in text.strip().splitlines():
        label, *figures = (part.strip() for part in line.split("|"))
        rows.append(PrintedRow(label, tuple(Decimal(figure) if figure else None for figure in figures)))
    return rows


BALANCE = """
Cash | 40 | 30
Receivables | 60 | 55
Total current assets | 100 | 85
Goodwill | 200 | 200
Total assets | 300 | 285
Payables | 80 | 85
Total liabilities | 80 | 85
Common stock | 10 | 10
Retained earnings | 230 | 200
Treasury stock | -20 | -10
Total equity | 220 | 200
Total liabilities and equity | 300 | 285
"""
INCOME = """
Products | 70 | 60
Services | 30 | 30
Net sales | 100 | 90
Cost of sales | 60 | 50
Gross margin | 40 | 40
Research | 5 | 6
Selling | 15 | 14
Operating income | 20 | 20
Other income (expense), net | -2 | 1
Provision for taxes | 4 | 5
Net income | 14 | 16
"""
CASH_FLOW = """
Net income | 14 | 16
Depreciation | 6 | 5
Net cash provided by operating activities | 20 | 21
Purchases of equipment | -8 | -9
Sales of equipment | 1 |
Net cash used in investing activities | -7 | -9
Dividends | -5 | -4
Borrowings | 2 | 0
Net cash used in financing activities | -3 | -4
Net increase in cash | 10 | 8
Cash at the beginning of the year | 30 | 22
Cash at the end of the year | 40 | 30
"""
KINDS = {StatementKind.BALANCE: BALANCE, StatementKind.INCOME: INCOME, StatementKind.CASH_FLOW: CASH_FLOW}


@pytest.mark.parametrize("kind", KINDS)
def test_statement_whose_totals_are_sums_adds_up(kind):
    assert adds_up(kind, rows_of(KINDS[kind])) == ""


@pytest.mark.parametrize(
    ("kind", "row", "reason"),
    [
        (StatementKind.BALANCE, "Receivables | 60 | 55\n", "not the sum of the rows above: Total current assets"),
        (StatementKind.BALANCE, "Goodwill | 200 | 200\n", "not the sum of the rows above: Total assets"),
        (StatementKind.INCOME, "Provision for taxes | 4 | 5\n", "no income is a sum"),
        (StatementKind.CASH_FLOW, "Depreciation | 6 | 5\n", "no sum of each activity and of their change"),
    ],
)
def test_statement_with_a_lost_row_does_not_add_up(kind, row, reason):
    assert row in KINDS[kind]
    assert adds_up(kind, rows_of(KINDS[kind].replace(row, ""))) == reason


@pytest.mark.parametrize("kind", [StatementKind.BALANCE, StatementKind.CASH_FLOW])
def test_statement_with_columns_that_are_exchanged_in_one_row_does_not_add_up(kind):
    first, *others = rows_of(KINDS[kind])
    assert adds_up(kind, [PrintedRow(first.label, first.values[::-1]), *others])


def test_balance_sheet_without_a_second_equal_total_does_not_add_up():
    half = BALANCE.split("Payables", maxsplit=1)[0]
    assert adds_up(StatementKind.BALANCE, rows_of(half)) == "no two equal totals"


def test_total_of_one_row_is_explained_but_not_another_row_with_its_figure():
    assert find_sums(rows_of("Notes | 5\nTotal debt | 5")).explained[0].label == "Total debt"
    assert find_sums(rows_of("Notes | 5\nOther | 5")).explained == ()


def test_sums_may_be_off_by_rounding():
    assert not find_sums(rows_of("a | 1.2\nb | 1.3\nTotal | 2.6")).unexplained
    assert find_sums(rows_of("a | 1.2\nb | 1.3\nTotal | 2.9")).unexplained == ("Total",)


DIGITS = st.integers(2, 9) | st.integers(-9, -2)


@given(st.lists(st.tuples(DIGITS, DIGITS), min_size=2, max_size=8))
def test_sum_of_any_rows_is_explained_whatever_the_signs(digits):
    rows = [
        PrintedRow(str(place), tuple(Decimal(digit) * 10**place for digit in pair))  # none is a sum of those above
        for place, pair in enumerate(digits, start=2)
    ]
    total = PrintedRow("Total", tuple(sum(row.values[column] for row in rows) for column in (0, 1)))
    assert find_sums([*rows, total]).unexplained == ()
    expense = PrintedRow("Total", tuple(total.values[column] - 2 * rows[0].values[column] for column in (0, 1)))
    assert find_sums([*rows, expense], signed=False).unexplained == ()


def test_row_called_less_may_be_printed_without_a_sign():
    assert find_sums(rows_of("Equity | 9 | 8\nLess: treasury stock | 2 | 1\nTotal | 7 | 7")).unexplained == ()
    assert find_sums(rows_of("Equity | 90 | 80\nTreasury stock | 20 | 10\nTotal | 70 | 70")).unexplained == ("Total",)


def test_balance_sheet_of_an_issuer_with_a_deficit_adds_up():
    deficit = BALANCE
    for label, before, after in (
        ("Payables", "80 | 85", "380 | 385"),
        ("Total liabilities", "80 | 85", "380 | 385"),
        ("Retained earnings", "230 | 200", "-70 | -100"),
        ("Total equity", "220 | 200", "-80 | -100"),
    ):
        deficit = deficit.replace(f"{label} | {before}", f"{label} | {after}")
    assert adds_up(StatementKind.BALANCE, rows_of(deficit)) == ""
