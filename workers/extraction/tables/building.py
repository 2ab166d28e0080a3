"""Builds tables from grids: kinds, paths, typed values and periods of their cells."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.documents.content.parsed import ParsedDocument
from app.documents.metadata import DocumentMetadata
from app.quantities.calendar import FiscalCalendar
from app.quantities.periods import Period
from app.quantities.styles import ENGLISH, NumberStyle
from app.quantities.values import Quantity, parse_value
from app.tables.model import Cell, CellKind, Footnote, Table
from workers.extraction.tables.around import Surroundings
from workers.extraction.tables.cells import Form, TextCell
from workers.extraction.tables.footnotes import Footnotes, can_end_with_mark
from workers.extraction.tables.forms import Forms
from workers.extraction.tables.joins import JoinedGrid
from workers.extraction.tables.periods import Periods
from workers.extraction.tables.rows import Role, Row
from workers.extraction.tables.stated import DocumentUnits, PartUnits, read_document_units
from workers.extraction.tables.values import TableValues

_NOTES = re.compile(r"(?:foot)?notes?(?: (?:no|ref)\.?s?)?|refs?\.?|reference|note reference", re.IGNORECASE)
_UNIT_COLUMN = re.compile(r"units?(?: of measure(?:ment)?)?|uom|measure(?:ment)?|currency", re.IGNORECASE)
_MOST_STUBS = 8
_MOST_OF_ENTRY = 600
"""Characters of a heading or label in a path. Paths are repeated in every figure below a heading."""


@dataclass(frozen=True, slots=True)
class DocumentContext:
    """What holds for all tables of a document."""

    parsed: ParsedDocument
    forms: Forms
    around: Surroundings
    units: DocumentUnits
    parts: PartUnits
    calendar: FiscalCalendar
    style: NumberStyle = ENGLISH

    @classmethod
    def of(cls, parsed: ParsedDocument, metadata: DocumentMetadata) -> "DocumentContext":
        """Read what the document says outside its tables."""
        forms = Forms()
        around = Surroundings(parsed.pages, forms, flows=all(page.width == 0 for page in parsed.pages))
        return cls(
            parsed=parsed,
            forms=forms,
            around=around,
            units=read_document_units(parsed, metadata),
            parts=PartUnits(parsed.pages, forms, around.furniture),
            calendar=_calendar(parsed, metadata),
        )


_FIRST_PAGES = 10
_QUARTERS = {"Q1": 1, "Q2": 2, "Q3": 3, "Q4": 4, "FY": 4}


def _calendar(parsed: ParsedDocument, metadata: DocumentMetadata) -> FiscalCalendar:
    """Infer the calendar from the first pages, and from the pages with tables: they mention the ends of periods."""
    return FiscalCalendar.of(
        [page.text for page in parsed.pages if page.number <= _FIRST_PAGES or any(block.grid for block in page.blocks)],
        period_end=metadata.period_end,
        fiscal_year=metadata.fiscal_year,
        quarter=_QUARTERS.get(metadata.fiscal_period or ""),
    )


class TableBuilder:
    """Builds one table."""

    def __init__(self, grid: JoinedGrid, document: DocumentContext) -> None:
        self._grid = grid
        self._document = document
        self._footnotes = self._read_footnotes()
        self._layout = grid.layout
        first = grid.grids[0]
        self._above = document.around.read_above(first.page.number - 1, first.block)
        self._caption = _caption(grid)
        above = self._above
        lines = tuple(filter(None, (*above.outer, above.title, *above.lines, self._caption)))
        self._values = TableValues(
            self._layout,
            title=above.title,
            lines=lines,
            part=document.parts.at(first.page.number - 1, first.block),
            document=document.units,
            style=document.style,
        )
        heads = [cell.text for row in self._layout.rows if row.role is Role.HEAD for cell in row.cells]
        self._periods = Periods(document.calendar, lines, self._layout.labels.first_paths(), heads)

    def build(self, number: int) -> Table:
        cells = tuple(self._cells())
        return Table(
            number=number,
            pages=tuple(dict.fromkeys(part.page.number for part in self._grid.grids)),
            rows=len(self._grid.rows),
            columns=max((cell.right for row in self._grid.rows for cell in row), default=0),
            cells=cells,
            title=self._above.title,
            lines_above=self._above.lines,
            units_line=self._units_line(),
            caption=self._caption,
            footnotes=self._footnotes,
        )

    def _read_footnotes(self) -> tuple[Footnote, ...]:
        """Find the footnotes of the table's marks, and split written marks off the cells' texts."""
        cells = [cell for row in self._grid.rows for cell in row]
        if not any(cell.marks or can_end_with_mark(cell.text) for cell in cells):
            return ()
        last = self._grid.grids[-1]
        found = Footnotes()
        found.read_rows(self._grid.layout.rows, {part.page.number: part.page for part in self._grid.grids})
        found.read_lines(self._document.around.lines_below(last.page.number - 1, last.block))
        found.read_lines(self._document.around.lines_at_foot(last.page.number - 1))
        if found.split_written(cells, self._document.forms):
            self._grid.read_layout()
        return found.of(cells)

    def _cells(self) -> Iterator[Cell]:
        for row in self._layout.rows:
            data = frozenset(row.data)
            for cell in row.cells:
                if row.role is Role.HEAD:
                    yield self._cell(cell, CellKind.HEADING)
                elif cell in data:
                    yield self._figure(row, cell)
                else:
                    yield self._cell(cell, CellKind.LABEL)

    def _figure(self, row: Row, cell: TextCell) -> Cell:
        band = self._layout.bands.best(cell)
        if band is None:
            return self._cell(cell, CellKind.FIGURE, value=parse_value(cell.text, self._document.style))
        header_path = tuple(head.text[:_MOST_OF_ENTRY] for head in self._layout.headings.over(row.number, band))
        label_path = tuple(label[:_MOST_OF_ENTRY] for label in self._layout.labels.path(row.number, band))
        if header_path and _NOTES.fullmatch(header_path[-1]):
            return self._cell(cell, CellKind.NOTE, header_path, label_path)
        value = self._values.of(row.number, band, cell.text, header_path, (*label_path, *self._units_of(row, cell)))
        period = self._periods.of(row.number, header_path, label_path, self._layout.headings.beside(row.number))
        return self._cell(cell, CellKind.FIGURE, header_path, label_path, value=value, period=period)

    def _units_of(self, row: Row, cell: TextCell) -> Iterator[str]:
        """Yield the units that a row states in a cell left of its figures: "Revenue", "EUR million", "1,234"."""
        first = row.data[0]
        if first is not cell and first.form in (Form.UNITS, Form.WORDS):
            band = self._layout.bands.best(first)
            heads = () if band is None else self._layout.headings.over(row.number, band)
            if first.form is Form.UNITS or (heads and _UNIT_COLUMN.fullmatch(heads[-1].text)):
                yield first.text

    def _cell(
        self,
        cell: TextCell,
        kind: CellKind,
        header_path: tuple[str, ...] = (),
        label_path: tuple[str, ...] = (),
        value: Quantity | None = None,
        period: Period | None = None,
    ) -> Cell:
        return Cell(
            row=cell.row,
            column=cell.left,
            row_span=min(cell.source.row_span, len(self._grid.rows) - cell.row),
            column_span=cell.right - cell.left,
            text=cell.text,
            page=cell.page,
            spans=cell.spans,
            kind=kind,
            box=cell.source.box,
            marks=cell.marks,
            header_path=header_path,
            label_path=label_path,
            value=value,
            period=period,
        )

    def _units_line(self) -> str | None:
        of = self._document.forms.of
        stubs = self._layout.headings.first_stubs()[-_MOST_STUBS:]
        lines = [*self._above.lines, *(stub.text for stub in stubs)]
        return next((line for line in reversed(lines) if of(line) is Form.UNITS), None)


def build_table(number: int, grid: JoinedGrid, document: DocumentContext) -> Table:
    return TableBuilder(grid, document).build(number)


def _caption(grid: JoinedGrid) -> str | None:
    first = grid.grids[0]
    return None if first.grid.caption is None else " ".join(first.page.text[slice(*first.grid.caption)].split())
