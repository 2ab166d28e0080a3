"""Tests of debit and credit as signs."""

import pytest

from app.quantities.sides import find_negative_side


@pytest.mark.parametrize(
    ("heading", "side"),
    [
        ("Dr (Cr)", "CR"),
        ("Balance DR/(CR)", "CR"),
        ("Debit / (credit)", "CR"),
        ("Debits (Credits)", "CR"),
        ("(Dr)/Cr", "DR"),
        ("Cr./(Dr.)", "DR"),
        ("DR/CR", "CR"),
        ("CR or DR", "DR"),
        ("Credit", None),
        ("Credit facilities and debt", None),
        ("Dr Credo", None),
        ("", None),
    ],
)
def test_heading_with_both_sides_states_the_negative_one(heading, side):
    assert find_negative_side([heading]) == side


def test_first_heading_that_states_a_side_decides():
    assert find_negative_side(["2024", "Cr (Dr)", "Dr (Cr)"]) == "DR"
