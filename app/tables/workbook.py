"""Write a table as an XLSX workbook: the table, its cells with their sources, and where the table comes from."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from xlsxwriter import Workbook

from app.quantities.values import Kind, Quantity
from app.tables.errors import TableTooLargeError
from app.tables.model import Cell, CellKind, Table
from app.tables.printing import print_table

MAX_CELLS = 50_000
"""Cells of a table that can be exported: their workbook takes about 130 MB and 3 s. It is made in memory, because no
document may be written to a disk unencrypted."""

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
"""The limits of a sheet (ECMA-376)."""

_DIGITS = 15
"""Digits that a spreadsheet keeps. A number with more digits is written as text."""

_FIRST_YEAR = 1900
"""Spreadsheets have no earlier dates. They are written as text."""

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
    out = io.BytesIO()
    book = _Book(Workbook(out, {"in_memory": True}))
    _write_table(book, table)
    _write_cells(book, table)
    _write_source(book, table, source)
    book.workbook.close()
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class _Book:
    """A workbook and its number formats."""

    workbook: Any
    _formats: dict[tuple[tuple[str, object], ...], Any] = field(default_factory=dict)

    def style(self, **properties: object) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.workbook.add_format(properties)
        return self._formats[key]

    def write_texts(self, sheet: Any, row: int, texts: Iterable[str | int | date | None]) -> None:
        for column, text in enumerate(texts):
            if isinstance(text, date) and text.year >= _FIRST_YEAR:
                sheet.write_datetime(row, column, text, self.style(num_format="yyyy-mm-dd"))
            elif isinstance(text, int):
                sheet.write_number(row, column, text)
            elif text:
                sheet.write_string(row, column, str(text))


def _write_table(book: _Book, table: Table) -> None:
    sheet = book.workbook.add_worksheet("Table")
    sheet.write_string(0, 0, table.title or f"Table {table.number}", book.style(bold=True))
    book.write_texts(sheet, 1, [table.units_line])
    for row, places in print_table(table).places.items():
        for column, cells in places.items():
            value = cells[0].value if len(cells) == 1 else None
            number = _number(value)
            if value is not None and number is not None:
                style = book.style(num_format=_format(number, value))
                sheet.write_number(_TITLE_ROWS + row, column, float(number), style)
            else:
                style = book.style(bold=True) if cells[0].kind is CellKind.HEADING else None
                sheet.write_string(_TITLE_ROWS + row, column, " ".join(cell.text for cell in cells), style)


def _write_cells(book: _Book, table: Table) -> None:
    sheet = book.workbook.add_worksheet("Cells")
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


def _write_source(book: _Book, table: Table, source: Sequence[tuple[str, str]]) -> None:
    sheet = book.workbook.add_worksheet("Source")
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
    return value.value if len(value.value.as_tuple().digits) <= _DIGITS else None


def _format(number: Decimal, value: Quantity) -> str:
    places = max(0, -int(number.as_tuple().exponent))
    return f"#,##0{'.' + '0' * places if places else ''}{_SUFFIXES.get(value.unit or '', '')}"
