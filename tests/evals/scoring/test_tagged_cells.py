"""Each tagged figure of a filing's tables is judged by the cell at its place."""

from dataclasses import replace
from decimal import Decimal

import pytest

from app.quantities.values import Kind, Quantity
from evals.datasets.printed_figures import read_tagged_tables
from evals.scoring.tagged_cells import compare_cells
from evals.scoring.verdicts import Verdict
from tests.evals.conftest import write_filing
from tests.evals.scoring.printed import BEFORE, YEAR, Figure, amount, read_page

ROWS = (
    ("Total revenues", "4,210", "3,985"),
    ("Cost of sales", "2,600", "2,450"),
    ("Research and development", "210", "195"),
    ("Quayside demurrage", "117", "115"),
    ("Provision for income taxes", "150", "140"),
    ("Net income", "1,133", "1,085"),
)
LAST_ROWS = (("Capital expenditures", "(140)", "(130)"), ("Dividends paid", "(475)", "(450)"))


@pytest.fixture(scope="module")
def truth(tmp_path_factory):
    path = tmp_path_factory.mktemp("tagged") / "jtw-10k.html"
    path.write_text(write_filing())
    return read_tagged_tables(path)


def value_of(text):
    digits = Decimal(text.strip("()").replace(",", ""))
    return amount(str(-digits if text.startswith("(") else digits))


def read(change=lambda row, column, figure: figure, *, headings=("2031", "2030"), rows=ROWS):
    """Return the page and the table of the income statement. `change` changes figures by row and column."""
    shown = [["", *headings]]
    for row, (label, *texts) in enumerate(rows):
        shown.append([label, *(change(row, column, Figure(text, value_of(text))) for column, text in enumerate(texts))])
    above = "FORM 10-K Juniper Tool Works, Inc. CONSOLIDATED STATEMENTS OF INCOME (In millions) December 31,"
    return read_page(
        shown, above=above, headings={1: (headings[0],), 2: (headings[1],)}, periods={1: YEAR, 2: BEFORE},
    )  # fmt: skip


def judge(truth, change=lambda row, column, figure: figure, **options):
    text, table = read(change, **options)
    judged = compare_cells(truth, {1: text}, [table])
    return {(each.figure.labels[0], each.figure.text): each.verdict for each in judged if each.figure.table == 1}


def test_filing_is_read_as_figures_with_signs_labels_and_headings(truth):
    assert len(truth.figures) == 34
    first, payments = truth.figures[0], [each for each in truth.figures if each.labels == ("Capital expenditures",)]
    assert (first.text, first.headings, first.negative, first.scale_stated) == ("4,210", ("2031",), False, True)
    assert [each.negative for each in payments] == [True, True]
    assert [each.tags[0].value for each in payments] == [140_000_000, 130_000_000]


def test_every_figure_of_a_perfect_table_is_right(truth):
    assert set(judge(truth).values()) == {Verdict.RIGHT}


def test_figures_that_no_cell_contains_are_missed(truth):
    text, _ = read()
    assert {each.verdict for each in compare_cells(truth, {1: text}, [])} == {Verdict.MISSED_CELL}


FIRST = ("Total revenues", "4,210")


def changed(**changes):
    """Return a change of the first figure's value, or of the figure itself."""

    def change(row, column, figure):
        if (row, column) != (0, 0):
            return figure
        of_value = {name: changes[name] for name in changes if name in ("value", "unit", "scale", "kind", "high")}
        of_figure = {name: changes[name] for name in changes if name in ("period", "label")}
        return replace(figure, value=replace(figure.value, **of_value), **of_figure)

    return change


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (changed(value=Decimal(4211)), Verdict.WRONG_VALUE),
        (changed(value=Decimal(-4210)), Verdict.WRONG_SIGN),
        (changed(scale=3), Verdict.WRONG_SCALE),
        (changed(scale=None), Verdict.MISSED_SCALE),
        (changed(unit="EUR"), Verdict.WRONG_UNIT),
        (changed(unit=None), Verdict.RIGHT),
        (changed(unit="$"), Verdict.RIGHT),
        (changed(label="Cost of sales"), Verdict.WRONG_ROW),
        (changed(label=""), Verdict.MISSED_ROW),
        (changed(period=BEFORE), Verdict.WRONG_PERIOD),
        (changed(kind=Kind.DATE, value=None), Verdict.WRONG_VALUE),
        (changed(kind=Kind.TEXT, value=None), Verdict.MISSED_VALUE),
    ],
)
def test_fault_of_a_cell_is_named(truth, change, verdict):
    judged = judge(truth, change)
    assert judged.pop(FIRST) is verdict
    assert set(judged.values()) == {Verdict.RIGHT}


def test_figures_in_swapped_columns_have_wrong_periods(truth):
    rows = [(label, second, first) for label, first, second in ROWS]
    judged = judge(truth, rows=rows)
    assert Verdict.RIGHT not in judged.values()


def test_heading_of_the_column_has_to_name_the_year_if_no_period_was_read(truth):
    text, table = read()
    cells = (replace(cell, period=None, header_path=cell.header_path and ("2030",)) for cell in table.cells)
    blind = replace(table, title="Years ended December 31, 2031 and 2030", cells=tuple(cells))
    judged = [each for each in compare_cells(truth, {1: text}, [blind]) if each.figure.table == 1]
    assert {each.verdict for each in judged if each.figure.headings == ("2031",)} == {Verdict.WRONG_PERIOD}
    assert {each.verdict for each in judged if each.figure.headings == ("2030",)} == {Verdict.RIGHT}


UNSTATED = """<p>Shares</p><table><tr><td></td><td>2031</td></tr><tr><td>Shares issued</td><td>
<ix:nonFraction name="us-gaap:SharesIssued" contextRef="i1" unitRef="usd" scale="0" decimals="0"
 format="ixt:num-dot-decimal">5,120,000</ix:nonFraction></td></tr></table>"""


@pytest.mark.parametrize(
    ("words", "verdict", "unstated"),
    [("Shares", Verdict.RIGHT, True), ("Shares (in thousands)", Verdict.MISSED_SCALE, False)],
)
def test_unknown_scale_is_right_only_where_nobody_states_one(tmp_path, words, verdict, unstated):
    path = tmp_path / "made.html"
    path.write_text(write_filing(UNSTATED.replace("<p>Shares</p>", f"<p>{words}</p>")))
    truth = read_tagged_tables(path)
    figure = Figure("5,120,000", Quantity(Kind.AMOUNT, Decimal(5_120_000)))
    text, table = read_page(
        [["", "2031"], ["Shares issued", figure]], headings={1: ("2031",)}, periods={1: YEAR}, above=words
    )
    last = compare_cells(truth, {1: text}, [table])[-1]
    assert (last.verdict, last.unstated) == (verdict, unstated)
