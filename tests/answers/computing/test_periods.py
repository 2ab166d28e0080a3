"""Periods are found in questions and formulas, and taken out of their words."""

from datetime import date

import pytest

from app.answers.computing.periods import take_periods
from app.answers.computing.requests import AskedPeriod


@pytest.mark.parametrize(
    ("text", "rest", "periods"),
    [
        ("capex in FY21", "capex", ["FY2021"]),
        ("the change in net sales in 2019 from 2018", "the change in net sales", ["FY2019", "FY2018"]),
        ("average PP&E between FY2018 and FY2019", "average PP&E", ["FY2018", "FY2019"]),
        ("net sales between the third and fourth quarter", "net sales", ["Q3", "Q4"]),
        ("In 2019, the price between the third quarter and fourth quarter", "the price", ["Q3 FY2019", "Q4 FY2019"]),
        ("year end FY2018 net property", "net property", ["FY2018"]),
        ("tax charge in 2017/18", "tax charge", ["FY2018"]),
        ("revenue in Q2 of FY2023", "revenue", ["Q2 FY2023"]),
        ("lamp revenue 2024 vs 2023", "lamp revenue", ["FY2024", "FY2023"]),
        ("transfers between 2018 year end and 2019 year end", "transfers", ["FY2018", "FY2019"]),
        ("difference in EBITDA between F19 and F18", "difference in EBITDA", ["FY2019", "FY2018"]),
        ("total liabilities as of December 31, 2019", "total liabilities", ["December 31, 2019"]),
        ("a loan of 2,019 dollars", "a loan of 2,019 dollars", []),
    ],
)
def test_periods_are_taken_out_of_text(text, rest, periods) -> None:
    taken = take_periods(text)
    assert (taken.rest, [period.label() for period in taken.periods]) == (rest, periods)


@pytest.mark.parametrize("text", ["FY2019 - FY2021 margin", "margin from FY2019 to FY2021", "margin for 2019-2021"])
def test_range_has_years_between(text) -> None:
    assert [period.year for period in take_periods(text).all_periods()] == [2019, 2020, 2021]


@pytest.mark.parametrize(
    ("text", "part", "day"),
    [
        ("free cash flow for the nine months ended September 30, 2023", "9M", "2023-09-30"),
        ("free cash flow in the twelve months ended June 30, 2024", "12M", "2024-06-30"),
        ("free cash flow for the six-month period ended 30 June 2024", "6M", "2024-06-30"),
        ("free cash flow in the three months ended March 31, 2024", "3M", "2024-03-31"),
        ("free cash flow in the second quarter ended June 30, 2024", "3M", "2024-06-30"),
        ("free cash flow for the last twelve months ended June 30, 2024", "12M", "2024-06-30"),
        ("free cash flow LTM June 30, 2024", "12M", "2024-06-30"),
        ("free cash flow for the 26 weeks ended June 30, 2024", "6M", "2024-06-30"),
        ("free cash flow for the fiscal year ended June 30, 2024", "FY", "2024-06-30"),
    ],
)
def test_months_before_a_day_are_its_part(text, part, day) -> None:
    taken = take_periods(text)
    [period] = taken.periods
    assert (taken.rest, period.part, str(period.day)) == ("free cash flow", part, day)


def test_months_that_end_on_a_day_have_the_same_months_before() -> None:
    [period] = take_periods("sales in the six months ended February 29, 2024").periods
    assert period.before() == AskedPeriod("six months ended February 28, 2023", 2023, "6M", date(2023, 2, 28))


def test_year_after_months_is_the_end_of_the_same_months() -> None:
    periods = take_periods("change in sales between the six months ended June 30, 2024 and 2023").periods
    assert [(period.part, str(period.day)) for period in periods] == [("6M", "2024-06-30"), ("6M", "2023-06-30")]
