"""Tests of the periods of columns."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quantities.calendar import FiscalCalendar
from app.quantities.column_periods import is_change_heading, is_period_heading, read_column_period

CALENDAR = FiscalCalendar.of(
    ["For the fiscal year ended December 31, 2031"], period_end=date(2031, 12, 31), fiscal_year=2031
)
UNKNOWN = FiscalCalendar.of([], period_end=None, fiscal_year=None)
WEEKS = "For the fiscal years ended September 27, 2031, September 28, 2030 and September 29, 2029"


def period(*path, context=(), calendar=CALENDAR, hint=None):
    found = read_column_period(path, context=context, calendar=calendar, instant_hint=hint)
    return None if found is None else str(found)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("Year Ended December 31,", "2031"), "2031-01-01/2031-12-31"),
        (("Three months ended", "March 31, 2031"), "2031-01-01/2031-03-31"),
        (("Three Months Ended June 30, 2031", ""), "2031-04-01/2031-06-30"),
        (("Six Months Ended June 30,", "2031"), "2031-01-01/2031-06-30"),
        (("Twelve Months Ended June 30,", "2031"), "2030-07-01/2031-06-30"),
        (("December 31,", "2031"), "2031-12-31"),
        (("As of June 30, 2031",), "2031-06-30"),
        (("At 31 December 2031",), "2031-12-31"),
        (("Fourth quarter", "2031"), "2031-10-01/2031-12-31"),
        (("As restated", "2031"), "2031-01-01/2031-12-31"),
        (("2031", "Lenses"), "2031-01-01/2031-12-31"),
        (("2030(1)",), "2030-01-01/2030-12-31"),
        (("2029(1)(2)",), "2029-01-01/2029-12-31"),
        (("Q4 2031",), "2031-10-01/2031-12-31"),
        (("4Q31",), "2031-10-01/2031-12-31"),
        (("1H31",), "2031-01-01/2031-06-30"),
        (("H1 2031",), "2031-01-01/2031-06-30"),
        (("FY32E",), "2032-01-01/2032-12-31"),
        (("FY2031A",), "2031-01-01/2031-12-31"),
        (("Fiscal 2031",), "2031-01-01/2031-12-31"),
        (("LTM 3/31/32",), "2031-04-01/2032-03-31"),
        (("LTM March 2032",), "2031-04-01/2032-03-31"),
        (("TTM Q3 2031",), "2030-10-01/2031-09-30"),
        (("Nine Months 2031",), "2031-01-01/2031-09-30"),
        (("12/31/31",), "2031-12-31"),
        (("31.12.2031",), "2031-12-31"),
        (("Dec-31",), "2031-12-31"),
        (("Mar. 31, 2032",), "2032-03-31"),
        (("13 weeks ended March 29, 2031",), "2030-12-29/2031-03-29"),
        (("July 1 – July 31, 2031",), "2031-07-01/2031-07-31"),
        (("Period from January 1, 2031 through May 15, 2031",), "2031-01-01/2031-05-15"),
        (("Balance at December 31, 2030",), "2030-12-31"),
        (("January 1 2031 Balance",), "2030-12-31"),
        (("2031 $'000",), "2031-01-01/2031-12-31"),
        (("2 0 3 1",), "2031-01-01/2031-12-31"),
        (("2031 effective rate",), "2031-01-01/2031-12-31"),
        (("Jan-Mar 2031",), "2031-01-01/2031-03-31"),
        (("HY31",), "2031-01-01/2031-06-30"),
        (("FQ3 2031",), "2031-07-01/2031-09-30"),
        (("2030/31",), "2031-01-01/2031-12-31"),
    ],
)
def test_heading_states_period(path, expected):
    assert period(*path) == expected


@pytest.mark.parametrize(
    "path",
    [
        ("% change",),
        ("Change", "$"),
        ("2031 vs. 2030",),
        ("Year Ended December 31,", "Change"),
        ("Increase (decrease)",),
        ("Inception to date",),
        ("Europe",),
        ("5.25% Senior Notes due 2037",),
        ("Notes due June 15, 2039",),
        ("Years ended December 31, 2031 and 2030",),
        ("2031 notes",),
        ("Restructuring 2031",),
        ("Spring 2031",),
        ("2031 and thereafter",),
        ("Remainder of 2031",),
        ("As of and for the year ended December 31, 2031",),
    ],
)
def test_heading_without_one_period_has_none(path):
    assert period(*path) is None


def test_half_of_a_split_year_needs_a_calendar():
    assert period("2030/31", calendar=UNKNOWN) is None


def test_years_of_origination_are_no_periods():
    assert period("Year of origination", "2029", context=["As of December 31, 2031"]) == "2031-12-31"


def test_context_gives_day_and_length_of_a_bare_year():
    assert period("2031", context=["Years ended June 30"]) == "2030-07-01/2031-06-30"
    assert period("2031", context=["Consolidated balance sheets", "As of June 30"]) == "2031-06-30"
    assert period("2031", context=["Three months ended March 31"]) == "2031-01-01/2031-03-31"
    assert period("2030", context=[WEEKS]) == "2029-09-30/2030-09-28"


def test_context_about_another_table_gives_nothing():
    far = ["Options vested on March 4, 2029.", "The following table shows the restricted share units of the group:"]
    assert period("Granted", context=far) is None
    assert period("2031", context=["Results for the three months ended June 30, 2030", *far]) == (
        "2031-01-01/2031-12-31"
    )


def test_words_for_balances_give_instants():
    assert period("Fair value", "2031") == "2031-12-31"
    assert period("2031", context=["Consolidated balance sheets"]) == "2031-12-31"
    assert period("2031", context=["Consolidated statements of income"]) == "2031-01-01/2031-12-31"
    assert period("2031", context=["December 31,"]) == "2031-12-31"


def test_title_with_one_period_is_that_of_all_columns():
    assert period("Lenses", context=["Results for the year ended December 31, 2031"]) == "2031-01-01/2031-12-31"
    assert period("Lenses", context=["Results for the years ended December 31, 2031 and 2030"]) is None


def test_bare_year_is_fiscal_year_of_document():
    fiscal = FiscalCalendar.of(["for the year ended June 30, 2031"], period_end=None, fiscal_year=None)
    assert period("2030", calendar=fiscal) == "2029-07-01/2030-06-30"
    assert period("Q1 2030", calendar=fiscal) == "2029-07-01/2029-09-30"
    assert period("2030", calendar=UNKNOWN) == "2030-01-01/2030-12-31"


def test_quarterly_report_knows_its_fiscal_year():
    quarterly = FiscalCalendar.of([], period_end=date(2031, 12, 31), fiscal_year=2032, quarter=2)
    assert period("Fiscal 2032", calendar=quarterly) == "2031-07-01/2032-06-30"
    assert period("YTD 2032", calendar=quarterly) == "2031-07-01/2031-12-31"


def test_words_about_the_year_end_are_surer_than_an_inferred_quarter():
    texts = ["our report for the year ended December 31, 2030"]
    inferred = FiscalCalendar.of(texts, period_end=date(2031, 6, 30), fiscal_year=2032, quarter=1)
    assert period("Second quarter", "2031", calendar=inferred) == "2031-04-01/2031-06-30"


def test_year_of_an_interim_report_has_no_full_length():
    quarterly = FiscalCalendar.of([], period_end=date(2031, 9, 30), fiscal_year=2031, quarter=3)
    assert period("2031", calendar=quarterly, hint=False) is None
    assert period("2031", calendar=quarterly, hint=True) == "2031-09-30"
    assert period("2030", calendar=quarterly, hint=True) == "2030-12-31"
    assert period("2031E", calendar=quarterly) == "2031-01-01/2031-12-31"


def test_balances_are_instants():
    assert period("2031", hint=True) == "2031-12-31"
    assert period("2031", hint=False) == "2031-01-01/2031-12-31"
    assert period("December 31, 2031", hint=False) is None


def test_day_under_another_year_to_come_is_no_instant():
    weeks = FiscalCalendar.of([WEEKS], period_end=date(2031, 9, 27), fiscal_year=2031)
    assert period("September 28, 2030", "2032", calendar=weeks, hint=True) is None
    assert period("September 27, 2031", "2030", calendar=weeks, hint=True) == "2030-09-28"
    assert period("2031", "September 27, 2031", calendar=weeks, hint=True) == "2031-09-27"


def test_headings_of_periods_and_changes_are_recognised():
    assert all(map(is_period_heading, ["Year Ended", "December 31,", "2031", "Q4", "Fiscal 2031", "Fourth quarter"]))
    assert not any(map(is_period_heading, ["Change", "Europe", "(in millions)", "Total", "Note", "%", ""]))
    assert is_change_heading("% change") and not is_change_heading("2031")


@given(st.lists(st.text(max_size=60), max_size=4), st.sampled_from([None, True, False]))
def test_any_heading_can_be_read(path, hint):
    found = read_column_period(path, context=path, calendar=UNKNOWN, instant_hint=hint)
    assert found is None or found.start is None or found.start <= found.end
