"""The tables of a part of a flow as rows and columns of text."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.documents.content.parsed import Block, BlockKind, ParsedPage
from workers.extraction.fields.agreements.joined import JoinedText

_MAX_CELLS = 4_000


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row: its cells' texts by column (merged cells repeat), at `start` to `end` of its page's text."""

    cells: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class FlowTable:
    """A table on page `page` (index), at `start` to `end` of the page's text."""

    page: int
    start: int
    end: int
    rows: tuple[GridRow, ...]


def find_tables(flow: JoinedText, start: int, end: int) -> Iterator[FlowTable]:
    """Yield the tables that begin between `start` and `end` of the flow, in order."""
    numbers = {page.number: index for index, page in enumerate(flow.pages)}
    for quote in flow.evidence(start, end):
        index = numbers[quote.page]
        page = flow.pages[index]
        for block in page.blocks:
            if block.kind is BlockKind.TABLE and quote.start <= block.start < quote.end:
                yield FlowTable(index, block.start, block.end, tuple(_rows(page, block)))


def _rows(page: ParsedPage, block: Block) -> Iterator[GridRow]:
    grid = block.grid
    if grid is None or grid.rows * grid.columns > _MAX_CELLS:
        for line in block.rows:
            cells = tuple(" ".join(page.text[cell.start : cell.end].split()) for cell in line.cells)
            yield GridRow(cells, line.start, line.end)
        return
    rows = [[""] * grid.columns for _ in range(grid.rows)]
    bounds: list[tuple[int, int] | None] = [None] * grid.rows
    for cell in grid.cells:
        text = " ".join(" ".join(page.text[start:end] for start, end in cell.spans).split())
        for row in range(cell.row, min(cell.row + cell.row_span, grid.rows)):
            for column in range(cell.column, min(cell.column + cell.column_span, grid.columns)):
                rows[row][column] = text
        if cell.spans:
            known = bounds[cell.row]
            first, last = min(start for start, _ in cell.spans), max(stop for _, stop in cell.spans)
            bounds[cell.row] = (min(first, known[0]), max(last, known[1])) if known else (first, last)
    for texts, bound in zip(rows, bounds, strict=True):
        if bound is not None and any(texts):
            yield GridRow(tuple(texts), *bound)
