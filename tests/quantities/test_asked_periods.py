"""Tests of periods in questions."""

from datetime import date

import pytest

from app.quantities.asked_periods import parse_asked_periods


@pytest.mark.parametrize(
    ("question", "years", "quarters"),
    [
        ("in FY2022", (2022,), ()),
        ("in FY 22 and fiscal year 2020", (2020, 2022), ()),
        ("between 2021 and 2022", (2021, 2022), ()),
        ("FY2019 - FY2021 average", (2019, 2020, 2021), ()),
        ("from fiscal 2016 to 2018", (2016, 2017, 2018), ()),
        ("Q2 of FY2023", (2023,), ((2, 2023),)),
        ("2Q23 margin", (2023,), ((2, 2023),)),
        ("in the third quarter of 2021", (2021,), ((3, 2021),)),
        ("in Q4", (), ((4, None),)),
        ("paid $2,019 or 2019% of 2020.5", (), ()),
        ("the 10-K of page 1234", (), ()),
        ("over 1900 to 2100 stores", (), ()),
    ],
)
def test_years_and_quarters_are_parsed(question, years, quarters):
    asked = parse_asked_periods(question)
    assert (asked.years, asked.quarters) == (years, quarters)


@pytest.mark.parametrize(
    "question", ["as of June 30, 2022", "dated 30th June 2022", "fiscal year ended 30 June 2022", "on 2022-06-30"]
)
def test_days_are_parsed_and_imply_their_year(question):
    asked = parse_asked_periods(question)
    assert asked.days == (date(2022, 6, 30),)
    assert asked.target_year() == 2022


def test_labelled_year_takes_precedence_over_bare_year():
    assert parse_asked_periods("As of FY2021, what falls due in 2024?").target_year() == 2021


def test_impossible_day_is_ignored():
    assert parse_asked_periods("on February 31, 2022").days == ()


@pytest.mark.parametrize(
    ("question", "years"),
    [
        ("the first quarter 12 stores opened", ()),
        ("a fiscal 53-week year", ()),
        ("fiscal '31 and FY 30", (2030, 2031)),
        ("in FY99", (1999,)),
        ("FY31E against FY30A", (2030, 2031)),
        ("second quarter FY31", (2031,)),
        ("2Q31", (2031,)),
        ("Q3 '31", (2031,)),
    ],
)
def test_two_digit_years_need_a_label(question, years):
    assert parse_asked_periods(question).years == years


@pytest.mark.parametrize(
    ("question", "quarters"),
    [
        ("the last quarter of 2031", ((4, 2031),)),
        ("in the final quarter of fiscal 2031", ((4, 2031),)),
        ("the last quarter of the fiscal year 2031", ((4, 2031),)),
        ("the last quarter", ()),
        ("the last quarter of the decade", ()),
    ],
)
def test_last_quarter_of_a_year_is_the_fourth(question, quarters):
    assert parse_asked_periods(question).quarters == quarters
