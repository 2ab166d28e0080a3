"""Tests of scales above tables and beside numbers."""

import pytest

from app.quantities.scales import Scale, find_scale, find_stated_scales, find_units, match_scale


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


@pytest.mark.parametrize("scale", Scale)
def test_scale_name_matches_exponent(scale):
    assert scale.exponent == (find_scale(scale) or 0)
