"""Arithmetic is exact, and values of different units are not mixed."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answers.computing.evaluation import evaluate
from app.answers.computing.requests import AskedUnit, Form, Number, Operator
from app.answers.computing.values import (
    Dimension,
    UnitsError,
    Value,
    annual_growth,
    combine,
    comparable,
    growth,
    mean,
    print_value,
)

AMOUNTS = st.decimals(min_value=-(10**12), max_value=10**12, places=2).map(Fraction)


def money(amount: object, unit: str | None = "USD", scale: int | None = 6) -> Value:
    return Value(Fraction(str(amount)), Dimension.MONEY, unit, scale)


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_sums_and_means_are_exact(first, second, third) -> None:
    values = [Value(amount, Dimension.MONEY, "USD", 6) for amount in (first, second, third)]
    assert mean(values).amount * 3 == first + second + third
    back = combine(Operator.SUBTRACT, combine(Operator.ADD, values[0], values[1]), values[1])
    assert back.amount == first


@given(AMOUNTS.filter(bool), AMOUNTS)
def test_growth_is_the_share_of_the_earlier_value(first, last) -> None:
    rate = growth(Value(first, Dimension.MONEY, "USD"), Value(last, Dimension.MONEY, "USD"))
    assert first * (1 + rate.amount / 100) == last


def test_compound_growth_of_doubling_in_two_years() -> None:
    assert print_value(annual_growth(money(100), money(200), 2), Form(places=4), is_percent=True) == "41.4214%"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (money(1), money(1, "EUR")),
        (money(1), money(1, scale=None)),
        (money(1), Value(Fraction(1), Dimension.SHARES)),
        (money(1), Value(Fraction(1), Dimension.PERCENT)),
    ],
)
def test_other_units_are_not_added(left, right) -> None:
    with pytest.raises(UnitsError):
        combine(Operator.ADD, left, right)


@pytest.mark.parametrize("operator", [Operator.ADD, Operator.DIVIDE])
def test_amounts_of_two_tables_that_state_no_scale_are_not_combined(operator) -> None:
    one, other = (replace(money(1, scale=None), table=(UUID(int=1), number)) for number in (1, 2))
    assert combine(operator, one, one).amount in (1, 2)
    with pytest.raises(UnitsError):
        combine(operator, one, other)


def test_amounts_of_other_currencies_are_not_compared() -> None:
    assert comparable([money(1), money(2)]) == [money(1), money(2)]
    with pytest.raises(UnitsError):
        comparable([money(1), money(2, "EUR")])


def test_nothing_is_divided_by_zero() -> None:
    with pytest.raises(UnitsError):
        combine(Operator.DIVIDE, money(1), money(0))
    with pytest.raises(UnitsError):
        growth(money(0), money(1))


@pytest.mark.parametrize(
    ("value", "form", "is_percent", "text"),
    [
        (money(1_832_000_000), Form(AskedUnit.MONEY, 6), False, "$1,832 million"),
        (money(389_000_000), Form(AskedUnit.MONEY, 9, 2), False, "$0.39 billion"),
        (money(Decimal("-56500000")), Form(), False, "-$56.5 million"),
        (money(5, scale=None), Form(), False, "$5 (scale not stated)"),
        (Value(Fraction(173, 100), Dimension.PURE), Form(places=1), False, "1.7"),
        (Value(Fraction(1, 3), Dimension.PURE), Form(), False, "0.33"),
        (Value(Fraction(1, 3), Dimension.PURE), Form(also_percent=True), False, "0.33, or 33.33%"),
        (Value(Fraction(1, 3), Dimension.PURE), Form(AskedUnit.PERCENT, None, 1), True, "33.3%"),
        (Value(Fraction(-1, 1000), Dimension.PURE), Form(places=1), True, "-0.1%"),
        (Value(Fraction(2500), Dimension.SHARES, None, 3), Form(), False, "2.5 thousand shares"),
        (Value(Fraction(277, 100), Dimension.PER_SHARE, "USD", 0), Form(), False, "$2.77"),
    ],
)
def test_value_is_printed_in_the_unit_that_is_asked(value, form, is_percent, text) -> None:
    assert print_value(value, form, is_percent=is_percent) == text


def test_zero_for_an_absent_line_can_be_added_to_any_unit() -> None:
    zero = evaluate(Number(Decimal(0)))
    assert combine(Operator.ADD, money(5), zero) == combine(Operator.ADD, zero, money(5)) == money(5)
