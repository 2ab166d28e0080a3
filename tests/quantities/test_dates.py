"""Tests of dates in filings and questions."""

from datetime import date

import pytest

from app.quantities.dates import find_dates, parse_date, without_dates


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("January 28, 2031", date(2031, 1, 28)),
        ("28 Jan. 2031", date(2031, 1, 28)),
        ("Sept. 1st, 2031", date(2031, 9, 1)),
        ("2031-01-28", date(2031, 1, 28)),
        ("1/28/2031", date(2031, 1, 28)),
        ("February 30, 2031", None),
        ("Smarch 3, 2031", None),
        ("2031", None),
        ("30th of June 2031", date(2031, 6, 30)),
        ("June 30 , 2031", date(2031, 6, 30)),
        ("30/6/2031", date(2031, 6, 30)),
        ("6/30/2031", date(2031, 6, 30)),
        ("30/30/2031", None),
        ("Marlow 3, 2031", None),
    ],
)
def test_dates_are_parsed_in_forms_of_filings(text: str, day: date | None) -> None:
    assert parse_date(text) == day


def test_dates_are_parsed_with_and_without_commas_and_abbreviations():
    text = "June 30, 2031; Sept. 30 2031; DECEMBER 31, 2030; February 30, 2031"
    assert list(find_dates(text)) == [date(2031, 6, 30), date(2031, 9, 30), date(2030, 12, 31)]


@pytest.mark.parametrize(
    "text", ["30 June 2031", "30th of June, 2031", "June 30,2031", "2031-06-30", "6/30/2031", "30/6/2031"]
)
def test_dates_are_found_in_every_form(text):
    assert list(find_dates(f"as of {text} and 2030")) == [date(2031, 6, 30)]
    assert without_dates(f"as of {text} and 2030") == "as of   and 2030"
