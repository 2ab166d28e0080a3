"""Tests of choosing the columns of the period that a question asks for."""

from datetime import date

import pytest

from app.quantities.periods import Period
from app.quantities.wanted_periods import WantedPeriods

YEAR_2024 = Period(date(2024, 12, 31), date(2024, 1, 1))
YEAR_2023 = Period(date(2023, 12, 31), date(2023, 1, 1))
QUARTER = Period(date(2025, 3, 31), date(2025, 1, 1))
QUARTER_BEFORE = Period(date(2024, 3, 31), date(2024, 1, 1))
HALF = Period(date(2024, 6, 30), date(2024, 1, 1))
TRAILING = Period(date(2024, 6, 30), date(2023, 7, 1))
YEAR_END = Period(date(2024, 12, 31))
FISCAL_YEAR = Period(date(2025, 2, 1), date(2024, 2, 4))


@pytest.mark.parametrize(
    ("question", "period", "headings"),
    [
        ("What were net sales in 2024?", YEAR_2024, ["Year Ended December 31,", "2024"]),
        ("What were net sales in 2024?", None, ["2024"]),
        ("What were total assets in 2024?", YEAR_END, ["December 31,", "2024"]),
        ("What were total assets at December 31, 2024?", YEAR_END, ["2024"]),
        ("What were net sales in FY24?", YEAR_2024, ["FY24"]),
        ("What were net sales in fiscal 2024?", FISCAL_YEAR, ["Fiscal 2024"]),
        ("What were net sales in the three months ended March 31, 2025?", QUARTER, ["2025"]),
        ("What were net sales in Q1 2025?", QUARTER, ["Three months ended March 31,", "2025"]),
        ("What were net sales in the first quarter of 2025?", QUARTER, ["Q1 2025"]),
        ("What was gross profit in the first half of 2024?", HALF, ["1H24"]),
        ("What was gross profit in H1 2024?", HALF, ["Six months ended June 30, 2024"]),
        ("What were net sales in the twelve months ended June 30, 2024?", TRAILING, ["2024"]),
        ("What was LTM EBITDA?", TRAILING, ["LTM 6/30/24"]),
        ("What were net sales in 2023 and 2024?", YEAR_2023, ["2023"]),
    ],
)
def test_column_of_asked_period_fits(question, period, headings) -> None:
    assert WantedPeriods.of(question).fits(period, headings)


@pytest.mark.parametrize(
    ("question", "period", "headings"),
    [
        ("What were net sales in 2024?", YEAR_2023, ["2023"]),
        ("What were net sales in 2024?", QUARTER_BEFORE, ["Three Months Ended March 31,", "2024"]),
        ("What were net sales in 2024?", HALF, ["1H24"]),
        ("What were net sales in 2024?", None, ["Change"]),
        ("What were net sales in the third quarter of 2024?", YEAR_2024, ["Year Ended December 31,", "2024"]),
        ("What were net sales in Q2 2025?", QUARTER, ["Three months ended March 31,", "2025"]),
        ("What were net sales in Q1 2025?", QUARTER_BEFORE, ["Three months ended March 31,", "2024"]),
        ("What was gross profit in the second half of 2024?", HALF, ["1H24"]),
        ("What was gross profit in the first half of 2024?", YEAR_2024, ["2024"]),
        ("What were net sales in the three months ended March 31, 2025?", YEAR_2024, ["2024"]),
        (
            "What were net sales in the six months ended June 30, 2024?",
            TRAILING,
            ["Twelve Months Ended June 30,", "2024"],
        ),
        ("What was cash at December 31, 2023?", YEAR_END, ["2024"]),
    ],
)
def test_column_of_another_period_does_not_fit(question, period, headings) -> None:
    assert not WantedPeriods.of(question).fits(period, headings)


def test_fiscal_quarters_follow_the_month_in_which_the_year_ends() -> None:
    wanted = WantedPeriods.of("What were net sales in Q2 2025?")
    assert wanted.fits(QUARTER, ["March 31, 2025"], year_end_month=9)
    assert not wanted.fits(QUARTER, ["March 31, 2025"], year_end_month=12)


def test_question_without_period_wants_none() -> None:
    assert WantedPeriods.of("What was operating income in Europe?").is_empty()
    assert not WantedPeriods.of("What were sales in H1 2024?").is_empty()
