"""Write an issuer's statements as an XLSX workbook: a sheet per statement, each figure with its source, and the
documents.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from app.facts.errors import StatementsTooLargeError
from app.facts.grid import GridFigure, StatementGrid
from app.facts.printing import FIGURE_COLUMNS, STATEMENT_NAMES, dimensions_of, list_figures, period_name, source_of
from app.tables.sheets import Book, fits, number_format

MAX_FIGURES = 20_000
"""Figures of a workbook, which take about 200 MB and 8 s."""

_HEADINGS = 3
_LABELS = 3
_INDENT = 2
_DEEPEST = 15
"""The largest indent of a cell."""

_VALUE = FIGURE_COLUMNS.index("Value")


def write_workbook(issuer: str, grids: Sequence[StatementGrid]) -> bytes:
    """Return the workbook. Figures of the statements are whole amounts; restated ones are marked by colour.

    The sheet "Figures" has each figure with all digits, its standing and its source. Every cell has an explicit type.
    Raises StatementsTooLargeError.
    """
    if sum(grid.count() for grid in grids) > MAX_FIGURES:
        raise StatementsTooLargeError
    book = Book.new()
    for grid in grids:
        _write_statement(book, issuer, grid)
    _write_figures(book, grids)
    _write_documents(book, grids)
    return book.finish()


def _write_statement(book: Book, issuer: str, grid: StatementGrid) -> None:
    sheet = book.add_sheet(STATEMENT_NAMES[grid.statement])
    sheet.freeze_panes(_HEADINGS, 1)
    sheet.set_column(0, 0, 50)
    sheet.set_column(_LABELS, _LABELS + len(grid.columns), 16)
    bold = book.style(bold=True)
    sheet.write_string(0, 0, f"{issuer}: {STATEMENT_NAMES[grid.statement]}", bold)
    names = ("Label", "Dimensions", "Standard item", *(period_name(column.fiscal) for column in grid.columns), "Source")
    for at, name in enumerate(names):
        sheet.write_string(1, at, name, bold)
    book.write_texts(sheet, 2, (None, None, "Period end", *(column.end for column in grid.columns)))
    for at, row in enumerate(grid.rows, _HEADINGS):
        indent = min(_INDENT * (len(row.label_path) - 1), _DEEPEST)
        sheet.write_string(at, 0, row.label, book.style(indent=indent) if indent > 0 else None)
        book.write_texts(sheet, at, (None, dimensions_of(row), row.item))
        for column, figure in enumerate(row.figures, _LABELS):
            if figure is not None:
                _write_figure(book, sheet, at, column, figure)
        first = next(figure for figure in row.figures if figure is not None)
        sheet.write_string(at, _LABELS + len(grid.columns), source_of(first.shown))


def _write_figure(book: Book, sheet: Any, row: int, column: int, figure: GridFigure) -> None:
    value = figure.shown.fact.value
    marked = {"bg_color": "#FFE9B3"} if figure.is_restated else {}
    if fits(value):
        sheet.write_number(row, column, float(value), book.style(num_format=number_format(value), **marked))
    else:
        sheet.write_string(row, column, f"{value:f}", book.style(align="right", **marked))


def _write_figures(book: Book, grids: Sequence[StatementGrid]) -> None:
    sheet = book.add_sheet("Figures")
    sheet.freeze_panes(1, 0)
    columns = (*FIGURE_COLUMNS[: _VALUE + 1], "Value (all digits)", *FIGURE_COLUMNS[_VALUE + 1 :])
    book.write_texts(sheet, 0, columns)
    at = 0
    for grid in grids:
        for line in list_figures(grid):
            at += 1
            for column, value in enumerate(line):
                place = column + (column > _VALUE)
                if isinstance(value, str):
                    sheet.write_string(at, place, value)
                elif isinstance(value, Decimal):
                    if fits(value):
                        sheet.write_number(at, place, float(value), book.style(num_format=number_format(value)))
                    sheet.write_string(at, place + 1, f"{value:f}")
                elif isinstance(value, date):
                    book.write_date(sheet, at, place, value)
                elif value is not None:
                    sheet.write_number(at, place, value)


def _write_documents(book: Book, grids: Sequence[StatementGrid]) -> None:
    sheet = book.add_sheet("Documents")
    book.write_texts(sheet, 0, ("Title", "Type", "Filed", "Document ID", "Version ID"))
    sources = {source.document_id: source for grid in grids for source in grid.documents}
    for row, source in enumerate(sources.values(), 1):
        described = (source.title, source.document_type, source.filed, source.document_id, source.version_id)
        book.write_texts(sheet, row, [None if text is None else str(text) for text in described])
