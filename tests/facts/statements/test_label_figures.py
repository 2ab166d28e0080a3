"""Tests of figures within labels of balance sheets."""

import pytest

from app.facts.statements.label_figures import find_label_figures
from tests.facts.statements.pages_of_statements import BALANCE, END_2030, END_2031, read

UNITS = "(In millions, except share and per share data)"


def figures(label, units=UNITS):
    return [
        (found.concept, str(found.value), found.scale, found.rank)
        for found in find_label_figures(label, "", units=units, scale=6)
    ]


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        (
            "Common stock, $0.01 par value: 500,000,000 shares authorized; 120,000,000 and 118,500,000 shares issued",
            [
                ("CommonStockSharesAuthorized", "500000000", 0, None),
                ("CommonStockSharesIssued", "120000000", 0, 0),
                ("CommonStockSharesIssued", "118500000", 0, 1),
                ("CommonStockParOrStatedValuePerShare", "0.01", 0, None),
            ],
        ),
        (
            "Preferred stock (issued and outstanding: 25,000)",
            [("PreferredStockSharesIssued", "25000", 0, None), ("PreferredStockSharesOutstanding", "25000", 0, None)],
        ),
        (
            "Common stock, 4,084 million shares issued of 6 billion authorized",
            [("CommonStockSharesIssued", "4084", 6, None), ("CommonStockSharesAuthorized", "6", 9, None)],
        ),
        (
            "Accounts receivable, net of allowances of $528 and $588",
            [
                ("AllowanceForDoubtfulAccountsReceivableCurrent", "528", 6, 0),
                ("AllowanceForDoubtfulAccountsReceivableCurrent", "588", 6, 1),
            ],
        ),
        ("Treasury stock, at cost (2031: 72,399,802 shares; 2030: 66,798,605 shares)", []),
        ("Total current assets", []),
    ],
)
def test_label_states_figures_of_columns(label, expected):
    assert figures(label) == expected


def test_shares_in_thousands_are_scaled_and_unclear_ones_are_not_known():
    label = "Common stock: 15,116 and 15,550 shares issued"
    thousands = "(In millions, except number of shares, which are reflected in thousands)"
    assert {scale for _, _, scale, _ in figures(label, thousands)} == {3}
    assert {scale for _, _, scale, _ in figures(label, "(In millions)")} == {None}


def test_balance_sheet_has_facts_of_its_labels():
    label = "Common stock, 300,000,000 shares authorized; 90,000,000 and 80,000,000 shares issued"
    facts = read(f"CONSOLIDATED BALANCE SHEETS\n{UNITS}\n\n{BALANCE.replace('Common stock', label)}")
    assert {fact.period: int(fact.value) for fact in facts if fact.concept == "CommonStockSharesIssued"} == {
        END_2031: 90_000_000,
        END_2030: 80_000_000,
    }
