"""Dates as contracts write them."""

from datetime import date

import pytest

from workers.extraction.fields.days import find_days


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("this twenty-first day of June, 2031", 21),
        ("this twenty first day of June 2031", 21),
        ("the thirtieth day of June 2031", 30),
        ("the first day of June 2031", 1),
    ],
)
def test_days_in_words_are_read_whole(words, day):
    assert [found.day for found in find_days(words)] == [date(2031, 6, day)]


def test_end_of_a_fused_word_is_not_a_day():
    assert not list(find_days("this twentyfirst day of June 2031"))
