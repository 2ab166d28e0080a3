"""Tests of numbers in sentences."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quantities.mentions import find_numbers
from app.quantities.styles import NumberStyle
from tests.speed import within_cpu_seconds


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


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("leverage of 4.5⁸ times", [("4.5", "x", None)]),
        ("debt was $412(6) million in 2023(1)", [("412", "", 6), ("2023", "", None)]),
        ("Revenues² of 7", [("7", "", None)]),
        ("a coupon of 7½%", [("7.5", "%", None)]),
        ("paid $.25 and .45%", [("0.25", "", None), ("0.45", "%", None)]),
        ("at most 4.50 to 1.00 until 2026", [("4.50", "x", None), ("2026", "", None)]),
        ("at most 4.50:1.00", [("4.50", "x", None)]),
        ("a ratio of 3 to 1", [("3", "x", None)]),
        ("from 4.50 to 1.00 to 4.00 to 1.00", [("4.50", "x", None), ("4.00", "x", None)]),
        ("fell from 4.50 to 1.00", [("4.50", "", None), ("1.00", "", None)]),
        ("from 3 to 1 million", [("3", "", None), ("1", "", 6)]),
        ("25 to 75 basis points", [("25", "bps", None), ("75", "bps", None)]),
        ("11.5–12.0%", [("11.5", "%", None), ("12.0", "%", None)]),
        ("$4.1 - $4.3 billion", [("4.1", "", 9), ("4.3", "", 9)]),
        ("$900 to $1.2 million", [("900", "", None), ("1.2", "", 6)]),
        ("₹1,23,456 and 1'234'567", [("123456", "", None), ("1234567", "", None)]),
    ],
)
def test_marks_ratios_and_ranges_in_prose(text, numbers):
    found = find_numbers(text).mentions
    assert [(mention.value, mention.unit, mention.scale) for mention in found] == [
        (Decimal(value), unit, scale) for value, unit, scale in numbers
    ]


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("Loss\t\u2011154\t\u2011 88", [-154, -88]),
        ("Loss\t−12\t–7\t—30\t△142\t▲81\t－5", [-12, -7, -30, -142, -81, -5]),
        ("Sales\t—\t30\t–\t25\t-\t7", [30, 25, 7]),
        ("Sales — 30 stores – 25 clerks", [30, 25]),
        ("a 10-12 week plan", [10, 12]),
    ],
)
def test_signs_in_lines_of_tables_and_in_prose(line, values):
    found = find_numbers(line).mentions
    assert [-mention.value if mention.negative else mention.value for mention in found] == values


def test_decimal_comma_is_read_where_the_caller_says_so():
    found = find_numbers("Umsatz 1.234,5 Mio. und 98\u202f765 Stück", NumberStyle(decimal=",", spaces=True)).mentions
    assert [mention.value for mention in found] == [Decimal("1234.5"), Decimal(98765)]


@pytest.mark.parametrize(
    "part", ["1,11", ",11", "1 to ", "1", "1 ", " to", "1:1 ", "(1)", "½", "1'111", "($", "1.111", "- "]
)
def test_hostile_prose_takes_linear_time(part):
    def find():
        for style in (NumberStyle(), NumberStyle(",", spaces=True)):
            find_numbers("1" + part * 5_000, style)
            find_numbers(f"1{part}{' ' * 20_000}{part}1{' ' * 20_000}to", style)

    within_cpu_seconds(2, find)


def test_digits_that_touch_are_separate_numbers_where_no_number_has_them_both():
    assert [mention.value for mention in find_numbers("December 31,2031").mentions] == [31, 2031]
    assert [mention.value for mention in find_numbers("Sales\t$1,2342\t5,3771").mentions] == [1234, 2, 5377, 1]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("Sales doubled, costs were halved.", {"doubl", "halv"}),
        ("half of sales, twice as much, two dozens, tripling", {"half", "twice", "dozen", "tripl"}),
        ("Halvorsen, Doublewick, Halfmoor, Triplett and Dozenal earned more", set()),
    ],
)
def test_factors_are_whole_words_and_no_parts_of_names(text, labels):
    assert find_numbers(text).labels == labels
