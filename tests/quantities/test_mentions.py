"""Tests of numbers in sentences."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quantities.mentions import find_numbers


@given(
    value=st.decimals(min_value=0, max_value=10**12, places=2),
    scale=st.sampled_from(["", " thousand", " million", " billion"]),
    sign=st.sampled_from(["{}", "({})", "-{}"]),
)
def test_written_number_is_parsed(value: Decimal, scale: str, sign: str) -> None:
    written = sign.format(f"${value:,}{scale}")
    (mention,) = find_numbers(f"It was {written} in all").mentions
    assert mention.value == value
    assert mention.negative == (sign != "{}")
    assert mention.currency == "USD"


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("HK$5", "HKD"),
        ("5 HKD", "HKD"),
        ("C$5", "CAD"),
        ("CA$5", "CAD"),
        ("₹5", "INR"),
        ("RMB 5", "CNY"),
        ("5 euros", "EUR"),
    ],
)
def test_currency_is_parsed_from_sign_code_or_name(text, currency):
    (mention,) = find_numbers(f"It paid {text} in all").mentions
    assert (mention.value, mention.currency) == (5, currency)


def test_quarter_label_is_found_with_digits_and_with_words():
    assert find_numbers("in the 2nd quarter") == find_numbers("in the second quarter")
    assert find_numbers("in the second quarter").labels == {"q2"}


def test_two_digit_fiscal_year_is_parsed_as_in_questions():
    assert [mention.value for mention in find_numbers("FY99 and FY31").mentions] == [1999, 2031]
