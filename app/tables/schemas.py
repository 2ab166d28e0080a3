"""Response schemas of tables."""

from collections import Counter
from datetime import date
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel, Field

from app.documents.content.parsed import Box
from app.quantities.values import Kind, Quantity
from app.tables.model import Cell, CellKind, Footnote, ListedTable, Table
from app.tables.service import TableView

MOST_CELLS = 20_000
"""Cells of a response that has several rows."""

_SPANS = "Parts [start, end] of the text of page `page`, whose texts, joined by blanks, are `text`."


class ListedTableOut(BaseModel):
    """A table in a list. `number` counts from 1 in the document; `units_line` states units for the whole table."""

    number: int
    pages: list[int] = Field(examples=[[61]])
    title: str | None = Field(examples=["Consolidated Statements of Income"])
    units_line: str | None = Field(examples=["(in millions, except per share amounts)"])
    rows: int = Field(examples=[24])
    columns: int = Field(examples=[4])

    @staticmethod
    def of(table: ListedTable) -> "ListedTableOut":
        return ListedTableOut(
            number=table.number,
            pages=list(table.pages),
            title=table.title,
            units_line=table.units_line,
            rows=table.rows,
            columns=table.columns,
        )


class CellValueOut(BaseModel):
    """A typed value. The amount is `value` × 10^`scale` in `unit`. `scale` is null if the document does not state it:
    an unknown scale is not 0. `high` is the upper end of a range. Numbers are decimal strings, to keep all digits.
    """

    kind: Kind = Field(examples=["amount"])
    value: str | None = Field(examples=["1250"])
    unit: str | None = Field(examples=["USD"])
    scale: int | None = Field(examples=[6])
    high: str | None = Field(examples=[None])

    @staticmethod
    def of(value: Quantity) -> "CellValueOut":
        return CellValueOut(
            kind=value.kind, value=_plain(value.value), unit=value.unit, scale=value.scale, high=_plain(value.high)
        )


class CellPeriodOut(BaseModel):
    """The period of a figure. If `start` is null, it is the instant at the end of the day `end`."""

    start: date | None = Field(examples=["2025-01-01"])
    end: date


class TableCellOut(BaseModel):
    """A cell with text. It covers `row_span` rows from `row` and `column_span` columns from `column`, which count from
    0. `box` has x0, y0, x1, y1 in points from the page's top left corner; it is null for formats without positions.
    `header_path` and `label_path` are the headings over a figure and the labels beside it, outermost first.
    """

    row: int
    column: int
    row_span: int
    column_span: int
    kind: CellKind = Field(examples=["figure"])
    text: str = Field(examples=["$1,250"])
    page: int
    spans: list[tuple[int, int]] = Field(description=_SPANS, examples=[[[10, 16]]])
    box: Box | None = Field(examples=[[72.0, 240.1, 118.4, 252.6]])
    marks: list[str] = Field(examples=[["1"]])
    header_path: list[str] = Field(examples=[["Year ended December 31,", "2025"]])
    label_path: list[str] = Field(examples=[["Net sales"]])
    value: CellValueOut | None
    period: CellPeriodOut | None

    @staticmethod
    def of(cell: Cell) -> "TableCellOut":
        period = cell.period
        return TableCellOut(
            row=cell.row,
            column=cell.column,
            row_span=cell.row_span,
            column_span=cell.column_span,
            kind=cell.kind,
            text=cell.text,
            page=cell.page,
            spans=list(cell.spans),
            box=None if cell.box is None else _rounded(cell.box),
            marks=list(cell.marks),
            header_path=list(cell.header_path),
            label_path=list(cell.label_path),
            value=None if cell.value is None else CellValueOut.of(cell.value),
            period=None if period is None else CellPeriodOut(start=period.start, end=period.end),
        )


class TableFootnoteOut(BaseModel):
    """The text that a mark leads to."""

    mark: str = Field(examples=["1"])
    text: str
    page: int
    spans: list[tuple[int, int]] = Field(description=_SPANS, examples=[[[410, 452]]])

    @staticmethod
    def of(note: Footnote) -> "TableFootnoteOut":
        return TableFootnoteOut(mark=note.mark, text=note.text, page=note.page, spans=list(note.spans))


class TableOut(ListedTableOut):
    """A table with its cells, by row and column. Empty cells are absent. `lines_above` are the lines between the title
    and the table. If the table has more rows than the response, `next_row` is the first row that is missing.
    """

    document_id: UUID
    version_id: UUID
    lines_above: list[str]
    caption: str | None = Field(examples=[None])
    cells: list[TableCellOut]
    footnotes: list[TableFootnoteOut]
    next_row: int | None = Field(examples=[None])

    @staticmethod
    def of_rows(view: TableView, first: int, count: int) -> "TableOut":
        """Return the response with the cells of `count` rows from row `first`, or of fewer rows if they have many
        cells.
        """
        table = view.read(range(first, first + count))
        end = _find_end(table, first + count)
        return TableOut(
            number=table.number,
            pages=list(table.pages),
            title=table.title,
            units_line=table.units_line,
            rows=table.rows,
            columns=table.columns,
            document_id=view.version.document_id,
            version_id=view.version.id,
            lines_above=list(table.lines_above),
            caption=table.caption,
            cells=[TableCellOut.of(cell) for cell in table.cells if cell.row < end],
            footnotes=[TableFootnoteOut.of(note) for note in table.footnotes],
            next_row=end if end < table.rows else None,
        )


def _find_end(table: Table, end: int) -> int:
    """Return the row before which a response ends: at most `end`, and at least the second row with cells."""
    shown = 0
    for row, cells in sorted(Counter(cell.row for cell in table.cells).items()):
        shown += cells
        if shown > MOST_CELLS and shown > cells:
            return row
    return end


def _plain(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"


def _rounded(box: Box) -> Box:
    x0, y0, x1, y1 = (round(edge, 2) for edge in box)
    return x0, y0, x1, y1
