"""Words state a period, and periods that were read are compared with those that are meant."""

from datetime import date

import pytest

from app.quantities.periods import Period
from evals.scoring.stated_periods import is_period, states_period, years_in

YEAR = Period(date(2031, 12, 31), date(2031, 1, 1))
QUARTER = Period(date(2031, 9, 30), date(2031, 7, 1))
DAY = Period(date(2031, 12, 31))


def test_years_are_read_in_each_written_form():
    assert years_in(["2031", "FY30", "1H29", "12/31/28", "Q4 '27", "$2,026 and 2025.5"]) == {
        2031,
        2030,
        2029,
        2028,
        2027,
    }


@pytest.mark.parametrize(
    ("texts", "period", "states"),
    [
        (["Year ended December 31,", "2031"], YEAR, True),
        (["2031"], YEAR, True),
        (["Year ended December 31,", "2030"], YEAR, False),
        (["Three months ended December 31, 2031"], YEAR, False),
        (["Three Months Ended September 30,", "2031"], QUARTER, True),
        (["2031"], QUARTER, False),
        (["Nine months ended September 30, 2031"], QUARTER, False),
        (["Three months ended June 30, 2031"], QUARTER, False),
        (["Q3 2031"], QUARTER, True),
        (["As of December 31, 2031"], DAY, True),
        (["As of June 30, 2031"], DAY, False),
        (["On December 31, 2031, leases were as follows:"], DAY, True),
        (["Assets"], DAY, False),
    ],
)
def test_words_state_a_period_by_year_month_and_length(texts, period, states):
    assert states_period(texts, period) is states


def test_fiscal_year_of_the_report_names_a_period_that_ends_in_another_year():
    period = Period(date(2032, 1, 31), date(2031, 2, 2))
    assert not states_period(["Fiscal", "2031"], period)
    assert states_period(["Fiscal", "2031"], period, fiscal_shift=-1)


def test_period_may_be_some_days_off_but_no_month():
    assert is_period(Period(date(2031, 12, 31), date(2031, 1, 1)), Period(date(2031, 12, 28), date(2030, 12, 30)))
    assert not is_period(QUARTER, Period(date(2031, 9, 30), date(2031, 1, 1)))
    assert not is_period(DAY, YEAR)


def test_balance_stands_under_the_period_that_it_opens_or_closes():
    assert is_period(YEAR, DAY)
    assert is_period(YEAR, Period(date(2030, 12, 31)))
    assert not is_period(YEAR, Period(date(2031, 6, 30)))
