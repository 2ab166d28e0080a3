"""Write a table as an XLSX workbook: the table, its cells with their sources, and where the table comes from."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from app.quantities.values import Kind, Quantity
from app.tables.errors import TableTooLargeError
from app.tables.model import Cell, CellKind, Table
from app.tables.printing import print_table
from app.tables.sheets import MAX_COLUMNS, MAX_ROWS, Book, fits, number_format

MAX_CELLS = 50_000
"""Cells of a table that can be exported: their workbook takes about 130 MB and 3 s."""

_SUFFIXES = {"%": '"%"', "x": '"x"', "bps": '" bps"', "points": '" points"'}
_NUMBERS = frozenset(Kind) - {Kind.DATE, Kind.PERIOD, Kind.RANGE, Kind.NIL, Kind.NOT_MEANINGFUL, Kind.TEXT}
_TITLE_ROWS = 3
_CELL_COLUMNS = (
    "Row", "Column", "Kind", "Text", "Value", "Unit", "Scale (power of ten)", "Upper end", "Type", "Period start",
    "Period end", "Headings", "Labels", "Marks", "Page", "Characters", "Box (points)",
)  # fmt: skip


def write_workbook(table: Table, source: Sequence[tuple[str, str]]) -> bytes:
    """Return the workbook. `source` are names and values for its last sheet.

    Every cell has an explicit type, so no text becomes a formula, a link or a date. Figures of the first sheet are
    numbers as printed, before their scale. The second sheet has all digits and the printed text. Raises
    TableTooLargeError.
    """
    if len(table.cells) > MAX_CELLS or table.rows + _TITLE_ROWS > MAX_ROWS or table.columns > MAX_COLUMNS:
        raise TableTooLargeError
    book = Book.new()
    _write_table(book, table)
    _write_cells(book, table)
    _write_source(book, table, source)
    return book.finish()


def _write_table(book: Book, table: Table) -> None:
    sheet = book.add_sheet("Table")
    sheet.write_string(0, 0, table.title or f"Table {table.number}", book.style(bold=True))
    book.write_texts(sheet, 1, [table.units_line])
    for row, places in print_table(table).places.items():
        for column, cells in places.items():
            value = cells[0].value if len(cells) == 1 else None
            number = _number(value)
            if value is not None and number is not None:
                style = book.style(num_format=number_format(number, _SUFFIXES.get(value.unit or "", "")))
                sheet.write_number(_TITLE_ROWS + row, column, float(number), style)
            else:
                style = book.style(bold=True) if cells[0].kind is CellKind.HEADING else None
                sheet.write_string(_TITLE_ROWS + row, column, " ".join(cell.text for cell in cells), style)


def _write_cells(book: Book, table: Table) -> None:
    sheet = book.add_sheet("Cells")
    sheet.freeze_panes(1, 0)
    book.write_texts(sheet, 0, _CELL_COLUMNS)
    for row, cell in enumerate(table.cells, 1):
        book.write_texts(sheet, row, _describe(cell))


def _describe(cell: Cell) -> tuple[str | int | date | None, ...]:
    value, period = cell.value, cell.period
    return (
        cell.row,
        cell.column,
        cell.kind.value,
        cell.text,
        None if value is None or value.value is None else f"{value.value:f}",
        None if value is None else value.unit,
        None if value is None else value.scale,
        None if value is None or value.high is None else f"{value.high:f}",
        None if value is None else value.kind.value,
        None if period is None else period.start,
        None if period is None else period.end,
        " | ".join(cell.header_path),
        " | ".join(cell.label_path),
        ", ".join(cell.marks),
        cell.page,
        ", ".join(f"{start}-{end}" for start, end in cell.spans),
        None if cell.box is None else ", ".join(f"{edge:.2f}" for edge in cell.box),
    )


def _write_source(book: Book, table: Table, source: Sequence[tuple[str, str]]) -> None:
    sheet = book.add_sheet("Source")
    lines = [
        *source,
        ("Table", str(table.number)),
        ("Pages", ", ".join(map(str, table.pages))),
        ("Title", table.title or ""),
        *(("Line above", line) for line in table.lines_above),
        ("Units", table.units_line or ""),
        ("Caption", table.caption or ""),
        *((f"Note {note.mark} (page {note.page})", note.text) for note in table.footnotes),
    ]
    for row, line in enumerate(lines):
        book.write_texts(sheet, row, line)


def _number(value: Quantity | None) -> Decimal | None:
    """Return the number of a value that a spreadsheet can hold without losing a digit."""
    if value is None or value.value is None or value.kind not in _NUMBERS:
        return None
    return value.value if fits(value.value) else None
