"""Tests of recognising periods in table headings."""

import pytest

from app.quantities.headings import find_years, has_period_word, is_period, is_year


@pytest.mark.parametrize(
    "cell", ["2031", "2031 (1)", "2031*", "2031E", "FY31", "Fiscal 2031", "Q2 2031", "2Q31", "June 30", "Year ended"]
)
def test_cell_names_a_period(cell):
    assert is_period(cell)


@pytest.mark.parametrize("cell", ["20312", "2,031", "Change", "ended the year's", "Marlow", "Q2", "12"])
def test_cell_names_no_period(cell):
    assert not is_period(cell)


def test_year_is_not_part_of_longer_number():
    assert find_years("2031\t12,031\t2,031.5\t2030.5\t(2029)") == ["2031", "2029"]
    assert is_year("2031 (a)")
    assert not is_year("31")


@pytest.mark.parametrize("text", ["Market 12", "Junior 5", "Octane 95", "Decrease 4"])
def test_words_beginning_like_months_are_not_months(text):
    assert not has_period_word(text)
