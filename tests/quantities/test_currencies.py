"""Tests of currencies in units lines and before amounts."""

import pytest

from app.quantities.currencies import find_named_currency, find_signs


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
