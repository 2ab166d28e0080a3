"""What a reader makes of a file: pages of text in reading order, words with boxes, blocks (headings, paragraphs,
table rows).

The text of a page is one string; every other thing on the page points into it by character offsets, so that a quote,
a word's box and a table's cell can never disagree about where they are. Lengths are in PDF points (1/72 inch), the
origin
is the page's top left corner as it is displayed (rotation applied), y grows downwards.
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
    """A table's cell: `text[start:end]` of its page; `column` counts from 0 and is shared by cells below each other."""

    start: int
    end: int
    column: int


@dataclass(frozen=True, slots=True)
class Row:
    """A table's row: one line of the page's text, `text[start:end]`, with its cells from left to right."""

    start: int
    end: int
    cells: tuple[Cell, ...]
    is_header: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A run of the page's text with one role: `text[start:end]`. `level` is a heading's depth (1 outermost, else 0)."""

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
    """One page: `number` counts from 1; `width`, `height` in points (0 for formats without pages' sizes)."""

    number: int
    text: str
    width: float
    height: float
    words: Words
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """A bookmark: title, the page it leads to (from 1), and its depth (1 outermost)."""

    title: str
    page: int
    level: int


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """A whole file. `reader` names the library that read it, `properties` holds the file's own metadata (title,
    author …).
    """

    media_type: str
    reader: str
    pages: tuple[ParsedPage, ...]
    outline: tuple[OutlineEntry, ...] = ()
    properties: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
