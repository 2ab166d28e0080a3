"""Answers are graded without a judge: by figures (value, unit, sign, rounding), by yes or no, and by short texts."""

from decimal import Decimal

import pytest

from evals.scoring.answers import Grade, count_unsupported, grade_answer
from evals.scoring.figures import FigureKind, find_figures, is_same

AMOUNT = "What was capital expenditure in FY2018, in USD millions?"


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("$1,577.00", "1577", FigureKind.MONEY),
        ("(1,577)", "-1577", FigureKind.PLAIN),
        ("-4.2%", "-4.2", FigureKind.PERCENT),
        ("(4.2)%", "-4.2", FigureKind.PERCENT),
        ("$1.5 billion", "1500000000", FigureKind.MONEY),
        ("12 basis points", "0.12", FigureKind.PERCENT),
        ("2.5x", "2.5", FigureKind.PLAIN),
    ],
)
def test_figure_is_read_with_its_sign_unit_and_scale(text, value, kind):
    [figure] = find_figures(text)
    assert (figure.value, figure.kind) == (Decimal(value), kind)


@pytest.mark.parametrize("text", ["in 2022", "On December 31, 2022", "Note 14", "the 10-K of fiscal 2021", "Item 7"])
def test_years_dates_and_numbers_in_names_are_not_figures(text):
    assert find_figures(text) == []


@pytest.mark.parametrize(
    ("truth", "said", "same"),
    [
        ("1.5%", "1.49%", True),
        ("1.5%", "1.44%", False),
        ("1.5%", "1.5", False),
        ("$8.70", "$8.738", True),
        ("$400", "(400)", True),
        ("-4.0%", "4.0%", False),
        ("-3.3", "(3.3)", True),
    ],
)
def test_figures_are_equal_within_the_rounding_of_the_truth(truth, said, same):
    assert is_same(find_figures(truth)[0], find_figures(said)[0]) is same


@pytest.mark.parametrize(
    ("question", "truth", "claims", "grade"),
    [
        (AMOUNT, "$1577.00", ["Capital expenditure was $1,577 million in 2018."], Grade.RIGHT),
        (AMOUNT, "$1577.00", ["Capital expenditure was $1.6 billion in 2018."], Grade.WRONG),
        (AMOUNT, "$1577.00", ["Capital expenditure was $1,373 million in 2018."], Grade.WRONG),
        (AMOUNT, "$1577.00", ["Purchases of PP&E — 2018: (1,577); 2017: (1,373) (in USD millions)"], Grade.RIGHT),
        (AMOUNT, "$1373.00", ["Purchases of PP&E — 2018: (1,577); 2017: (1,373) (in USD millions)"], Grade.WRONG),
        (AMOUNT, "$1577.00", ["It was considerable."], Grade.WRONG),
        (AMOUNT, "$1577.00", [], Grade.DECLINED),
        ("Is it?", "Yes. It is.", ["No, it is not."], Grade.WRONG),
        ("Is it?", "Yes. It is.", ["Yes, it is."], Grade.RIGHT),
        ("Who audits?", "Deloitte & Touche", ["Touche and Deloitte audit."], Grade.RIGHT),
        ("Why?", "Because of higher raw material prices in all segments.", ["Prices."], Grade.UNDECIDED),
    ],
)
def test_answer_is_graded_by_its_statements(question, truth, claims, grade):
    assert grade_answer(question, truth, claims).grade is grade


def test_numbers_that_occur_in_the_quotes_are_supported():
    assert count_unsupported("?", [("Revenue was 1,577 and 12.5% more.", ["… 1,577 …"])]) == (2, 1)
    assert count_unsupported("?", [("No number.", [])]) == (0, 0)


def test_quoted_numbers_in_another_scale_are_supported_with_all_their_digits():
    assert count_unsupported("?", [("Dividends: $0.389 billion", ["Dividends paid (389)"])]) == (1, 0)
    assert count_unsupported("?", [("Cash flow: $381.603 million", ["381,603"])]) == (1, 0)
    assert count_unsupported("?", [("Cash flow: $381.6 million", ["381,603"])]) == (1, 1)
    assert count_unsupported("?", [("Dividends: $38.9 million", ["Dividends paid (389)"])]) == (1, 1)


def test_results_of_the_parts_of_shown_arithmetic_are_supported():
    quotes = ["Tax 30 45", "Income 200 250"]
    each = ("Tax rate — FY2021: 18.00%; FY2022: 15.00%", quotes)
    change = ("Tax rate = 30 / 200 - (45 / 250) = -3.00 percentage points", quotes)
    asked = "How did the tax rate change from FY2021 to FY2022?"
    assert count_unsupported(asked, [each, change])[1] == 0
    other = ("Tax rate — FY2021: 18.00%; FY2022: 16.00%", quotes)
    assert count_unsupported(asked, [other, change])[1] == 1


def test_result_of_shown_arithmetic_over_quoted_numbers_is_supported():
    quotes = ["Current assets 1,730", "Current liabilities 1,000"]
    result = ("Current ratio — FY2022: 1.73", quotes)
    equation = ("Current ratio = Current assets / Current liabilities = 1,730 / 1,000 = 1.73", quotes)
    assert count_unsupported("What was the current ratio in FY2022?", [result, equation])[1] == 0
    wrong = ("Current ratio = Current assets / Current liabilities = 1,730 / 1,000 = 1.83", quotes)
    assert count_unsupported(
        "What was the current ratio in FY2022?", [("Current ratio — FY2022: 1.83", quotes), wrong]
    )[1]
    foreign = ("Current ratio = Current assets / Current liabilities = 1,830 / 1,000 = 1.83", quotes)
    assert count_unsupported("?", [foreign])[1] == 2
