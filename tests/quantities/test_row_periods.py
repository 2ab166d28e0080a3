"""Tests of the periods of rows."""

from datetime import date

import pytest

from app.quantities.calendar import FiscalCalendar
from app.quantities.row_periods import periods_between_balances, read_cell_period

CALENDAR = FiscalCalendar.of(
    ["For the fiscal year ended December 31, 2031"], period_end=date(2031, 12, 31), fiscal_year=2031
)
YEARS = ("Year Ended December 31,", "2031")


def period(path, *labels, context=()):
    found = read_cell_period(path, labels, context=context, calendar=CALENDAR)
    return None if found is None else str(found)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Net sales", "2031-01-01/2031-12-31"),
        ("Cash at beginning of year", "2030-12-31"),
        ("Beginning balance", "2030-12-31"),
        ("Cash and cash equivalents, end of period", "2031-12-31"),
        ("Balance at December 31, 2029", "2029-12-31"),
        ("Balance at January 1, 2030", "2029-12-31"),
        ("Beginning balance – January 1", "2030-12-31"),
        (
            "Portion of sales that was included in deferred revenue at the beginning of the year",
            "2031-01-01/2031-12-31",
        ),
        ("Current year", "2031-01-01/2031-12-31"),
        ("March 27, 2025", "2031-01-01/2031-12-31"),
    ],
)
def test_label_of_balance_gives_its_day(label, expected):
    assert period(YEARS, label) == expected


def test_row_of_a_year_gives_the_period_where_headings_give_none():
    assert period(("Payments",), "2030") == "2030-01-01/2030-12-31"
    assert period(("Beginning of year",), "2030") == "2029-12-31"
    assert period(YEARS, "2030") == "2031-01-01/2031-12-31"
    assert period(("Lenses",), "Three months ended June 30, 2031", "Net sales") == "2031-04-01/2031-06-30"


def test_headings_and_label_each_state_a_part():
    assert period(("2031",), "First quarter") == "2031-01-01/2031-03-31"
    assert period(("2031", "High"), "Quarter ended June 30") == "2031-04-01/2031-06-30"
    assert period(("Second quarter",), "2030") == "2030-04-01/2030-06-30"
    assert period(("June 30, 2031",), "Nine months ended:", "Gains") == "2030-10-01/2031-06-30"
    assert period(("January 1 2031 Balance",), "Corporate") == "2030-12-31"


def test_year_in_which_an_amount_falls_due_is_no_period():
    assert period(("Leases",), "2034", context=["Maturities as of December 31, 2031:"]) == "2031-12-31"
    assert period(("December 31, 2031",), "3.75% notes due June 2034") == "2031-12-31"
    assert period(("Year of origination", "2030"), "Loans", context=["As of December 31, 2031"]) == "2031-12-31"


def test_label_decides_where_headings_state_both_kinds():
    context = ["As of or for the year ended December 31, 2031"]
    assert period(("Lenses",), "Total revenues", context=context) == "2031-01-01/2031-12-31"
    assert period(("Lenses",), "Total assets", context=context) == "2031-12-31"
    assert period(("Lenses",), "Other", context=context) is None


def test_rows_between_balances_have_the_time_between():
    labels = ["Balance at December 31, 2029", "Net income", "Dividends", "Balance at December 31, 2030", "Net income"]
    found = periods_between_balances(labels, CALENDAR)
    assert [None if one is None else str(one) for one in found] == [
        "2029-12-31",
        "2030-01-01/2030-12-31",
        "2030-01-01/2030-12-31",
        "2030-12-31",
        None,
    ]
