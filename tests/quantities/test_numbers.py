"""Tests of telling figures from words."""

import pytest

from app.quantities.numbers import is_amount


@pytest.mark.parametrize("cell", ["1,234", "$ (5)", "(3.5%)", "2.5x", "−12", "4 (a)", "A$ 150", "26% (1)", "—", ".38%"])
def test_cell_is_an_amount(cell):
    assert is_amount(cell)


@pytest.mark.parametrize("cell", ["", "$", "F-7", "NM(1)", "VZ26", "FY 31", "5 stores"])
def test_cell_is_not_an_amount(cell):
    assert not is_amount(cell)
