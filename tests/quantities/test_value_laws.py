"""Laws of typed values: printed figures are read back exactly, and no value comes from two amounts."""

import re
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.quantities.marks import split_marks
from app.quantities.styles import NumberStyle, decide_style
from app.quantities.values import Kind, parse_value
from tests.speed import within_cpu_seconds

SPACES = " \u00a0\u2009\u202f"
DIGITS = "0123456789"


def printed(value: Decimal, decimal: str, group: str, *, indian: bool = False, leading_zero: bool = True) -> str:
    """Print an unsigned number with decimal mark and separators of thousands."""
    whole, _, fraction = f"{value:f}".partition(".")
    if not leading_zero and whole == "0" and fraction:
        whole = ""
    head, last = whole[:-3], whole[-3:]
    size = 2 if indian else 3
    groups = [head[max(0, end - size) : end] for end in range(len(head), 0, -size)][::-1]
    return group.join([*groups, last]) + (decimal + fraction if fraction else "")


STYLES = st.sampled_from(
    [(".", group) for group in (",", "'", "’", "", *SPACES)] + [(",", group) for group in (".", "'", "’", "", *SPACES)]
)
VALUES = (
    st.decimals(min_value=0, max_value=10**15, places=None, allow_nan=False, allow_infinity=False)
    .map(abs)
    .filter(lambda value: value.as_tuple().exponent >= -9)
)
SIGNS = st.sampled_from(
    [
     "{}", "+{}", "({})", "( {} )", "({}",
     "{}-", "<{}>", "-{}", "- {}", "\u2010{}", "\u2011{}", "\u2011\u00a0{}", "–{}",
     "– {}", "—{}", "−{}", "−\u2009{}", "－{}", "△{}", "▲{}", "△ {}"]
)  # fmt: skip
UNITS = st.sampled_from(
    [
        ("{}", "amount", None, None),
        ("${}", "amount", "$", None),
        ("$ {}", "amount", "$", None),
        ("US$ {} million", "amount", "USD", 6),
        ("€\u00a0{}", "amount", "EUR", None),
        ("{} €", "amount", "EUR", None),
        ("{} TEUR", "amount", "EUR", 3),
        ("£{}m", "amount", "GBP", 6),
        ("{} billion", "amount", None, 9),
        ("{}%", "percentage", "%", 0),
        ("{}\u00a0%", "percentage", "%", 0),
        ("{} bps", "bps", "bps", 0),
        ("{} pts", "points", "points", 0),
        ("{}x", "ratio", "x", 0),
        ("{} x", "ratio", "x", 0),
        ("${} per share", "per_share", "$", 0),
        ("{} shares", "shares", "shares", None),
    ]
)
MARKS = st.sampled_from(["", "(1)", "(a)", " (b)", "³", "*", "†", " **", "(1)(2)"])


@given(VALUES, STYLES, SIGNS, UNITS, MARKS, st.booleans())
def test_printed_figure_is_read_back(value, marks_of_style, sign, unit, mark, leading_zero):
    decimal, group = marks_of_style
    pattern, kind, name, scale = unit
    assume(not (pattern.endswith("m") and mark == "³"))  # cubic metres
    # "(3)(4)" may be two marks.
    assume(not ("(1)" in mark and pattern == "{}" and re.fullmatch(r"\([0-9]{1,2}\)", sign.format(value))))
    # A sign stands at the number ("$(5)%"), a trailing minus at the end.
    number = sign.format(printed(value, decimal, group, leading_zero=leading_zero))
    text = pattern.format(number) + mark
    if sign in ("{}-", "({}", "<{}>") and pattern != "{}":
        text = sign.format(pattern.format(number[:-1] if sign == "{}-" else number.strip("<>("))) + mark
    found = parse_value(text, NumberStyle(decimal, spaces=group in SPACES and group != ""))
    expected = value if sign in ("{}", "+{}") else -value
    assert (found.kind, found.value, found.unit, found.scale) == (Kind(kind), expected, name, scale)
    assert found.value.as_tuple().digits == value.as_tuple().digits


@given(st.integers(0, 10**13))
def test_indian_grouping_is_read_back(value):
    assert parse_value(printed(Decimal(value), ".", ",", indian=True)).value == value


@given(VALUES, SIGNS, st.sampled_from(SPACES))
def test_spaces_around_signs_change_no_value(value, sign, space):
    text = f"${sign.format(printed(value, '.', ','))}"
    spaced = re.sub(r"([^\w.,])(?=.)", rf"\1{space}", text).replace("<", f"{space}<")
    assert parse_value(f"{space}{spaced}{space}") == parse_value(text)


FIGURES = st.builds(
    lambda value, sign, unit: unit[0].format(sign.format(printed(value, ".", ","))),
    VALUES, st.sampled_from(["{}", "({})", "-{}", "–{}"]), UNITS,
)  # fmt: skip


@given(FIGURES, FIGURES, st.sampled_from([" ", "  ", "\u00a0", "\t", "\n", " | ", "; "]))
def test_two_amounts_are_never_one_value(first, second, between):
    found = parse_value(first + between + second)
    if found.value is not None:  # only a mark may look like a second figure
        assert split_marks(first + between + second)[1]
        assert found == parse_value(first)


@given(VALUES, VALUES, st.sampled_from([" to ", "-", " - ", " – "]), UNITS)
def test_range_keeps_both_ends(first, second, joint, unit):
    low, high = sorted((first, second))
    pattern, _, name, _ = unit
    found = parse_value(
        joint.join(pattern.format(printed(value, ".", ",")) for value in (low, high)).replace(" per share", "", 1)
    )
    if found.kind is Kind.RANGE:
        assert (found.value, found.high, found.unit) == (low, high, name)
    else:
        assert found.value is None or low == 1 or high == 1 or found.value == high == first


@given(st.lists(VALUES, min_size=3, max_size=12), STYLES)
def test_style_of_a_printed_table_reads_it_back_or_is_the_default(values, marks_of_style):
    decimal, group = marks_of_style
    texts = [printed(value, decimal, group) for value in values]
    style = decide_style(texts, NumberStyle(decimal, spaces=group in SPACES and group != ""))
    assert [parse_value(text, style).value for text in texts] == values


@given(st.text(max_size=150))
def test_any_text_has_a_value_or_none(text):
    found = parse_value(text)
    assert (found.value is not None or found.high is not None) == (
        found.kind not in (Kind.TEXT, Kind.DATE, Kind.PERIOD, Kind.NOT_MEANINGFUL)
    )
    bare, marks = split_marks(text)
    assert bool(marks) == (bare != text)


@pytest.mark.parametrize(
    "part", ["(", "1,", "1 to 1", "- ", "$", "1:1.00 ", "(1)", "*", "a(1", "²", "<", "million ", "¹²³(", " ,", "1'"]
)
def test_hostile_text_takes_linear_time(part):
    texts = [part * 20_000, "1" + part * 20_000, part * (118 // len(part)), "1" + part * (118 // len(part))]

    def read() -> None:
        for text in texts:
            for style in (NumberStyle(), NumberStyle(",", spaces=True)):
                parse_value(text, style)
            split_marks(text)
            decide_style([text])

    within_cpu_seconds(0.5, read)
