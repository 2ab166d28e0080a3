"""Tests of fiscal calendars: years that end at a month's end, and years of 52 or 53 weeks."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.quantities.calendar import FiscalCalendar
from app.quantities.column_periods import read_column_period
from app.quantities.periods import Period

# This year of 53 weeks begins on the Monday after the last Sunday of January.
RETAIL_END = date(2032, 2, 1)
RETAIL_TEXT = "the fiscal years ended February 1, 2032, January 26, 2031 and January 27, 2030 (January 28, 2029)"


def periods_of(labels, *, context="Years ended", text="", end=date(2031, 12, 31), year=2031):
    calendar = FiscalCalendar.of([text], period_end=end, fiscal_year=year)
    return tuple(
        read_column_period([label], context=[context], calendar=calendar, instant_hint=False) for label in labels
    )


def test_52_week_year_starts_the_day_after_the_previous_year():
    found = periods_of(["Fiscal 2031", "Fiscal 2030"], text=RETAIL_TEXT, end=RETAIL_END)
    assert found == (
        Period(date(2032, 2, 1), date(2031, 1, 27)),
        Period(date(2031, 1, 26), date(2030, 1, 28)),
    )


def test_stated_number_of_weeks_determines_start():
    found = periods_of(["13 weeks ended May 2, 2032"], end=date(2032, 5, 2))
    assert found == (Period(date(2032, 5, 2), date(2032, 2, 2)),)


@pytest.mark.parametrize("end", [date(1, 1, 1), date(1999, 12, 31), date(9999, 12, 28)])
def test_mistyped_period_is_ignored(end):
    """An editor can set a period and a fiscal year that do not match."""
    calendar = FiscalCalendar.of([], period_end=end, fiscal_year=1900 if end.year > 2000 else 2200)
    assert calendar.year_end(2031) == date(2031, 12, 31)


@pytest.mark.parametrize(
    ("end", "months", "start"),
    [
        (date(2051, 7, 1), 6, date(2051, 1, 1)),
        (date(2051, 7, 7), 6, date(2051, 1, 1)),
        (date(2051, 7, 8), 6, date(2051, 2, 1)),
        (date(2052, 1, 3), 12, date(2051, 1, 1)),
        (date(2051, 6, 30), 6, date(2051, 1, 1)),
    ],
)
def test_end_in_first_week_belongs_to_previous_month(end, months, start):
    calendar = FiscalCalendar.of([], period_end=end, fiscal_year=end.year)
    assert calendar.start(end, months=months, weeks=None, by_weeks=False) == start


@example(end=date(1950, 7, 1), months=6, by_weeks=False)
@given(end=st.dates(date(1950, 1, 1), date(2090, 1, 1)), months=st.sampled_from([3, 6, 9, 12]), by_weeks=st.booleans())
def test_period_length_matches_its_months(end, months, by_weeks):
    calendar = FiscalCalendar.of([], period_end=end, fiscal_year=end.year)
    start = calendar.start(end, months=months, weeks=None, by_weeks=by_weeks)
    assert abs((end - start) - timedelta(days=30.4 * months)) < timedelta(days=32)
    assert start < end
