"""Print an export as CSV. Texts that a spreadsheet would run as formulas are guarded."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from app.review.exports.rows import ExportGrid, ExportRow, cell_of, unit_of
from app.tables.printing import guarded

Cell = str | int | float | Decimal | date | None

FIELD_COLUMNS = (
    "Document", "Issuer", "Type", "Schema", "Field", "Key", "Value", "Unit", "Standing", "Status", "Confidence", "Page",
    "Quote", "Source", "Decided by", "Decided at", "Document ID", "Field ID", "Revision",
)  # fmt: skip
SOURCE = FIELD_COLUMNS.index("Source")
GRID_COLUMNS = ("Document", "Issuer", "Type", "Document ID")


def field_cells(row: ExportRow, base: str) -> tuple[Cell, ...]:
    """Return the cells of a row. `base` is the public address of Footnote."""
    document, value = row.document, row.value
    decided_at = None if row.decided_at is None else row.decided_at.isoformat(timespec="seconds")
    return (
        document.title, document.issuer, document.document_type, document.schema_key, row.title, row.key,
        cell_of(value, row.shown), unit_of(value), row.standing.value, row.status, round(row.confidence, 4), row.page,
        row.quote, row.link(base), ", ".join(row.decided_by), decided_at, str(document.id), str(row.field_id),
        row.revision,
    )  # fmt: skip


def write_fields_csv(rows: Sequence[ExportRow], base: str) -> str:
    """Return CSV (RFC 4180) with a line per field."""
    return _write([FIELD_COLUMNS, *(field_cells(row, base) for row in rows)])


def write_grid_csv(grid: ExportGrid, base: str) -> str:
    """Return CSV with a line per document. Each field has its value, its standing and its source."""
    names = [f"{title}{part}" for title in grid.titles for part in ("", " (unit)", " (standing)", " (source)")]
    lines: list[list[Cell]] = [[*GRID_COLUMNS, *names]]
    for document, fields in grid.lines:
        cells: list[Cell] = [document.title, document.issuer, document.document_type, str(document.id)]
        for column in grid.columns:
            row = fields.get(column)
            cells += (
                [None] * 4
                if row is None
                else [cell_of(row.value, row.shown), unit_of(row.value), row.standing.value, row.link(base)]
            )
        lines.append(cells)
    return _write(lines)


def _write(lines: Iterable[Iterable[Cell]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    for line in lines:
        writer.writerow([_text(cell) for cell in line])
    return out.getvalue()


def _text(cell: Cell) -> str:
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else guarded(str(cell))
