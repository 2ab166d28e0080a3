"""Tests of finding which rows add up to which."""

from hypothesis import given
from hypothesis import strategies as st

from app.facts.model import StatementKind
from app.facts.statements.sums import Addend, find_sums


def rows(*lines):
    return [Addend(label, dict(enumerate(figures))) for label, *figures in lines]


def parts(found, row):
    (total,) = (total for total in found if total.row == row)
    return {part.row: part.sign for part in total.parts}


def test_total_takes_rows_above_it_and_is_part_of_next_total():
    found = find_sums(
        rows(
            ("Cash", 5, 6),
            ("Receivables", 7, 9),
            ("Total current assets", 12, 15),
            ("Goodwill", 30, 40),
            ("Total assets", 42, 55),
        ),
        StatementKind.BALANCE,
    )
    assert parts(found, 2) == {0: 1, 1: 1}
    assert parts(found, 4) == {2: 1, 3: 1}


def test_expenses_without_brackets_are_subtracted():
    found = find_sums(
        rows(
            ("Net sales", 100, 90),
            ("Cost of sales", 60, 55),
            ("Gross profit", 40, 35),
            ("Selling expenses", 10, 9),
            ("Research", 5, 4),
            ("Other income", 2, 3),
            ("Interest expense", 1, 2),
            ("Income before income taxes", 26, 23),
        ),
        StatementKind.INCOME,
    )
    assert parts(found, 2) == {0: 1, 1: -1}
    assert parts(found, 7) == {2: 1, 3: -1, 4: -1, 5: 1, 6: -1}


def test_deduction_in_balance_sheet_is_subtracted_by_its_name():
    found = find_sums(
        rows(
            ("Common stock", 50, 50),
            ("Retained earnings", 80, 70),
            ("Treasury stock", 30, 20),
            ("Total equity", 100, 100),
        ),
        StatementKind.BALANCE,
    )
    assert parts(found, 3) == {0: 1, 1: 1, 2: -1}


def test_equity_is_no_difference_of_assets_and_liabilities():
    found = find_sums(
        rows(
            ("Total assets", 90, 80),
            ("Total liabilities", 50, 45),
            ("Total equity", 40, 35),
            ("Total liabilities and equity", 90, 80),
        ),
        StatementKind.BALANCE,
    )
    assert [total.row for total in found] == [3]


def test_sum_that_misses_one_column_fails_there():
    (total,) = find_sums(
        rows(("Cash", 5, 6), ("Receivables", 7, 9), ("Inventories", 1, 2), ("Total current assets", 13, 71)),
        StatementKind.BALANCE,
    )
    assert total.failed == {1: 17}


def test_equal_amounts_by_accident_are_no_sum():
    found = find_sums(
        rows(("Dividends", 5, 0), ("Repurchases", 7, 0), ("Issuance of notes", 12, 0)), StatementKind.CASH_FLOW
    )
    assert found == []


AMOUNTS = st.integers(-10_000, 10_000)


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=2, max_size=30), st.integers(-1, 1))
def test_total_of_any_rows_is_their_sum_within_rounding(figures, off):
    lines = [(f"Item {number}", *pair) for number, pair in enumerate(figures)]
    total = [sum(column) for column in zip(*figures, strict=True)]
    found = find_sums(rows(*lines, ("Total", total[0] + off, total[1])), StatementKind.CASH_FLOW)
    for each in found:
        if each.row == len(lines) and not each.failed:
            amounts = [sum(part.sign * (*figures, total)[part.row][column] for part in each.parts) for column in (0, 1)]
            assert abs(amounts[0] - total[0] - off) <= 3
            assert abs(amounts[1] - total[1]) <= 3
    if any(total) and (off == 0 or len(figures) > 1):
        assert any(each.row == len(lines) for each in found) or not any(total) or total[0] + off == 0
