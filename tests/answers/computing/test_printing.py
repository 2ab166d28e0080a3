"""Values are printed in the unit and rounding that a question asks for."""

from dataclasses import replace
from decimal import Decimal

import pytest

from app.answers.computing.printing import print_value
from app.answers.computing.requests import AskedUnit, Form
from app.facts.formulas.units import DAYS, NUMBER, PERCENT, RATIO, Unit, UnitKind

DOLLARS = Unit(UnitKind.MONEY, "USD")
UNSCALED = replace(DOLLARS, unscaled=(None, 1))


@pytest.mark.parametrize(
    ("value", "unit", "scale", "form", "text"),
    [
        ("1832000000", DOLLARS, 6, Form(AskedUnit.MONEY, 6), "$1,832 million"),
        ("389000000", DOLLARS, 6, Form(AskedUnit.MONEY, 9, 2), "$0.39 billion"),
        ("-56500000", DOLLARS, 6, Form(), "-$56.5 million"),
        ("5", UNSCALED, 0, Form(), "$5 (scale not stated)"),
        ("1.73", RATIO, 0, Form(places=1), "1.7"),
        ("0.3333333", RATIO, 0, Form(), "0.33"),
        ("0.3333333", RATIO, 0, Form(also_percent=True), "0.33, or 33.33%"),
        ("0.0123456", RATIO, 0, Form(), "0.0123"),
        ("0.3333333", PERCENT, 0, Form(AskedUnit.PERCENT, None, 1), "33.3%"),
        ("-0.001", PERCENT, 0, Form(places=1), "-0.1%"),
        ("42.342", DAYS, 0, Form(), "42.34"),
        ("12500", NUMBER, 0, Form(), "12,500"),
        ("2500", Unit(UnitKind.SHARES), 3, Form(), "2.5 thousand shares"),
        ("2.77", Unit(UnitKind.PER_SHARE, "USD"), 0, Form(), "$2.77"),
    ],
)
def test_value_is_printed_in_the_unit_that_is_asked(value, unit, scale, form, text) -> None:
    assert print_value(Decimal(value), unit, form, scale=scale) == text


def test_ratio_is_a_percentage_if_the_question_says_so() -> None:
    assert print_value(Decimal(1) / 3, RATIO, Form(AskedUnit.PERCENT, None, 1), is_percent=True) == "33.3%"
