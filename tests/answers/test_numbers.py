"""Tests of number support: the numbers in a claim must match numbers in its cited spans."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answers.verification.numbers import missing_numbers


@pytest.mark.parametrize(
    ("claim", "span"),
    [
        ("Revenue was $1,234 million.", "revenue of $1,234 million"),
        ("Revenue was $1.2 billion.", "revenue of $1,200 million"),
        ("Revenue was $14,544 million.", "(in millions)\nNet sales\t14,544"),
        ("Revenue was $14.544 billion.", "($ in millions)\nNet sales\t14,544"),
        ("Net sales — 2022: $14,544", "2022\t2021\nNet sales\t$14,544\t$12,861"),
        ("Cost of sales was 11,724.", "Cost of sales\t(11,724)"),
        ("The net loss was $5.", "Net income (loss)\t$(5)"),
        ("Cost of sales: (11,724)", "Cost of sales\t(11,724)"),
        ("It rose 5%.", "it rose 5 percent"),
        ("It rose 25 basis points.", "up 25 bps"),
        ("It fell 2 percentage points.", "a decline of 2 percentage points"),
        ("It has three segments.", "3 segments"),
        ("It has 25 stores.", "twenty-five stores"),
        ("In FY2022 it grew.", "fiscal 2022"),
        ("In FY22 it grew.", "fiscal 2022"),
        ("In Q2 it grew.", "in the second quarter"),
        ("See the 10-K.", "this Form 10-K"),
        ("5 and 5.0 are one.", "5.00"),
        ("One of the largest.", "among the largest"),
        ("Leverage was 3.5x.", "leverage of 3.5x"),
        ("It cost US$5bn.", "$5 billion"),
        ("Earnings — 2020: $1.60", "2021\t2020\t% CHANGE\nEarnings\t$3.56\t$1.60\t123\t% $\t2.49"),
        ("It rose 123%.", "Earnings\t$3.56\t$1.60\t123\t% $\t2.49"),
    ],
)
def test_number_in_span_is_supported(claim: str, span: str) -> None:
    assert missing_numbers(claim, [span]) == []


@pytest.mark.parametrize(
    ("claim", "span"),
    [
        ("Revenue was $1,234.", "revenue of $1,234 million"),
        ("Revenue was $1,234 billion.", "revenue of $1,234 million"),
        ("Revenue was $1,234 million.", "revenue of 1,234"),
        ("Revenue was $1.23 billion.", "revenue of $1,234 million"),
        ("Net income was $5.", "Net income\t$(5)"),
        ("Net income was $(5).", "Net income\t$5"),
        ("Net income (loss) was $5.", "Net income (loss)\t$(5)"),
        ("It rose 5%.", "it rose 5"),
        ("It rose 5.", "it rose 5%"),
        ("It rose 5%.", "it rose 5 percentage points"),
        ("It rose 5%.", "it rose 5 basis points"),
        ("It cost €5.", "it cost $5"),
        ("It cost C$5.", "it cost US$5"),
        ("In 2021 it grew.", "in 2022 it grew"),
        ("In Q3 it grew.", "in the second quarter"),
        ("It has four segments.", "three segments"),
        ("It doubled.", "it rose"),
        ("It has 12 stores.", "112 stores and 123 clerks and 1.12"),
        ("One million people.", "people"),
        ("Rated Baa2.", "Rated Baa3"),
        ("See the 10-Q.", "see the 10-K"),
        ("It is １２３４.", "1235"),
    ],
)
def test_number_absent_from_span_is_missing(claim: str, span: str) -> None:
    assert missing_numbers(claim, [span]) != []


def test_each_number_needs_support_from_at_least_one_span() -> None:
    spans = ["For the years ended June 30,\t2022\t2021", "Net sales\t$14,544\t$12,861"]
    assert missing_numbers("Net sales — 2022: $14,544", spans) == []
    assert missing_numbers("Net sales — 2020: $14,544", spans) == ["2020"]


def test_long_amounts_are_compared_exactly() -> None:
    long = "9" * 60
    assert missing_numbers(f"It is {long} thousand.", [f"{long},000"]) != []
    assert missing_numbers(f"It is {long} thousand.", [f"{long}000"]) == []
    assert missing_numbers(f"It is {long}.", [f"{long[:-1]}8"]) == [long]


@given(text=st.one_of(st.text(), st.text(alphabet="0123456789,.%$€()-–/ mkbxQtwohalfonetwo\t")))
def test_text_supports_its_own_numbers(text: str) -> None:
    assert missing_numbers(text, [text]) == []


@given(digits=st.text(alphabet="0123456789", min_size=1, max_size=8), span=st.text(alphabet="0123456789,. \t()%$ab"))
def test_digits_absent_from_span_are_missing(digits: str, span: str) -> None:
    bare = "".join(filter(str.isdigit, span))
    if digits.lstrip("0").rstrip("0") and digits.strip("0") not in bare:
        assert missing_numbers(f"It was {digits} in all", [span]) != []


def test_line_item_name_does_not_turn_loss_into_income() -> None:
    span = "(in millions)\nIncome (loss) before income taxes\t(1,234)"
    assert missing_numbers("Income before income taxes was $1,234 million.", [span]) != []
    assert missing_numbers("The loss before income taxes was $1,234 million.", [span]) == []
    assert missing_numbers("Interest income was $12 million.", ["(in millions)\nInterest income\t(12)"]) != []


def test_scale_applies_only_to_its_own_page() -> None:
    assert missing_numbers("Revenue was $5 billion.", ["(in millions)", "(in thousands)\nRevenue\t5,000"]) != []
    assert missing_numbers("Revenue was $5 million.", ["(in millions)", "(in thousands)\nRevenue\t5,000"]) == []


def test_amount_in_millions_does_not_support_dollars() -> None:
    span = "($ in millions)\nNet sales\t383,285"
    assert missing_numbers("Net sales were $383,285.", [span]) != []
    assert missing_numbers("Net sales were $383,285 (in millions).", [span]) == []


def test_zeros_of_figure_in_parentheses_are_not_a_scale():
    assert missing_numbers("The net loss was $5 million.", ["Net loss $ (5,000)"]) != []
    assert missing_numbers("The net loss was $5 million.", ["Net loss ($000) (5,000)"]) == []


def test_run_of_spaces_takes_linear_time():
    blanks = " " * 100_000
    assert missing_numbers("Revenue was $5 million.", [f"Revenue was $5 million.{blanks}In{blanks}( {blanks}$"]) == []
