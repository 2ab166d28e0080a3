"""Tests of number styles, decided for a whole table or document."""

import pytest

from app.quantities.styles import ENGLISH, NumberStyle, decide_style

EUROPEAN = NumberStyle(decimal=",")


@pytest.mark.parametrize(
    ("texts", "decimal"),
    [
        (["1.234.567", "98.765", "2,35", "8,0 %"], ","),
        (["1,234,567", "98,765", "2.35"], "."),
        (["98.765", "0,5"], ","),
        (["(1.205)", "3.310,7 €"], ","),
        (["1'234.50"], "."),
        (["1,23,456"], "."),
    ],
)
def test_unambiguous_figures_decide_the_decimal_mark(texts, decimal):
    assert decide_style(texts).decimal == decimal


def test_three_figures_of_a_table_overrule_the_document():
    assert decide_style(["0,5", "1.234.567"], ENGLISH).decimal == "."
    assert decide_style(["0,5", "1.234.567", "2,5 %"], ENGLISH).decimal == ","
    assert decide_style(["0.5", "1,234,567", "2.5 %", "4,5"], EUROPEAN).decimal == "."


@pytest.mark.parametrize(
    "texts", [[], ["98.765", "1.234"], ["December 31,2024", "31.12.2024", "12"], ["Sales", "—"], ["$1,2342", "81,2343"]]
)
def test_style_of_the_document_holds_where_nothing_decides(texts):
    assert decide_style(texts, ENGLISH).decimal == "."
    assert decide_style(texts, EUROPEAN).decimal == ","


def test_list_of_notes_does_not_turn_thousands_into_decimals():
    assert decide_style(["Revenue", "4,12", "1,234", "5,678"]) == ENGLISH


@pytest.mark.parametrize(
    ("texts", "spaces"),
    [
        (["1 234 567", "98 765"], True),
        (["1\u202f198", "402"], True),
        (["91 004"], True),
        (["512 480", "100 200"], False),
        (["1 234", "12 345", "3 310", "87"], True),
        (["1 234", "12 345", "3 310", "8 7"], False),
        (["1,234,567 1,100,000", "91 004", "123456"], False),
        (["12 480", "9 8"], False),
    ],
)
def test_spaces_separate_thousands_if_a_figure_has_no_other_reading(texts, spaces):
    assert decide_style(texts).spaces is spaces


def test_lone_dashes_and_arrows_are_remembered():
    assert decide_style(["$—", "▲5%", "▼2%"]) == NumberStyle(nil_dashes="—", arrows=True)
