"""Typed values are written so that the number, its unit and its scale can be read again."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answers.verification.numbers import missing_numbers
from app.quantities.printing import print_quantity
from app.quantities.values import Kind, Quantity

FIGURES = st.decimals(min_value=Decimal("-99999999"), max_value=Decimal("99999999"), places=2, allow_nan=False)


@pytest.mark.parametrize(
    ("quantity", "shown"),
    [
        (Quantity(Kind.AMOUNT, Decimal("-1234"), "USD", 6), "-$1,234 million"),
        (Quantity(Kind.AMOUNT, Decimal("1310"), "GBP", 6), "£1,310 million"),
        (Quantity(Kind.AMOUNT, Decimal("1310"), "INR", 7), "₹1,310 crore"),
        (Quantity(Kind.AMOUNT, Decimal("1310"), "SEK", 3), "SEK 1,310 thousand"),
        (Quantity(Kind.AMOUNT, Decimal("1310"), None, 5), "1,310 lakh"),
        (Quantity(Kind.AMOUNT, Decimal("1310"), "USD", None), "$1,310 (scale not stated)"),
        (Quantity(Kind.PER_SHARE, Decimal("-0.89"), "USD", 0), "-$0.89"),
        (Quantity(Kind.PER_SHARE, Decimal("12.5"), "USD", -2), "$0.125"),
        (Quantity(Kind.SHARES, Decimal("15744"), "shares", None), "15,744 shares (scale not stated)"),
        (Quantity(Kind.PERCENTAGE, Decimal("8.0"), "%", 0), "8.0%"),
        (Quantity(Kind.BASIS_POINTS, Decimal("225"), "bps", 0), "225 bps"),
        (Quantity(Kind.RATIO, Decimal("4.50"), "x", 0), "4.50x"),
        (Quantity(Kind.SHARES, Decimal("30094891"), "shares", 0), "30,094,891 shares"),
        (Quantity(Kind.NIL, Decimal("0"), "USD", 6), "nil"),
        (Quantity(Kind.NOT_MEANINGFUL), "n.m."),
    ],
)
def test_value_is_written_with_sign_unit_and_scale(quantity: Quantity, shown: str) -> None:
    assert print_quantity(quantity, printed="n.m.") == shown


@given(
    figure=FIGURES,
    unit=st.sampled_from(["USD", "$", "EUR", "GBP", "JPY", "INR", "CHF", "SEK", "HKD", None]),
    scale=st.sampled_from([0, 3, 4, 5, 6, 7, 8, 9, 12]),
)
def test_written_amount_is_supported_by_its_own_cell_only(figure, unit, scale) -> None:
    quantity = Quantity(Kind.AMOUNT, figure, unit, scale)
    claim = f"Net sales — {print_quantity(quantity, printed='')}"
    assert missing_numbers(claim, [], [quantity]) == []
    other = Quantity(Kind.AMOUNT, figure + 1, unit, scale)
    assert missing_numbers(claim, [], [other]) != []
    if figure:
        assert missing_numbers(claim, [], [Quantity(Kind.AMOUNT, -figure, unit, scale)]) != []


@given(figure=FIGURES, kind=st.sampled_from([Kind.PERCENTAGE, Kind.BASIS_POINTS, Kind.RATIO, Kind.PERCENTAGE_POINTS]))
def test_written_rate_is_supported_by_its_own_cell(figure, kind) -> None:
    quantity = Quantity(kind, figure, None, 0)
    assert missing_numbers(f"Ratio — {print_quantity(quantity, printed='')}", [], [quantity]) == []


def test_amount_in_cents_is_no_amount_in_dollars() -> None:
    quantity = Quantity(Kind.PER_SHARE, Decimal("12.5"), "USD", -2)
    assert missing_numbers("The dividend was $0.125 a share.", [], [quantity]) == []
    assert missing_numbers("The dividend was 12.5 cents a share.", [], [quantity]) == []
    assert missing_numbers("The dividend was $12.5 a share.", [], [quantity]) == ["12.5"]


@pytest.mark.parametrize("kind", [Kind.NUMBER, Kind.SHARES])
def test_counts_are_no_money(kind: Kind) -> None:
    quantity = Quantity(kind, Decimal("25"), None, 0)
    assert missing_numbers("There are 25.", [], [quantity]) == []
    assert missing_numbers("They cost $25.", [], [quantity]) == ["25"]


@pytest.mark.parametrize(
    ("printed", "unit", "scale", "shown"),
    [
        ("$910 – $950", "USD", 6, "$910 – $950 million"),
        ("$910 million to $950 million", "USD", 6, "$910 million to $950 million"),
        ("$4.10 - $4.40", "USD", 0, "$4.10 - $4.40"),
        ("24% to 25%", "%", 0, "24% to 25%"),
        ("$910 – $950", "USD", None, "$910 – $950"),
    ],
)
def test_a_range_is_printed_with_its_scale_and_verified(printed: str, unit: str, scale: int | None, shown: str) -> None:
    low, high = (Decimal(figure) for figure in re.findall(r"[\d.]+", printed))
    quantity = Quantity(Kind.RANGE, low, unit, scale, high)
    assert print_quantity(quantity, printed=printed) == shown
    assert missing_numbers(f"Adjusted EBITDA — Outlook: {shown}", [], [quantity]) == []
