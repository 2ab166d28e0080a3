"""Tests of statements of units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quantities.units import Units, parse_units
from app.quantities.values import Kind

EXCEPT_SHARES = "(in millions, except number of shares, which are reflected in thousands, and per share amounts)"


@pytest.mark.parametrize(
    ("text", "currency", "scale"),
    [
        ("£ million", "GBP", 6),
        ("(£m)", "GBP", 6),
        ("€m", "EUR", 6),
        ("$'000", "$", 3),
        ("$000s", "$", 3),
        ("($ in 000s)", "$", 3),
        ("(000's omitted)", None, 3),
        ("(Thousands of Dollars)", "$", 3),
        ("(US$m)", "USD", 6),
        ("MUSD", "USD", 6),
        ("TEUR", "EUR", 3),
        ("T€", "EUR", 3),
        ("kEUR", "EUR", 3),
        ("Mio. €", "EUR", 6),
        ("in EUR thousand", "EUR", 3),
        ("(in lakhs)", None, 5),
        ("₹ in lakhs", "INR", 5),
        ("Rs. in crores", "INR", 7),
        ("JPY in 100 millions", "JPY", 8),
        ("(Unit: million yen)", "JPY", 6),
        ("（単位：百万円）", "JPY", 6),
        ("HK$ million", "HKD", 6),
        ("RMB'000", "CNY", 3),
        ("In millions of Canadian dollars", "CAD", 6),
        ("(Millions)", None, 6),
        ("$ in billions", "$", 9),
        ("Amounts in USD million unless otherwise stated", "USD", 6),
        ("(unaudited; in millions)", None, 6),
        ("(in dollars)", "$", 0),
        ("(in euros)", "EUR", 0),
        ("(Expressed in U.S. dollars)", "USD", 0),
        ("(In U.S. Dollars, in thousands)", "USD", 3),
        ("All amounts are expressed in thousands of U.S. dollars unless otherwise stated.", "USD", 3),
        ("Unless otherwise indicated, all amounts are in millions of euros.", "EUR", 6),
        ("The consolidated financial statements are presented in euros.", "EUR", None),
        ("All dollar amounts are in U.S. dollars", "USD", None),
        ("US$", "USD", None),
        ("Net sales (in billions)", None, 9),
        ("Revenue £m", "GBP", 6),
        ("EPS (pence)", "GBP", -2),
        ("Price per ton (US$/t)", "USD", 0),
        ("en milliers d'euros", "EUR", 3),
        ("RMB’Million", "CNY", 6),
        ("2031 $’000", "$", 3),
        ("52 weeks ended 30 Mar 2031 £m", "GBP", 6),
    ],
)
def test_statement_of_currency_and_scale_is_parsed(text, currency, scale):
    found = parse_units(text)
    assert (found.currency, found.scale) == (currency, scale)


@pytest.mark.parametrize(
    "text",
    [
        "approximately 3 million shares were sold",
        "Revenue increased $3 million to $5 million in 2024",
        "hundreds of millions of dollars",
        "Borrowings denominated in U.S. dollars",
        "Loans in Euro",
        "Common stock, $0.01 par value per share; 100,000 shares authorized",
        "5.25% Senior Notes due 2027",
        "Milestones",
        "Re-measurement",
        "EUR notes",
        "Deposits, U.S. dollars",
        "Contracts are in foreign currencies, which are mostly the euro and the pound (GBP).",
        "Normalised per $ million of revenues",
        "Year ended December 31, 2024",
        "",
    ],
)
def test_words_about_money_state_no_units(text):
    assert parse_units(text) == Units()


@pytest.mark.parametrize(
    ("text", "money", "shares", "except_per_share"),
    [
        ("(in millions)", 6, 6, False),
        ("US$ million", 6, None, False),
        ("Dollars in Millions, Except Per Share Data", 6, 6, True),
        ("(in thousands, except for per-share amounts)", 3, 3, True),
        ("(In thousands, except share and per share data)", 3, 0, True),
        ("(dollars in millions, except shares in thousands)", 6, 3, False),
        ("(dollars and shares in millions)", 6, 6, False),
        (EXCEPT_SHARES, 6, 3, True),
        ("Shares in thousands", None, 3, False),
        ("Number of shares (in millions)", None, 6, False),
    ],
)
def test_shares_have_their_own_scale(text, money, shares, except_per_share):
    found = parse_units(text)
    assert (found.scale, found.share_scale, found.except_per_share) == (money, shares, except_per_share)


@pytest.mark.parametrize(
    ("text", "measure"),
    [
        ("% change", Kind.PERCENTAGE),
        ("Change %", Kind.PERCENTAGE),
        ("(in %)", Kind.PERCENTAGE),
        ("Percentage of net sales", Kind.PERCENTAGE),
        ("Basis points", Kind.BASIS_POINTS),
        ("Change (bps)", Kind.BASIS_POINTS),
        ("Change in percentage points", Kind.PERCENTAGE_POINTS),
        ("Net leverage (x)", Kind.RATIO),
        ("Diluted earnings per share", Kind.PER_SHARE),
        ("Weighted average shares outstanding, diluted", Kind.SHARES),
        ("Shares used in computing net income per share", Kind.SHARES),
        ("Interest at 5% per year", None),
        ("Net sales", None),
        ("Common shares", None),
        ("Shares", Kind.SHARES),
        ("Shares (millions)", Kind.SHARES),
        ("Common stock shares", Kind.SHARES),
        ("Number of stock options outstanding", Kind.SHARES),
        ("Weighted-average stock price", None),
        ("Weighted average common shares outstanding for diluted EPS", Kind.SHARES),
        ("Numerator for diluted earnings per share", None),
        ("Denominator for diluted earnings per share", Kind.SHARES),
        ("Weighted-average grant-date fair value", Kind.PER_SHARE),
        ("Reclassification to equity upon authorization of the number of shares", None),
        ("(dollars in millions, except percentages)", None),
    ],
)
def test_heading_or_label_says_what_its_figures_are(text, measure):
    assert parse_units(text).measure is measure


def test_nearest_place_decides():
    column, table = parse_units("€"), parse_units("(in millions of dollars)")
    found = column.within(table)
    assert (found.currency, found.scale) == ("EUR", 6)
    assert parse_units("$").within(parse_units("Canadian dollars")).currency == "CAD"


def test_spans_are_the_words_that_state_units():
    text = "Net sales (in millions of euros)"
    assert [text[start:end] for start, end in parse_units(text).spans] == ["in millions of euros"]


@given(st.text(max_size=300))
def test_any_text_can_be_parsed(text):
    found = parse_units(text)
    assert all(0 <= start < end <= len(text) for start, end in found.spans)
