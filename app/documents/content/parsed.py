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


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the page's text, `text[start:end]`. `level` is a heading's depth (1 outermost), 0 for other blocks."""

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    rows: tuple[Row, ...] = ()


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


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """A bookmark: title, target page (from 1), and depth (1 outermost)."""

    title: str
    page: int
    level: int


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """A parsed file. `reader` names the library that parsed it; `properties` has the file's own metadata (title,
    author …).
    """

    media_type: str
    reader: str
    pages: tuple[ParsedPage, ...]
    outline: tuple[OutlineEntry, ...] = ()
    properties: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
