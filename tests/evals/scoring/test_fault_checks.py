"""Checks of fault cases are decided on cells, page texts and answers."""

from decimal import Decimal

import pytest

from app.quantities.values import Kind
from evals.datasets.faults import CellCheck, QuestionCheck, TextCheck
from evals.scoring.fault_checks import CheckVerdict, check_cell, check_text
from evals.scoring.stated_figures import check_answer, contains_whole, readings
from tests.evals.scoring.printed import BEFORE, YEAR, Figure, amount, read_page

RIGHT, WRONG, MISSED = CheckVerdict.RIGHT, CheckVerdict.WRONG, CheckVerdict.MISSED
YEARS = ("Year Ended December 31,",)


def statement(**cells):
    """Return a table of two rows and two years. `cells` replace its figures by name."""
    figures = {
        "sales": Figure("450", amount("450")), "sales_before": Figure("400", amount("400")),
        "loss": Figure("(12)", amount("-12")), "loss_before": "",
    } | cells  # fmt: skip
    rows = [
        ["", "2031", "2030"],
        ["Net sales", figures["sales"], figures["sales_before"]],
        ["Net loss", figures["loss"], figures["loss_before"]],
    ]
    headings = {1: (*YEARS, "2031"), 2: (*YEARS, "2030")}
    return read_page(rows, headings=headings, periods={1: YEAR, 2: BEFORE})[1]


def cell(row="Net sales", column="Year Ended December 31, | 2031", value="450", **more):
    given = {"unit": "USD", "scale": 6, "period": str(YEAR)} | more
    return CellCheck(kind="cell", row_label=row, column_label=column, value=value and Decimal(value), **given)


def test_cell_is_found_by_label_and_headings():
    assert check_cell(cell(), [statement()]).verdict is RIGHT
    assert check_cell(cell("Net loss", "2031", "-12"), [statement()]).verdict is RIGHT


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (Figure("450", amount("540")), WRONG),
        (Figure("450", amount("-450")), WRONG),
        (Figure("450", amount("450", scale=3)), WRONG),
        (Figure("450", amount("450", scale=None)), MISSED),
        (Figure("450", amount("450", unit="EUR")), WRONG),
        (Figure("450", amount("450", unit=None)), MISSED),
        (Figure("450", amount("450"), BEFORE), WRONG),
        (Figure("450", amount("450000", scale=3)), RIGHT),
        (Figure("450", None), MISSED),
    ],
)
def test_cell_has_to_have_amount_unit_and_period(found, verdict):
    decided = check_cell(cell(), [statement(sales=found)])
    assert decided.verdict is verdict
    assert decided.seen


def test_period_that_a_cell_must_not_have_is_wrong():
    assert check_cell(cell(period=None, not_period=str(YEAR)), [statement()]).verdict is WRONG
    assert check_cell(cell(period=None, not_period=str(BEFORE)), [statement()]).verdict is RIGHT


def test_ratio_has_no_scale():
    ratio = Figure("3.2x", amount("3.2", unit="x", scale=None, kind=Kind.RATIO))
    assert check_cell(cell(value="3.2", unit="x", scale=0), [statement(sales=ratio)]).verdict is RIGHT


def test_empty_cell_is_right_only_if_nothing_is_read_there():
    empty = cell("Net loss", "2030", None)
    assert check_cell(empty, [statement()]).verdict is RIGHT
    assert check_cell(empty, [statement(loss_before=Figure("7", amount("7")))]).verdict is WRONG
    assert check_cell(cell("No such row", "2030", None), [statement()]).verdict is MISSED


def test_every_table_with_the_same_labels_has_to_be_right():
    other = statement(sales=Figure("1", amount("1")))
    assert check_cell(cell(), [statement(), other]).verdict is WRONG


def test_missing_column_shows_the_cells_of_the_row():
    decided = check_cell(cell(column="2029"), [statement()])
    assert decided.verdict is MISSED
    assert "'450'" in decided.seen


def test_text_contains_the_wanted_and_not_the_unwanted():
    check = TextCheck(kind="text", must_contain=("net sales of $5",), must_not_contain=("$51",))
    assert check_text(check, ["The net  sales", "of $5 million"]).verdict is RIGHT
    assert check_text(check, ["net sales of $51 million"]).verdict is WRONG
    assert check_text(check, ["Net sales"]).verdict is MISSED


def question(value="450", **more):
    given = {"expect_label": "Net sales", "expect_column": "Year Ended December 31, | 2031", "unit": "USD", "scale": 6}
    expected = {"expect": "not-found"} if value is None else {}
    return QuestionCheck(
        kind="question", ask="?", expect_value=value and Decimal(value), **(given | expected | more)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("claims", "verdict"),
    [
        (["Net sales were $450 million in the year ended December 31, 2031."], RIGHT),
        (["Net sales — Year Ended December 31, 2031: 450 (in USD millions)"], RIGHT),
        (["Net sales were $450,000,000 in the year ended December 31, 2031."], RIGHT),
        (["Net sales were $400 million in the year ended December 31, 2031."], WRONG),
        (["Net sales were $(450) million in the year ended December 31, 2031."], WRONG),
        (["Net sales were $450 thousand in the year ended December 31, 2031."], MISSED),
        (["Net sales were €450 million in the year ended December 31, 2031."], MISSED),
        (["Net sales were $450 million in the year ended December 31, 2030."], MISSED),
        (["Costs were $450 million in the year ended December 31, 2031."], MISSED),
        ([], MISSED),
    ],
)
def test_answer_states_the_amount_of_the_row_and_column(claims, verdict):
    assert check_answer(question(), claims, []).verdict is verdict


def test_heading_and_label_may_be_in_the_cited_text():
    quotes = ["Year Ended December 31,", "2031", "Net sales"]
    assert check_answer(question(), ["They were $450 million."], quotes).verdict is RIGHT


def test_declining_is_right_where_the_document_has_no_answer():
    check = question(None, must_not=("450",))
    assert check_answer(check, [], []).verdict is RIGHT
    assert check_answer(check, ["Net sales were $400 million."], []).verdict is WRONG


def test_unwanted_number_counts_only_as_a_whole():
    assert contains_whole("It was $25.", "25")
    assert not contains_whole("It was $.25 per share.", "25")
    assert not contains_whole("It was $25,000.", "25")
    assert not contains_whole("It was $125.", "25")
    assert contains_whole("In 2031: $17 of it", "2031: $17")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,234.5", {"1234.5"}),
        ("1.234,5", {"1234.5"}),
        ("1 234", {"1234"}),
        ("1,234", {"1234", "1.234"}),
        ("12,34,567", {"1234567"}),
        (".25", {"0.25"}),
        ("4.50", {"4.50"}),
    ],
)
def test_number_is_read_in_each_format(text, values):
    assert readings(text) == {Decimal(value) for value in values}
