"""Tests of footnote marks at the end of cells."""

import pytest

from app.quantities.marks import mark_key, split_marks


@pytest.mark.parametrize(
    ("text", "bare", "marks"),
    [
        ("1,234(1)", "1,234", ("(1)",)),
        ("1,234 (a)", "1,234", ("(a)",)),
        ("2023(1)", "2023", ("(1)",)),
        ("2022 (1)(2)", "2022", ("(1)", "(2)")),
        ("(1,234)(1)", "(1,234)", ("(1)",)),
        ("81,234²", "81,234", ("2",)),
        ("81,234⁽²⁾", "81,234", ("(2)",)),
        ("4.5⁸", "4.5", ("8",)),
        ("12*", "12", ("*",)),
        ("12†", "12", ("†",)),
        ("10.1*, **", "10.1", ("*", "**")),
        ("— (b)", "—", ("(b)",)),
        ("NM(iii)", "NM", ("(iii)",)),
        ("5.2%(1,2)", "5.2%", ("(1,2)",)),
        ("Revenues(1)", "Revenues", ("(1)",)),
        ("Net income ¹", "Net income", ("1",)),
        ("Sales①", "Sales", ("1",)),
    ],
)
def test_marks_are_split_off(text, bare, marks):
    assert split_marks(text) == (bare, marks)


@pytest.mark.parametrize(
    "text", ["(1)", "1", "*", "12 (5)", "(3)(4)", "Income (loss)", "Area in m²", "4 $(5)", "(a)", "", "$(5)"]
)
def test_text_without_certain_mark_stays(text):
    assert split_marks(text) == (text, ())


def test_digits_after_a_space_are_a_mark_if_a_footnote_has_it():
    assert split_marks("12 (5)", known=("(5)",)) == split_marks("12 (5)", known=("5",)) == ("12", ("(5)",))


def test_marks_and_footnotes_share_their_key():
    assert {mark_key(mark) for mark in ("(1)", "1.", "¹", "[1]", "1")} == {"1"}
