"""Converts a sequence of blocks to pages, for formats without fixed pages (HTML, Markdown, plain text).

The text follows the PDF reader's conventions: a table's row is a line of cells separated by one tab, and an empty line
separates blocks. Words have no positions, so all boxes and page sizes are zero.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.documents.content.parsed import Block, BlockKind, Cell, ParsedPage, Row, Words

PAGE_AIM = 3_500
"""The number of characters of a page if the file has no page breaks. A printed page of a filing has about as many."""

_PAGE_MOST = 12_000
_WORD = re.compile(r"\S+")
_UNWANTED = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u200c\u2060\ufeff\ufffe\uffff\ud800-\udfff]"
)


@dataclass(frozen=True, slots=True)
class FlowRow:
    """A table's row: (column, text) from left to right. No text is empty or contains a tab or line end."""

    cells: tuple[tuple[int, str], ...]
    is_header: bool = False

    def text(self) -> str:
        return "\t".join(text for _, text in self.cells)


@dataclass(frozen=True, slots=True)
class FlowBlock:
    """A block. A heading or paragraph has `text`; a table has `rows`."""

    kind: BlockKind
    text: str = ""
    level: int = 0
    rows: tuple[FlowRow, ...] = ()

    def length(self) -> int:
        return sum(len(row.text()) + 1 for row in self.rows) if self.rows else len(self.text) + 2


@dataclass(frozen=True, slots=True)
class PageBreak:
    """A page break in the file."""


def clean_text(text: str) -> str:
    """Remove control characters and invisible marks, except tabs and line ends."""
    return _UNWANTED.sub("", text)


def compose_pages(flow: Iterable[FlowBlock | PageBreak]) -> tuple[ParsedPage, ...]:
    """Split the blocks at page breaks, and split long pages between blocks. Empty pages are dropped."""
    sheets: list[list[FlowBlock]] = [[]]
    for item in flow:
        if isinstance(item, PageBreak):
            sheets.append([])
        elif item.length() > 2:
            sheets[-1].append(item)
    own_breaks = sum(1 for sheet in sheets if sheet) > 1
    pages: list[ParsedPage] = []
    for sheet in sheets:
        for blocks in _cut_sheet(sheet, most=_PAGE_MOST if own_breaks else PAGE_AIM):
            pages.append(_compose(len(pages) + 1, blocks))
    return tuple(pages)


def _cut_sheet(sheet: Sequence[FlowBlock], *, most: int) -> Iterator[list[FlowBlock]]:
    """Yield a sheet's pages. A sheet is all blocks between two page breaks.

    A sheet of more than `most` characters is split into pages of about PAGE_AIM. A heading stays with the next block.
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
        return
    if block.rows:
        held: list[FlowRow] = []
        size = 0
        for row in block.rows:
            if held and size + len(row.text()) > PAGE_AIM:
                yield replace(block, rows=tuple(held))
                held, size = [], 0
            held.append(row)
            size += len(row.text()) + 1
        yield replace(block, rows=tuple(held))
        return
    start = 0
    while start < len(block.text):
        end = min(start + PAGE_AIM, len(block.text))
        if end < len(block.text):
            cut = max(block.text.rfind(mark, start + PAGE_AIM // 2, end) for mark in ("\n", " "))
            end = cut + 1 if cut > 0 else end
        part = block.text[start:end].strip()
        if part:
            yield replace(block, text=part)
        start = end


def _compose(number: int, blocks: Sequence[FlowBlock]) -> ParsedPage:
    parts: list[str] = []
    made: list[Block] = []
    position = 0
    for block in blocks:
        if parts:
            parts.append("\n\n")
            position += 2
        start = position
        rows: list[Row] = []
        for row in block.rows:
            if rows:
                parts.append("\n")
                position += 1
            cells: list[Cell] = []
            row_start = position
            for column, text in row.cells:
                if cells:
                    parts.append("\t")
                    position += 1
                cells.append(Cell(position, position + len(text), column))
                parts.append(text)
                position += len(text)
            rows.append(Row(row_start, position, tuple(cells), is_header=row.is_header))
        if not block.rows:
            parts.append(block.text)
            position += len(block.text)
        made.append(Block(block.kind, start, position, block.level, tuple(rows)))
    text = "".join(parts)
    return ParsedPage(number, text, 0.0, 0.0, _words(text), tuple(made))


def _words(text: str) -> Words:
    spans = np.array([found.span() for found in _WORD.finditer(text)], np.int32).reshape(-1, 2)
    return Words(spans=spans, boxes=np.zeros((len(spans), 4), np.float32))
