"""CSV and workbooks: columns, types, and texts that a spreadsheet must not run."""

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.quantities.periods import Period
from app.quantities.values import Kind, Quantity
from app.tables.errors import TableTooLargeError
from app.tables.model import Cell, CellKind, Table
from app.tables.printing import MAX_COLUMNS, MAX_PLACES, print_table, write_csv
from app.tables.sheets import number_format
from app.tables.workbook import MAX_CELLS, write_workbook
from tests.speed import within_cpu_seconds
from tests.tables.made_tables import make_statement, tables_with_texts
from tests.tables.workbooks import read_sheets

HEADING, LABEL, FIGURE = CellKind.HEADING, CellKind.LABEL, CellKind.FIGURE


def make_table(*cells: tuple[int, int, int, str, CellKind], rows: int, columns: int) -> Table:
    """Return a table of cells with (row, column, column span, text, kind)."""
    made = [Cell(row, column, 1, wide, text, 1, (), kind) for row, column, wide, text, kind in cells]
    return Table(1, (1,), rows, columns, tuple(made))


def rows_of(table: Table) -> list[list[str]]:
    return list(csv.reader(io.StringIO(write_csv(table), newline="")))


def test_csv_has_printed_texts_and_no_formula():
    assert rows_of(make_statement()) == [
        ["", "2031", "2030"],
        ["Revenue", "$ 1,204.5", "$ (985)"],
        ["Costs", "'=1+1", "—"],
        ["Per share, diluted", "1.20", ".85"],
    ]


def test_figure_printed_over_several_columns_has_one_column():
    table = make_table(
        (0, 1, 3, "2031", HEADING),
        (0, 5, 3, "2030", HEADING),
        (1, 0, 1, "Revenue", LABEL),
        (1, 1, 2, "$ 5", FIGURE),
        (1, 5, 2, "$ 4", FIGURE),
        (2, 0, 1, "Costs", LABEL),
        (2, 2, 2, "(3)", FIGURE),
        (2, 6, 2, "(2)", FIGURE),
        rows=3,
        columns=8,
    )
    assert rows_of(table) == [["", "2031", "2030"], ["Revenue", "$ 5", "$ 4"], ["Costs", "(3)", "(2)"]]


def test_figure_over_two_full_columns_does_not_join_them():
    table = make_table(
        (0, 0, 1, "A", LABEL),
        (0, 1, 2, "both", FIGURE),
        (1, 0, 1, "B", LABEL),
        (1, 1, 1, "1", FIGURE),
        (1, 2, 1, "2", FIGURE),
        rows=2,
        columns=3,
    )
    assert rows_of(table) == [["A", "both", ""], ["B", "1", "2"]]


def test_heading_over_empty_columns_keeps_a_column():
    table = make_table(
        (0, 1, 2, "2031", HEADING), (0, 3, 1, "2030", HEADING), (1, 0, 1, "A", LABEL), (1, 3, 1, "1", FIGURE),
        rows=2, columns=5,
    )  # fmt: skip
    assert rows_of(table) == [["", "2031", "2030"], ["A", "", "1"]]


@given(tables_with_texts())
def test_every_cell_is_in_the_export_once_and_order_of_columns_is_kept(made):
    table, _ = made
    printed = print_table(table)
    placed = [
        (row, column, cell) for row, columns in printed.places.items() for column, cells in columns.items()
        for cell in cells
    ]  # fmt: skip
    assert sorted(map(id, table.cells)) == sorted(id(cell) for _, _, cell in placed)
    assert all(row == cell.row and 0 <= column < printed.columns for row, column, cell in placed)
    ordered = sorted(placed, key=lambda each: each[2].column)
    assert [column for _, column, _ in ordered] == sorted(column for _, column, _ in placed)


@pytest.mark.parametrize("text", ["=1+1", "+1+cmd|' /C calc'!A0", "-1+1", "@SUM(A1)", " =1", "\t=1", "\r=1", "+5 bps"])
def test_text_that_would_run_as_a_formula_is_guarded(text):
    table = make_table((0, 0, 1, text, LABEL), rows=1, columns=1)
    assert rows_of(table) == [[f"'{text}"]]
    assert read_sheets(write_workbook(table, []))["Table"]["A4"] == ("s", text.replace("\r", "_x000D_"))


@pytest.mark.parametrize("text", ["-5", "+1,234.5", "-4.5%", "-$5", "-", "—", "(5)", "a=b"])
def test_numbers_and_plain_texts_are_not_guarded(text):
    assert rows_of(make_table((0, 0, 1, text, FIGURE), rows=1, columns=1)) == [[text]]


def test_workbook_has_numbers_texts_and_sources():
    sheets = read_sheets(write_workbook(make_statement(), [("Document", "the document")]))
    table, cells, source = sheets["Table"], sheets["Cells"], sheets["Source"]
    assert table["A1"] == ("s", "Consolidated Statements of Income")
    assert (table["B4"], table["A5"]) == (("s", "2031"), ("s", "Revenue"))
    assert (table["B5"], table["C5"], table["B7"]) == (("n", "1204.5"), ("n", "-985"), ("n", "1.2"))
    assert (table["B6"], table["C6"]) == (("s", "=1+1"), ("s", "—"))
    figure = {cells[f"{column}1"][1]: cells.get(f"{column}6") for column in "ABCDEFGHIJKLMNOPQ"}
    assert figure["Text"] == ("s", "$ (985)")
    assert (figure["Value"], figure["Unit"], figure["Type"]) == (("s", "-985"), ("s", "$"), ("s", "amount"))
    assert figure["Scale (power of ten)"] == ("n", "6")
    assert (figure["Headings"], figure["Labels"], figure["Page"]) == (("s", "2030"), ("s", "Revenue"), ("n", "1"))
    assert figure["Period end"][0] == "n", "a date is a number with a format"
    assert (source["A1"], source["B1"]) == (("s", "Document"), ("s", "the document"))
    assert ("s", "Adjusted; see the notes.") in source.values()


def test_date_before_1900_is_text():
    figure = next(cell for cell in make_statement().cells if cell.period)
    early = replace(figure, row=0, column=0, period=Period(date(1899, 12, 31), date(1899, 1, 1)))
    cells = read_sheets(write_workbook(Table(1, (1,), 1, 1, (early,)), []))["Cells"]
    assert (cells["J2"], cells["K2"]) == (("s", "1899-01-01"), ("s", "1899-12-31"))


def test_number_with_more_digits_than_a_spreadsheet_keeps_is_text():
    value = Quantity(Kind.AMOUNT, Decimal("12345678901234567.89"), unit="USD", scale=0)
    cell = Cell(0, 0, 1, 1, "12,345,678,901,234,567.89", 1, (), FIGURE, value=value)
    sheets = read_sheets(write_workbook(Table(1, (1,), 1, 1, (cell,)), []))
    assert sheets["Table"]["A4"] == ("s", "12,345,678,901,234,567.89")
    assert sheets["Cells"]["E2"] == ("s", "12345678901234567.89")


def test_control_characters_and_escapes_survive_in_a_workbook():
    table = make_table((0, 0, 1, "a\x01b_x000D_c\n", LABEL), rows=1, columns=1)
    assert read_sheets(write_workbook(table, []))["Table"]["A4"] == ("s", "a_x0001_b_x005F_x000D_c\n")


def test_too_large_tables_are_refused():
    wide = make_table(*((0, column, 1, "a", LABEL) for column in range(1_000)), rows=MAX_PLACES, columns=1_000)
    endless = make_table((0, 0, 10**9, "a", FIGURE), rows=1, columns=10**9)
    for table in (wide, endless):
        with pytest.raises(TableTooLargeError):
            write_csv(table)
    with pytest.raises(TableTooLargeError):
        write_workbook(wide, [])
    with pytest.raises(TableTooLargeError):
        write_workbook(replace(wide, rows=1, cells=wide.cells * (MAX_CELLS // 1_000 + 1)), [])


def test_time_to_find_columns_does_not_grow_with_the_width_of_spans():
    """One figure over 100,000 columns joined them, and each row with two figures then looked at all of them."""
    cells = [(0, 0, MAX_COLUMNS, "1", FIGURE)]
    for row in range(1, 3_000):
        cells += [(row, 0, 1, "1", FIGURE), (row, MAX_COLUMNS - 1, 1, "2", FIGURE)]
    table = make_table(*cells, rows=3_000, columns=MAX_COLUMNS)
    printed = within_cpu_seconds(5, lambda: print_table(table))
    assert printed.columns == 2


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_workbooks_of_random_tables_are_well_formed(data):
    table, _ = data.draw(tables_with_texts())
    sheets = read_sheets(write_workbook(table, []))
    assert sheets["Cells"].keys() >= {"A1", "Q1"}
    assert len([reference for reference in sheets["Cells"] if reference[0] == "A"]) == len(table.cells) + 1


def test_format_of_a_tiny_number_is_one_that_spreadsheets_read():
    assert number_format(Decimal("1E-40")) == f"#,##0.{'0' * 30}"
