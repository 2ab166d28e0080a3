"""Tests of what a cell's own text says."""

from decimal import Decimal

import pytest

from app.quantities.styles import NumberStyle
from app.quantities.values import Kind, Quantity, parse_value

EUROPEAN = NumberStyle(decimal=",")


def quantity(kind, value=None, unit=None, scale=None, high=None):
    return Quantity(
        Kind(kind), None if value is None else Decimal(value), unit, scale, None if high is None else Decimal(high)
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234", "1234"),
        ("(1,234)", "-1234"),
        ("( 1,234 )", "-1234"),
        ("(1,234", "-1234"),
        ("-25", "-25"),
        ("\u2011154", "-154"),
        ("\u2011 88", "-88"),
        ("\u201088", "-88"),
        ("–7", "-7"),
        ("—30", "-30"),
        ("\u221212", "-12"),
        ("\uff0d1,020", "-1020"),
        ("△142", "-142"),
        ("▲81", "-81"),
        ("123-", "-123"),
        ("<12>", "-12"),
        ("+5", "5"),
        ("(+5)", "5"),
        (".25", "0.25"),
        ("(.12)", "-0.12"),
        ("1'234'567.89", "1234567.89"),
        ("1’234", "1234"),
        ("1,23,456", "123456"),
        ("12,34,56,789.50", "123456789.50"),
        ("１，２３４", "1234"),
        ("7½", "7.5"),
        ("1,234(1)", "1234"),
        ("(1,234)(1)", "-1234"),
        ("81,234²", "81234"),
        ("12*", "12"),
        ("1,234 (a)", "1234"),
        ("(1)", "-1"),
    ],
)
def test_plain_figure_is_an_amount_without_unit_and_scale(text, value):
    assert parse_value(text) == quantity("amount", value)


@pytest.mark.parametrize(
    ("text", "value", "unit", "scale"),
    [
        ("$ 1,234", "1234", "$", None),
        ("$(1,234)", "-1234", "$", None),
        ("($1,234)", "-1234", "$", None),
        ("-$5", "-5", "$", None),
        ("$.25", "0.25", "$", None),
        ("$1.2 million", "1.2", "$", 6),
        ("$5M", "5", "$", 6),
        ("€5bn", "5", "EUR", 9),
        ("US$ 3.2 billion", "3.2", "USD", 9),
        ("U.S.$5", "5", "USD", None),
        ("HK$5", "5", "HKD", None),
        ("$5 CAD", "5", "CAD", None),
        ("5 MSEK", "5", "SEK", 6),
        ("1,310 TEUR", "1310", "EUR", 3),
        ("EUR 1.5 Mrd.", "1.5", "EUR", 9),
        ("€m 12", "12", "EUR", 6),
        ("£12.5m", "12.5", "GBP", 6),
        ("12.5p", "12.5", "GBP", -2),
        ("25¢", "25", "$", -2),
        ("Rs.25", "25", "INR", None),
        ("Rs. 25 lakhs", "25", "INR", 5),
        ("₹ 12 Cr", "12", "INR", 7),
        ("512.3 million", "512.3", None, 6),
        ("~$500 million", "500", "$", 6),
    ],
)
def test_currency_and_scale_in_the_cell_are_read(text, value, unit, scale):
    assert parse_value(text) == quantity("amount", value, unit, scale)


@pytest.mark.parametrize(
    ("text", "kind", "value", "unit"),
    [
        ("12.5%", "percentage", "12.5", "%"),
        (".45%", "percentage", "0.45", "%"),
        ("(5.3)\u00a0%", "percentage", "-5.3", "%"),
        ("(13%)", "percentage", "-13", "%"),
        ("12 per cent", "percentage", "12", "%"),
        ("26% (1)", "percentage", "26", "%"),
        ("+1.2 pts", "points", "1.2", "points"),
        ("(0.4) percentage points", "points", "-0.4", "points"),
        ("2.6 ppts", "points", "2.6", "points"),
        ("225 bps", "bps", "225", "bps"),
        ("(330) basis points", "bps", "-330", "bps"),
        ("3.2x", "ratio", "3.2", "x"),
        ("4.1 x", "ratio", "4.1", "x"),
        ("2.0×", "ratio", "2.0", "x"),
        ("4.50:1.00", "ratio", "4.50", "x"),
        ("4.50 to 1.00", "ratio", "4.50", "x"),
        ("1.92 : 1", "ratio", "1.92", "x"),
        ("0.65 to 1.0", "ratio", "0.65", "x"),
    ],
)
def test_percentages_points_and_ratios_have_their_units(text, kind, value, unit):
    assert parse_value(text) == quantity(kind, value, unit, 0)


@pytest.mark.parametrize(
    ("text", "kind", "value", "unit", "scale"),
    [
        ("$0.25 per share", "per_share", "0.25", "$", 0),
        ("25 cents per ordinary share", "per_share", "25", None, -2),
        ("1,234 shares", "shares", "1234", "shares", None),
        ("1.2 million shares", "shares", "1.2", "shares", 6),
        ("4.2 years", "number", "4.2", None, 0),
    ],
)
def test_shares_and_counts_are_read_where_the_text_says_so(text, kind, value, unit, scale):
    assert parse_value(text) == quantity(kind, value, unit, scale)


@pytest.mark.parametrize(
    ("text", "low", "high", "unit", "scale"),
    [
        ("10-12", "10", "12", None, None),
        ("$4.1 - $4.3", "4.1", "4.3", "$", None),
        ("4.1 to 4.3", "4.1", "4.3", None, None),
        ("0.5 to 1.0", "0.5", "1.0", None, None),
        ("$11 – $12 billion", "11", "12", "$", 9),
        ("$950 million to $1.05 billion", "950", "1050", "$", 6),
        ("0.65-2.69%", "0.65", "2.69", "%", 0),
        ("(2)% to 1%", "-2", "1", "%", 0),
        ("$(3) to $(5) million", "-5", "-3", "$", 6),
        ("25 to 75 basis points", "25", "75", "bps", 0),
        ("between 5 and 10 years", "5", "10", None, 0),
        ("2.50x – 3.00x", "2.50", "3.00", "x", 0),
        ("≥ 2.00:1.00 but < 3.00:1.00", "2.00", "3.00", "x", 0),
        ("Greater than or equal to 4.00 to 1.00 but less than 4.50 to 1.00", "4.00", "4.50", "x", 0),
        ("≥ 2.00:1.00", "2.00", None, "x", 0),
        ("< 2.00 to 1.00", None, "2.00", "x", 0),
        ("<1%", None, "1", "%", 0),
        (">100.0 %", "100.0", None, "%", 0),
        ("3 months or less", None, "3", None, 0),
        ("30+", "30", None, None, None),
        ("5% - (2)%", "-2", "5", "%", 0),
    ],
)
def test_range_has_its_ends(text, low, high, unit, scale):
    assert parse_value(text) == quantity("range", low, unit, scale, high)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        *((dash, None) for dash in ("-", "\u2010", "\u2011", "\u2012", "–", "—", "\u2015", "\u2212", "--", "- -")),
        ("(—)", None),
        ("-0-", None),
        ("nil", None),
        ("Nil", None),
        ("—(1)", None),
        ("$—", "$"),
        ("$ -", "$"),
        ("€ —", "EUR"),
        ("—\u00a0\u00a0%", "%"),
        ("— bps", "bps"),
    ],
)
def test_lone_dash_is_nil(text, unit):
    assert parse_value(text) == quantity("nil", 0, unit, 0)


@pytest.mark.parametrize("text", ["n.m.", "NM", "N/M", "n/a", "N.A.", "NM(1)", "nm%", "Not applicable"])
def test_not_meaningful_is_no_value(text):
    assert parse_value(text) == quantity("not_meaningful")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("December 31, 2024", "date"),
        ("July 1,2023", "date"),
        ("12/31/24", "date"),
        ("31.12.2024", "date"),
        ("31-Dec-24", "date"),
        ("Q4 2024", "period"),
        ("FY25E", "period"),
        ("Sep-23", "period"),
        ("2024 – 2062", "period"),
        ("2024E", "period"),
    ],
)
def test_dates_and_periods_are_no_amounts(text, kind):
    assert parse_value(text) == quantity(kind)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "*",
            "†",
            "$",
            "%",
            "Level 2",
            "10-K",
            "1.",
            "2)",
            "Item 1A",
            "5 of 7",
            "12 km",
            "007",
            "No. 5",
            "3M",
            "2.11B",
        ),
        *("512 480", "12 (5)", "12 13", "10 -12", "$4 $5", "1,234 (567)", "— 12 13", "5% 6%", "(3)(4)", "$5 €6"),
        *("1,2342", "12,34", "1,234,56", "1.234.567", "2,978.4.1", "94-2404110", "555-1234", ">(100)%", "--5"),
        *("12 DR", "12 CR", "9" * 200, "5x%", "$5%", "12 to 10", "5 million-6", "co-op", "BBB-", "½ of 7"),
    ],
)
def test_other_text_has_no_value(text):
    assert parse_value(text) == quantity("text")


@pytest.mark.parametrize(
    ("text", "side", "value"),
    [("12 DR", "CR", "12"), ("12 CR", "CR", "-12"), ("12 Dr", "DR", "-12"), ("$12 cr", "DR", "12")],
)
def test_debit_and_credit_are_signs_where_a_heading_says_so(text, side, value):
    assert parse_value(text, negative_side=side).value == Decimal(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.234.567", quantity("amount", "1234567")),
        ("1.234", quantity("amount", "1234")),
        ("-1.205", quantity("amount", "-1205")),
        ("8,0 %", quantity("percentage", "8.0", "%", 0)),
        ("1,5 Mio. €", quantity("amount", "1.5", "EUR", 6)),
        ("4,50:1,00", quantity("ratio", "4.50", "x", 0)),
        ("1,2 – 1,4 Mrd. EUR", quantity("range", "1.2", "EUR", 9, "1.4")),
        ("1.2", quantity("text")),
        ("1,234,567", quantity("text")),
    ],
)
def test_decimal_comma_is_obeyed(text, expected):
    assert parse_value(text, EUROPEAN) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [("1 234 567", 1234567), ("1\u202f198\u202f402", 1198402), ("(1\u2009205)", -1205), ("10 12", None)],
)
def test_spaces_separate_thousands_in_their_style_only(text, value):
    assert parse_value(text, NumberStyle(spaces=True)).value == value
    assert parse_value(text).kind is Kind.TEXT


def test_dash_before_number_is_no_sign_where_dashes_are_nil():
    assert parse_value("— 30").value == -30
    assert parse_value("— 30", NumberStyle(nil_dashes="—")).kind is Kind.TEXT
    assert parse_value("4 — 5", NumberStyle(nil_dashes="—")).kind is Kind.TEXT


def test_triangles_are_arrows_where_both_directions_occur():
    style = NumberStyle(arrows=True)
    assert (parse_value("▲5%", style).value, parse_value("▼5%", style).value) == (5, -5)
    assert (parse_value("▲5%").value, parse_value("▼5%").value) == (-5, -5)
