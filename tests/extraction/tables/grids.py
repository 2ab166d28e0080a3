"""Builds documents with grids from rows of cells, as file readers give them."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.documents.content.parsed import (
    Block,
    BlockKind,
    Box,
    Grid,
    GridCell,
    Mark,
    ParsedDocument,
    ParsedPage,
    Words,
)
from app.tables.model import Cell, CellKind, Table
from workers.extraction.tables import read_tables


@dataclass(frozen=True)
class C:
    """A cell: its text, and how many columns and rows it covers."""

    text: str
    across: int = 1
    down: int = 1
    bold: bool = False
    indent: float = 0.0
    marks: tuple[str, ...] = ()
    box: Box | None = None


Rows = Sequence[Sequence[str | C]]


@dataclass(frozen=True)
class G:
    """A grid, as rows of cells. An empty text is a column without a cell."""

    rows: Rows
    caption: str | None = None
    continues: bool = False


@dataclass(frozen=True)
class H:
    """A heading."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class P:
    """A paragraph, with the footnote marks that are printed before it."""

    text: str
    marks: tuple[str, ...] = ()


Part = G | H | P | str


class _Page:
    def __init__(self) -> None:
        self.text = ""
        self.blocks: list[Block] = []
        self.marks: list[Mark] = []

    def add(self, part: Part) -> None:
        if isinstance(part, G):
            self._add_grid(part)
            return
        start = len(self.text)
        if isinstance(part, P):
            self.marks += [Mark(start, mark) for mark in part.marks]
        self.text += part if isinstance(part, str) else part.text
        kind, level = (BlockKind.HEADING, part.level) if isinstance(part, H) else (BlockKind.PARAGRAPH, 0)
        self.blocks.append(Block(kind, start, len(self.text), level))
        self.text += "\n\n"

    def _add_grid(self, grid: G) -> None:
        caption = None
        if grid.caption:
            caption = (len(self.text), len(self.text) + len(grid.caption))
            self.text += grid.caption + "\n"
        start, cells, width = len(self.text), [], 0
        taken: dict[tuple[int, int], bool] = {}
        for number, row in enumerate(grid.rows):
            column = 0
            for cell in row:
                made = C(cell) if isinstance(cell, str) else cell
                while (number, column) in taken:
                    column += 1
                taken |= {(number + n, column + m): True for n in range(made.down) for m in range(made.across)}
                if made.text:
                    span = (len(self.text), len(self.text) + len(made.text))
                    cells.append(_cell(number, column, span, made))
                    self.text += made.text + "\t"
                column += made.across
                width = max(width, column)
            self.text = self.text.rstrip("\t") + "\n"
        printed = Grid(len(grid.rows), width, tuple(cells), caption, grid.continues)
        self.blocks.append(Block(BlockKind.TABLE, start, len(self.text), 0, (), printed))
        self.text += "\n"


def _cell(row: int, column: int, span: tuple[int, int], made: C) -> GridCell:
    return GridCell(
        row, column, (span,), made.down, made.across, made.box, made.marks, made.indent, made.bold, is_heading=False
    )


def document(*pages: Sequence[Part], width: float = 0.0) -> ParsedDocument:
    """Build a document. `width` is 0 for formats whose pages are cut anywhere."""
    made = []
    for number, parts in enumerate(pages, 1):
        page = _Page()
        for part in parts:
            page.add(part)
        made.append(ParsedPage(number, page.text, width, width, Words.none(), tuple(page.blocks), tuple(page.marks)))
    return ParsedDocument("text/html", "test", tuple(made))


COVER: tuple[Part, ...] = (
    "UNITED STATES SECURITIES AND EXCHANGE COMMISSION",
    H("FORM 10-K"),
    "For the fiscal year ended December 31, 2024",
    H("Oakmere Tools Corp."),
    "(Exact name of registrant as specified in its charter)",
    "Common Stock, par value $0.01 per share",
)
"""The cover of an annual report to the SEC: its amounts are US dollars, and its fiscal year is the calendar year."""


def tables_of(*parts: Part) -> tuple[Table, ...]:
    """Read the tables of a page after the cover of an annual report."""
    return read_tables(document(COVER, parts))


def table_of(*parts: Part) -> Table:
    """Read the only table of a page after the cover of an annual report."""
    (table,) = tables_of(*parts)
    return table


def figure(table: Table, label: str, heading: str) -> Cell:
    """Return the only figure whose innermost label and some heading are the given ones."""
    (cell,) = [
        cell
        for cell in table.cells
        if cell.kind is CellKind.FIGURE and cell.label_path[-1:] == (label,) and heading in cell.header_path
    ]
    return cell
