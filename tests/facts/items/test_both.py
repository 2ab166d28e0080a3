"""Rows that state two items with one figure."""

import pytest

from app.facts.items.both import other_item, other_of_concept

BASIC, DILUTED = "EarningsPerShareBasic", "EarningsPerShareDiluted"


@pytest.mark.parametrize(
    ("item", "path", "other"),
    [
        (BASIC, ("Net loss per share, basic and diluted",), DILUTED),
        (DILUTED, ("Diluted and basic earnings per unit",), BASIC),
        (DILUTED, ("Basic and diluted net loss per share:", "Class A"), BASIC),
        ("SharesAverage", ("Weighted-average shares – basic & diluted",), "SharesFullyDilutedAverage"),
        ("EarningsPerShareContinuingBasic", ("Basic/diluted", ""), "EarningsPerShareContinuingDiluted"),
        (BASIC, ("Basic and diluted earnings per share:", "Basic"), None),
        (DILUTED, ("Earnings per share:", "Diluted"), None),
        (BASIC, ("Net loss per share",), None),
        ("NetIncome", ("Net loss, basic and diluted",), None),
        (None, ("Net loss per share, basic and diluted",), None),
    ],
)
def test_row_that_says_basic_and_diluted_states_both_items(item, path, other):
    assert other_item(item, path) == other


def test_only_concepts_of_both_are_two_items():
    assert other_of_concept(DILUTED, "EarningsPerShareBasicAndDiluted") == BASIC
    assert other_of_concept(DILUTED, "EarningsPerShareDiluted") is None
