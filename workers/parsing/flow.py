"""Converts a sequence of blocks to pages, for formats without fixed pages (HTML, Markdown, plain text).

The text follows the PDF reader's conventions: a table's row is a line of cells separated by one tab, and an empty line
separates blocks. Words have no positions, so all boxes and page sizes are zero.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import TypeVar

import numpy as np

from app.documents.content.parsed import (
    Block,
    BlockKind,
    Cell,
    DeletedText,
    Grid,
    GridCell,
    Mark,
    ParsedPage,
    Row,
    Words,
)

PAGE_AIM = 3_500
"""The number of characters of a page if the file has no page breaks. A printed page of a filing has about as many."""

_PAGE_MOST = 12_000
_WORD = re.compile(r"\S+")


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TagPlace:
    """The place where a tagged figure begins: a page's number (from 1), and an offset in its text."""

    page: int
    offset: int


@dataclass(frozen=True, slots=True)
class FlowText:
    """A text, and beside it (offset, text) of its footnote marks and of its deleted parts, in order.

    `figures` are the (offset, number) of the figures that the file tags.
    """

    text: str = ""
    marks: tuple[tuple[int, str], ...] = ()
    deleted: tuple[tuple[int, str], ...] = ()
    figures: tuple[tuple[int, int], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.text or self.marks or self.deleted)


def join_texts(texts: Sequence[FlowText], separators: Sequence[str]) -> FlowText:
    """Return one text. `separators` has the characters before each text; the first is not used."""
    if len(texts) == 1:
        return texts[0]
    parts: list[str] = []
    marks: list[tuple[int, str]] = []
    deleted: list[tuple[int, str]] = []
    figures: list[tuple[int, int]] = []
    position = 0
    for text, separator in zip(texts, separators, strict=True):
        if position and text.text:
            parts.append(separator)
            position += len(separator)
        marks.extend((position + offset, mark) for offset, mark in text.marks)
        deleted.extend((position + offset, struck) for offset, struck in text.deleted)
        figures.extend((position + offset, number) for offset, number in text.figures)
        parts.append(text.text)
        position += len(text.text)
    return FlowText("".join(parts), tuple(marks), tuple(deleted), tuple(figures))


@dataclass(frozen=True, slots=True)
class FlowCell:
    """A table's cell with text. Its text contains no tab and no line end. See GridCell for the other fields."""

    column: int
    content: FlowText
    row_span: int = 1
    column_span: int = 1
    indent: float = 0.0
    bold: bool = False
    is_heading: bool = False

    @property
    def text(self) -> str:
        return self.content.text


@dataclass(frozen=True, slots=True)
class FlowRow:
    """A table's row: its cells from left to right."""

    cells: tuple[FlowCell, ...]
    is_header: bool = False

    def length(self) -> int:
        return sum(len(cell.content.text) + 1 for cell in self.cells)


@dataclass(frozen=True, slots=True)
class FlowBlock:
    """A block. A heading or paragraph has `content`; a table has `rows` and the number of its `columns`.

    `has_caption` states that the block before a table is its caption.
    """

    kind: BlockKind
    content: FlowText = field(default_factory=FlowText)
    level: int = 0
    rows: tuple[FlowRow, ...] = ()
    columns: int = 0
    has_caption: bool = False
    continues: bool = False

    def length(self) -> int:
        return sum(row.length() for row in self.rows) if self.rows else len(self.content.text) + 2


def table_block(rows: Iterable[FlowRow]) -> FlowBlock:
    """Return the table of these rows, as wide as its cells."""
    found = tuple(row for row in rows if row.cells)
    width = max((row.cells[-1].column + row.cells[-1].column_span for row in found), default=0)
    return FlowBlock(BlockKind.TABLE, rows=found, columns=width)


@dataclass(frozen=True, slots=True)
class PageBreak:
    """A page break in the file."""


def compose_pages(flow: Iterable[FlowBlock | PageBreak]) -> tuple[ParsedPage, ...]:
    """Split the blocks at page breaks, and split long pages between blocks. Empty pages are dropped."""
    return compose_tagged_pages(flow)[0]


def compose_tagged_pages(
    flow: Iterable[FlowBlock | PageBreak],
) -> tuple[tuple[ParsedPage, ...], dict[int, TagPlace]]:
    """Return the pages as `compose_pages` does, and the places of tagged figures by their numbers."""
    sheets: list[list[FlowBlock]] = [[]]
    for item in flow:
        if isinstance(item, PageBreak):
            sheets.append([])
        elif item.rows or item.content.text:
            sheets[-1].append(item)
    own_breaks = sum(1 for sheet in sheets if sheet) > 1
    pages: list[ParsedPage] = []
    places: dict[int, TagPlace] = {}
    for sheet in sheets:
        for blocks in _cut_sheet(sheet, most=_PAGE_MOST if own_breaks else PAGE_AIM):
            pages.append(_compose(len(pages) + 1, blocks, places))
    return tuple(pages), places


def _cut_sheet(sheet: Sequence[FlowBlock], *, most: int) -> Iterator[list[FlowBlock]]:
    """Yield a sheet's pages. A sheet is all blocks between two page breaks.

    A sheet of more than `most` characters is split into pages of about PAGE_AIM. A heading stays with the next block,
    and a caption with its table.
    """
    if sum(block.length() for block in sheet) <= most:
        if sheet:
            yield list(sheet)
        return
    page: list[FlowBlock] = []
    held = 0
    for block in (part for whole in sheet for part in _cut_block(whole)):
        if page and held + block.length() > PAGE_AIM and held >= PAGE_AIM // 4:
            carried: list[FlowBlock] = []
            if len(page) > 1 and block.has_caption:
                carried.insert(0, page.pop())
            while len(page) > 1 and page[-1].kind is BlockKind.HEADING:
                carried.insert(0, page.pop())
            yield page
            page, held = carried, sum(part.length() for part in carried)
        page.append(block)
        held += block.length()
    if page:
        yield page


def _cut_block(block: FlowBlock) -> Iterator[FlowBlock]:
    """Yield the block. A block that is longer than the longest page is split into parts."""
    if block.length() <= _PAGE_MOST:
        yield block
    elif block.rows:
        yield from _cut_table(block)
    else:
        yield from _cut_text(block)


def _cut_table(block: FlowBlock) -> Iterator[FlowBlock]:
    held: list[FlowRow] = []
    size = 0
    part = block
    for row in block.rows:
        if held and size + row.length() > PAGE_AIM:
            yield replace(part, rows=tuple(held))
            part = replace(block, has_caption=False, continues=True)
            held, size = [], 0
        held.append(row)
        size += row.length()
    yield replace(part, rows=tuple(held))


def _cut_text(block: FlowBlock) -> Iterator[FlowBlock]:
    content = block.content
    text, start = content.text, 0
    while start < len(text):
        end = min(start + PAGE_AIM, len(text))
        if end < len(text):
            cut = max(text.rfind(mark, start + PAGE_AIM // 2, end) for mark in ("\n", " "))
            end = cut + 1 if cut > 0 else end
        part = text[start:end].strip()
        if part:
            left = start + len(text[start:end]) - len(text[start:end].lstrip())
            last = len(text) if end == len(text) else end - 1
            yield replace(
                block,
                content=FlowText(
                    part,
                    _between(content.marks, start, last, left, len(part)),
                    _between(content.deleted, start, last, left, len(part)),
                    _between(content.figures, start, end - 1, left, len(part)),
                ),
            )
        start = end


def _between(
    notes: Sequence[tuple[int, T]], start: int, last: int, origin: int, length: int
) -> tuple[tuple[int, T], ...]:
    first = bisect_left(notes, start, key=itemgetter(0))
    end = bisect_right(notes, last, key=itemgetter(0))
    return tuple((min(max(offset - origin, 0), length), note) for offset, note in notes[first:end])


class _Page:
    """Collects a page's text, with the marks and the deleted text beside it, and the places of tagged figures."""

    def __init__(self, number: int, places: dict[int, TagPlace]) -> None:
        self._number = number
        self._places = places
        self.parts: list[str] = []
        self.position = 0
        self.marks: list[Mark] = []
        self.deleted: list[DeletedText] = []

    def add(self, content: FlowText) -> None:
        if content.marks:
            self.marks.extend(Mark(self.position + offset, mark) for offset, mark in content.marks)
        if content.deleted:
            self.deleted.extend(DeletedText(self.position + offset, struck) for offset, struck in content.deleted)
        for offset, number in content.figures:
            self._places.setdefault(number, TagPlace(self._number, self.position + offset))
        self.separate(content.text)

    def separate(self, separator: str) -> None:
        self.parts.append(separator)
        self.position += len(separator)


def _compose(number: int, blocks: Sequence[FlowBlock], places: dict[int, TagPlace]) -> ParsedPage:
    page = _Page(number, places)
    made: list[Block] = []
    for block in blocks:
        if made:
            page.separate("\n\n")
        start = page.position
        if block.rows:
            caption = (made[-1].start, made[-1].end) if block.has_caption and made else None
            rows, grid = _compose_table(page, block, caption)
            made.append(Block(block.kind, start, page.position, 0, rows, grid))
        else:
            page.add(block.content)
            made.append(Block(block.kind, start, page.position, block.level))
    text = "".join(page.parts)
    return ParsedPage(number, text, 0.0, 0.0, _words(text), tuple(made), tuple(page.marks), tuple(page.deleted))


def _compose_table(page: _Page, block: FlowBlock, caption: tuple[int, int] | None) -> tuple[tuple[Row, ...], Grid]:
    rows: list[Row] = []
    grid: list[GridCell] = []
    for row in block.rows:
        if rows:
            page.separate("\n")
        start = page.position
        cells: list[Cell] = []
        for cell in row.cells:
            if cells:
                page.separate("\t")
            begin = page.position
            page.add(cell.content)
            cells.append(Cell(begin, page.position, cell.column))
            grid.append(
                GridCell(
                    row=len(rows),
                    column=cell.column,
                    spans=((begin, page.position),),
                    row_span=min(cell.row_span, len(block.rows) - len(rows)),
                    column_span=cell.column_span,
                    marks=tuple(mark for _, mark in cell.content.marks),
                    indent=cell.indent,
                    bold=cell.bold,
                    is_heading=cell.is_heading,
                )
            )
        rows.append(Row(start, page.position, tuple(cells), is_header=row.is_header))
    return tuple(rows), Grid(len(rows), block.columns, tuple(grid), caption, block.continues)


def _words(text: str) -> Words:
    spans = np.array([found.span() for found in _WORD.finditer(text)], np.int32).reshape(-1, 2)
    return Words(spans=spans, boxes=np.zeros((len(spans), 4), np.float32))
