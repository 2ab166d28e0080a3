"""Tests of figures in tables."""

from decimal import Decimal

import pytest

from app.quantities.numbers import find_values, is_amount, parse_figure


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("1,234.5", Decimal("1234.5")),
        ("$(1,234)", Decimal(-1234)),
        ("−5", Decimal(-5)),
        ("—", Decimal(0)),
        ("12%", None),
        ("n/a", None),
    ],
)
def test_figure_is_parsed_with_its_sign(text, figure):
    assert parse_figure(text) == figure


def test_values_of_line_keep_their_signs():
    line = "Sales\t$ 1,234\t(5)\t— 7%\t₹8"
    assert [found.group().strip() for found in find_values(line, 6)] == ["$ 1,234", "(5)", "—", "7%", "₹8"]


def test_day_and_year_without_space_are_separate_values():
    assert [found.group() for found in find_values("December 31,2031", 9)] == ["31", "2031"]


def test_footnote_mark_touching_number_is_not_a_digit():
    assert [found.group().strip() for found in find_values("Sales\t$1,2342\t5,3771", 6)] == [
        "$1,234",
        "2",
        "5,377",
        "1",
    ]


@pytest.mark.parametrize("cell", ["1,234", "$ (5)", "(3.5%)", "2.5x", "−12", "4 (a)", "A$ 150", "26% (1)", "—", ".38%"])
def test_cell_is_an_amount(cell):
    assert is_amount(cell)


@pytest.mark.parametrize("cell", ["", "$", "F-7", "NM(1)", "VZ26", "FY 31", "5 stores"])
def test_cell_is_not_an_amount(cell):
    assert not is_amount(cell)
