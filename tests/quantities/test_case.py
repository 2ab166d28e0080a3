"""Tests of words with the letters ı, İ or ſ, which case-insensitive patterns match as i or s."""

from decimal import Decimal

import pytest

from app.quantities.asked_periods import parse_asked_periods
from app.quantities.durations import find_durations
from app.quantities.mentions import find_numbers
from app.quantities.unit_mentions import Scale, find_stated_scales, find_units
from app.quantities.units import parse_units


@pytest.mark.parametrize("word", ["mıllions", "MİLLİONS", "millionſ"])
def test_scales_with_these_letters_are_parsed(word):
    text = f"(in {word})"
    assert find_stated_scales(text) == {6}
    assert [found.scale for found in find_units(text)] == [Scale.MILLIONS]
    assert parse_units(text).scale == 6


def test_numbers_with_these_letters_are_parsed():
    text = "İNR 12 mıllion, sıx percent, 3 basıs points"
    numbers = [(found.value, found.scale, found.unit) for found in find_numbers(text).mentions]
    assert sorted(numbers, key=str) == [(Decimal(12), 6, ""), (Decimal(3), None, "bps"), (Decimal(6), None, "%")]


def test_periods_with_these_letters_are_parsed():
    assert parse_asked_periods("the fırst quarter of 2031").quarters == ((1, 2031),)
    (found,) = find_durations("thırty-nıne weeks ended")
    assert found.duration.weeks == 39
