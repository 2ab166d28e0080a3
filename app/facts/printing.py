"""Facts as lines of text: names of periods and statements, and an export of a grid with the source of each figure."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from app.facts.grid import GridColumn, GridRow, StatementGrid
from app.facts.model import FiscalLabel, StatementKind, StoredFact
from app.tables.printing import guarded

STATEMENT_NAMES = {
    StatementKind.INCOME: "Income statement",
    StatementKind.COMPREHENSIVE_INCOME: "Comprehensive income",
    StatementKind.BALANCE: "Balance sheet",
    StatementKind.CASH_FLOW: "Cash flows",
    StatementKind.EQUITY: "Equity",
    StatementKind.SEGMENTS: "Segments",
    StatementKind.DEBT: "Debt",
    StatementKind.SHARES: "Shares",
    StatementKind.OTHER: "Other tables",
}
FIGURE_COLUMNS = (
    "Statement", "Label", "Labels", "Dimensions", "Standard item", "Concept", "Fiscal year", "Fiscal period",
    "Period start", "Period end", "Value", "Unit", "Scale (power of ten)", "Standing", "Restated", "Confidence",
    "Method", "Status", "Source", "Document type", "Filed", "Document ID", "Version ID", "Page", "Characters",
)  # fmt: skip
"""The columns of an export with one line per figure."""

Value = str | int | date | Decimal | None


def period_name(label: FiscalLabel) -> str:
    """Return the name of a fiscal period, such as "FY 2031"."""
    return f"{label.part} {label.year}"


def unit_of(stored: StoredFact) -> str:
    """Return the unit of a fact: a currency, or what its value counts."""
    return stored.fact.currency or stored.fact.measure.value


def source_of(stored: StoredFact) -> str:
    """Return where a fact stands, in words. Rows and columns of tables count from 1."""
    place = stored.fact.place
    where = f"{stored.source.title}, page {place.page}"
    if place.table is None:
        return where
    return f"{where}, table {place.table}, row {place.row + 1}, column {place.column + 1}"


def dimensions_of(row: GridRow) -> str:
    return " | ".join(f"{axis}: {member}" for axis, member in row.dimensions)


def list_figures(grid: StatementGrid) -> Iterator[tuple[Value, ...]]:
    """Yield the values of `FIGURE_COLUMNS` for each figure of a grid: those shown, each followed by those that differ
    from it.
    """
    name = STATEMENT_NAMES[grid.statement]
    for row in grid.rows:
        about = (name, row.label, " | ".join(row.label_path), dimensions_of(row), row.item, row.concept)
        for column, figure in zip(grid.columns, row.figures, strict=True):
            if figure is None:
                continue
            yield _line(about, column, figure.shown, "shown", is_restated=figure.is_restated)
            for stored in figure.earlier:
                yield _line(about, column, stored, "earlier", is_restated=stored.fact.restated)
            for stored in figure.others:
                yield _line(about, column, stored, "differs", is_restated=stored.fact.restated)


def write_csv(grids: Sequence[StatementGrid]) -> str:
    """Return the grids as CSV (RFC 4180), one line per figure, with all digits and the source of each."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(FIGURE_COLUMNS)
    for grid in grids:
        for line in list_figures(grid):
            writer.writerow([guarded(_text(value)) for value in line])
    return out.getvalue()


def _line(
    about: tuple[str | None, ...], column: GridColumn, stored: StoredFact, standing: str, *, is_restated: bool
) -> tuple[Value, ...]:
    fact, source = stored.fact, stored.source
    return (
        *about,
        column.fiscal.year,
        column.fiscal.part,
        fact.period.start,
        fact.period.end,
        fact.value,
        unit_of(stored),
        fact.scale,
        standing,
        "yes" if is_restated else "no",
        f"{fact.confidence:.2f}",
        fact.method.value,
        stored.status.value,
        source_of(stored),
        source.document_type,
        source.filed,
        str(source.document_id),
        str(source.version_id),
        fact.place.page,
        f"{fact.place.char_start}-{fact.place.char_end}",
    )


def _text(value: Value) -> str:
    if value is None:
        return ""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
