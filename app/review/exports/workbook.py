"""Write an export as an XLSX workbook, whose sources open the evidence in Footnote."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from app.review.exports.printing import FIELD_COLUMNS, GRID_COLUMNS, SOURCE, Cell, field_cells
from app.review.exports.rows import ExportGrid, ExportRow, cell_of
from app.tables.sheets import MAX_COLUMNS, Book, fits, number_format

_LONGEST_TEXT = 32_767
"""Characters that a cell can hold (Microsoft: "Excel specifications and limits"). Longer texts are cut, and end in …"""


def write_workbook(rows: Sequence[ExportRow], grid: ExportGrid | None, base: str) -> bytes:
    """Return the workbook: a sheet with a row per field and, if there is a grid, one with a row per document.

    Every cell has an explicit type. An answer that is not approved is marked by colour.
    """
    book = Book.new()
    if grid is not None:
        _write_grid(book, grid, base)
    sheet = book.add_sheet("Fields")
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(FIELD_COLUMNS) - 1, 18)
    for column, name in enumerate(FIELD_COLUMNS):
        sheet.write_string(0, column, name, book.style(bold=True))
    for at, row in enumerate(rows, 1):
        for column, cell in enumerate(field_cells(row, base)):
            if column == SOURCE:
                _write_link(sheet, at, column, row, base)
            else:
                _write(book, sheet, at, column, cell, {})
    return book.finish()


def _write_grid(book: Book, grid: ExportGrid, base: str) -> None:
    sheet = book.add_sheet("Grid")
    sheet.freeze_panes(1, 1)
    columns = grid.columns[: (MAX_COLUMNS - len(GRID_COLUMNS)) // 2]
    sheet.set_column(0, len(GRID_COLUMNS) + 2 * len(columns), 18)
    names = [*GRID_COLUMNS, *(name for title in grid.titles[: len(columns)] for name in (title, "Source"))]
    for column, name in enumerate(names):
        sheet.write_string(0, column, name[:_LONGEST_TEXT], book.style(bold=True))
    for at, (document, fields) in enumerate(grid.lines, 1):
        book.write_texts(sheet, at, (document.title, document.issuer, document.document_type, str(document.id)))
        for number, key in enumerate(columns):
            row = fields.get(key)
            if row is None:
                continue
            column = len(GRID_COLUMNS) + 2 * number
            marked = {} if row.standing == "approved" else {"bg_color": "#FFE9B3"}
            _write(book, sheet, at, column, cell_of(row.value, row.shown), marked)
            _write_link(sheet, at, column + 1, row, base)


def _write(book: Book, sheet: Any, row: int, column: int, cell: Cell, marked: dict[str, str]) -> None:
    if isinstance(cell, Decimal) and fits(cell):
        sheet.write_number(row, column, float(cell), book.style(num_format=number_format(cell), **marked))
    elif isinstance(cell, date) and cell.year >= 1900:
        sheet.write_datetime(row, column, cell, book.style(num_format="yyyy-mm-dd", **marked))
    elif isinstance(cell, int | float):
        sheet.write_number(row, column, cell, book.style(**marked))
    elif cell is None or cell == "":
        if marked:
            sheet.write_blank(row, column, None, book.style(**marked))
    else:
        text = f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
        cut = text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1]}…"
        sheet.write_string(row, column, cut, book.style(**marked))


def _write_link(sheet: Any, row: int, column: int, field: ExportRow, base: str) -> None:
    shown = "no evidence" if field.page is None else f"page {field.page}"
    sheet.write_url(row, column, field.link(base), string=shown, tip=field.quote[:255] or None)
