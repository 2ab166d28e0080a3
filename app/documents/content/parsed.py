"""The output of a file reader: pages with text in reading order, words with boxes, and blocks (headings, paragraphs,
tables).

A page's text is one string. Words, blocks and cells refer to it by character offsets, so that quotes, word boxes and
cells agree on positions. Lengths are in PDF points (1/72 inch). The origin is the top left corner of the page as
displayed (after rotation), and y grows downwards.
"""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from app.documents.content.tags import TaggedFigure


class BlockKind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell: `text[start:end]` of its page. `column` counts from 0; cells in one column share it."""

    start: int
    end: int
    column: int


@dataclass(frozen=True, slots=True)
class Row:
    """A table row: one line of the page's text, `text[start:end]`, with its cells from left to right."""

    start: int
    end: int
    cells: tuple[Cell, ...]
    is_header: bool = False


Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in points; the origin is the top left corner of the page as displayed."""


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell as the file prints it. Its text is the parts `text[start:end]` of its page, joined by blanks.

    A cell covers the rows `row` to `row + row_span`, and the columns `column` to `column + column_span` (exclusive).
    A figure's signs ("$", ")", "%") belong to its cell, also if the file prints them in columns of their own: the cell
    covers those columns, too. Rows and columns count from 0. Cells without text are left out.

    `box` is None for formats without positions. `marks` are the footnote marks that the cell prints beside its text.
    `indent` is the distance of a cell's text from its column's left edge: in points, or in CSS pixels for HTML.
    `is_heading` states that the file itself marks the cell as a heading (HTML `th`).
    """

    row: int
    column: int
    spans: tuple[tuple[int, int], ...]
    row_span: int = 1
    column_span: int = 1
    box: Box | None = None
    marks: tuple[str, ...] = ()
    indent: float = 0.0
    bold: bool = False
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of one table on one page, by row and column. `rows` and `columns` are the numbers of both.

    `caption` is the caption in the page's text that the file itself states (HTML `caption`). `continues` states that
    the file itself continues the previous grid, because a page ends within the table.
    """

    rows: int
    columns: int
    cells: tuple[GridCell, ...]
    caption: tuple[int, int] | None = None
    continues: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the page's text, `text[start:end]`. `level` is a heading's depth (1 outermost), 0 for other blocks.

    A table has `rows`, the lines of its text, and its `grid`, the cells with their spans.
    """

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    rows: tuple[Row, ...] = ()
    grid: Grid | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A raised footnote mark ("1", "(a)", "*"). The page's text does not contain it; it is printed before
    `text[offset]`.
    """

    offset: int
    text: str


@dataclass(frozen=True, slots=True)
class DeletedText:
    """Text that is struck through. The page's text does not contain it; it is printed before `text[offset]`."""

    offset: int
    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a page: `spans` (n, 2) int32 offsets into the text, `boxes` (n, 4) float32 x0, y0, x1, y1 in
    points.
    """

    spans: npt.NDArray[np.int32]
    boxes: npt.NDArray[np.float32]

    @staticmethod
    def none() -> "Words":
        return Words(spans=np.zeros((0, 2), np.int32), boxes=np.zeros((0, 4), np.float32))


@dataclass(frozen=True, slots=True)
class ParsedPage:
    """One page: `number` counts from 1; `width`, `height` in points (0 for formats without page sizes)."""

    number: int
    text: str
    width: float
    height: float
    words: Words
    blocks: tuple[Block, ...]
    marks: tuple[Mark, ...] = ()
    deleted: tuple[DeletedText, ...] = ()


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """A bookmark: title, target page (from 1), and depth (1 outermost)."""

    title: str
    page: int
    level: int


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """A parsed file. `reader` names the library that parsed it; `properties` has the file's own metadata (title,
    author …). `tags` are the figures that the file tags itself, in its order.
    """

    media_type: str
    reader: str
    pages: tuple[ParsedPage, ...]
    outline: tuple[OutlineEntry, ...] = ()
    properties: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    tags: tuple[TaggedFigure, ...] = ()
