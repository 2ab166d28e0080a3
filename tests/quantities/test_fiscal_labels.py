"""Tests of labels of fiscal years and quarters."""

import pytest

from app.quantities.fiscal_labels import find_fiscal_years, find_quarters


@pytest.mark.parametrize(
    ("text", "quarter", "year"),
    [
        ("Q2 2031", 2, 2031),
        ("Q2 FY'31", 2, 2031),
        ("2Q31", 2, 2031),
        ("Q2-31", 2, 2031),
        ("2nd quarter of fiscal year 2031", 2, 2031),
        ("second fiscal quarter of 2031", 2, 2031),
        ("fourth quarter and full year 2031", 4, 2031),
        ("third quarter and first nine months of fiscal 2031", 3, 2031),
        ("quarter 3, 2031", 3, 2031),
        ("third quarter", 3, None),
        ("third quarter 12 stores opened", 3, None),
        ("third quarter\n31", 3, None),
    ],
)
def test_quarter_is_found_with_its_year(text, quarter, year):
    (found,) = find_quarters(f"in the {text}")
    assert (found.quarter, found.year) == (quarter, year)


@pytest.mark.parametrize(
    "text",
    [
        "Q1234",
        "Q5",
        "first quarters",
        "headquarters 2",
        "Q2%",
        "quarter 2031",
        "quarter 31",
        "quarter 2.3",
        "quarter 1,250",
    ],
)
def test_similar_words_are_not_quarters(text):
    assert list(find_quarters(text)) == []


def test_quarters_before_the_start_position_are_ignored():
    text = "first quarter, second quarter 2031"
    (found,) = find_quarters(text, 15)
    assert text[found.start : found.end] == "second quarter 2031"


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("fiscal 2031 and fiscal year 2030", [2031, 2030]),
        ("FY31, FY'30", [2031, 2030]),
        ("fiscal 2030-2031", []),
        ("fiscal 52-week and fiscal 53 weeks", []),
        ("fiscal 52/53 week year", []),
        ("calendar 2031", []),
    ],
)
def test_fiscal_years_are_found_by_label(text, years):
    assert [found.year for found in find_fiscal_years(text)] == years


def test_run_of_spaces_takes_linear_time():
    blanks = " " * 100_000
    assert list(find_fiscal_years(f"fiscal{blanks}year{blanks}x")) == []
    assert [found.year for found in find_quarters(f"first quarter{blanks}and{blanks}year")] == [None]
