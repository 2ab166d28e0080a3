"""Tests of currencies and scales above tables and beside numbers."""

import pytest

from app.quantities.unit_mentions import (
    Scale,
    find_named_currency,
    find_signs,
    find_stated_scales,
    find_units,
    match_scale,
)


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("(in millions)", Scale.MILLIONS),
        ("$ in thousands", Scale.THOUSANDS),
        ("(in U.S. dollars thousands)", Scale.THOUSANDS),
        ("(€ millions)", Scale.MILLIONS),
        ("(RMB in billions)", Scale.BILLIONS),
        ("(inmillions)", Scale.MILLIONS),
        ("a million homes", None),
        ("shares", None),
    ],
)
def test_units_of_table_are_found(text, scale):
    assert next((units.scale for units in find_units(text)), None) is scale


def test_units_do_not_begin_on_previous_line():
    text = "Percent of\nIn millions"
    (units,) = find_units(text)
    assert text[units.start : units.end] == "In millions"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$\n \nmillions\nin millions", ["$\n \nmillions", "in millions"]),
        ("in millions of\nthousands", ["in millions", "of\nthousands"]),
        ("in thousands, £ MILLIONS", ["in thousands", "£ MILLIONS"]),
        ("thousands\nin\n\nbillions", ["in\n\nbillions"]),
    ],
)
def test_all_units_of_a_page_are_found(text, found):
    assert [text[units.start : units.end] for units in find_units(text)] == found


@pytest.mark.parametrize(
    ("text", "exponent"), [(" million", 6), ("bn", 9), ("k", 3), (" trillion", 12), (" moons", None)]
)
def test_scale_beside_number_is_parsed(text, exponent):
    found = match_scale(f"5{text} in all", 1)
    assert (found and found.exponent) == exponent


def test_scale_of_one_number_is_no_scale_of_the_table():
    assert find_stated_scales("(In thousands) and ($ in millions)") == {3, 6}
    assert find_stated_scales("Net sales (000 omitted)") == {3}
    assert find_stated_scales("5 million") == frozenset()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("(in millions of U.S. dollars)", "USD"),
        ("(Canadian dollars in thousands)", "CAD"),
        ("(AU$ in millions)", "AUD"),
        ("(NZ$ in millions)", "NZD"),
        ("(HK$ in millions)", "HKD"),
        ("(¥ in millions)", "JPY"),
        ("(in millions of pounds sterling)", "GBP"),
        ("(RMB in thousands)", "CNY"),
        ("($ in millions)", "USD"),
        ("(in millions)", None),
    ],
)
def test_currency_is_found_in_units_line(text, code):
    assert find_named_currency(text) == code


def test_signs_and_codes_before_amounts_are_found():
    assert [found.code for found in find_signs("$ 5, US$5, C$ 5, EUR 5, SEK (5), ₹5; sold in USD or EUR")] == [
        "USD", "USD", "CAD", "EUR", "SEK", "INR"
    ]  # fmt: skip


def test_code_as_row_label_is_ignored():
    assert list(find_signs("Rates\nGBP\t1.25\nEUR\t1.10")) == []
    assert [found.code for found in find_signs("Fee\tEUR\t5\nEUR 5")] == ["EUR", "EUR"]


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("US$5 and NZ$ 5", ["US$", "NZ$"]),
        ("xUS$5, Cdn$5", ["$", "Cdn$"]),
        ("AUSD 5, USD5, RMB 5", ["RMB"]),
        ("$$€5", ["$", "$", "€"]),
    ],
)
def test_signs_are_found_with_their_letters(text, signs):
    assert [text[found.start : found.end] for found in find_signs(text)] == signs
