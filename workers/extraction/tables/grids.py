"""Collects the grids of a document with their texts, and joins grids that go on over a page."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.documents.content.parsed import BlockKind, Grid, GridCell, ParsedDocument, ParsedPage
from workers.extraction.tables.cells import Form, TextCell
from workers.extraction.tables.forms import Forms

_MOST_OF_FORM = 400
"""Characters of a cell that are looked at for its form. Longer texts are words."""


@dataclass(slots=True, eq=False)
class PageGrid:
    """A grid on its page: block `block` of page `page`. `rows` are its cells by row."""

    page: ParsedPage
    block: int
    grid: Grid
    rows: list[list[TextCell]]

    @property
    def is_first(self) -> bool:
        return not any(block.kind is BlockKind.TABLE for block in self.page.blocks[: self.block])


def read_grids(parsed: ParsedDocument, forms: Forms) -> Iterator[PageGrid]:
    """Yield the document's grids that have cells."""
    for page in parsed.pages:
        for at, block in enumerate(page.blocks):
            if block.grid is not None and block.grid.cells:
                yield PageGrid(page, at, block.grid, _rows(page, block.grid, forms))


def _rows(page: ParsedPage, grid: Grid, forms: Forms) -> list[list[TextCell]]:
    rows: list[list[TextCell]] = [[] for _ in range(1 + max(cell.row for cell in grid.cells))]
    for source in grid.cells:
        cell = _text_cell(source, page, forms)
        if cell.text:
            rows[source.row].append(cell)
    for row in rows:
        row.sort(key=lambda cell: cell.left)
    return rows


def _text_cell(source: GridCell, page: ParsedPage, forms: Forms) -> TextCell:
    parts = source.spans
    raw = page.text[slice(*parts[0])] if len(parts) == 1 else " ".join(page.text[start:end] for start, end in parts)
    text = " ".join(raw.split())
    return TextCell(
        source=source,
        page=page.number,
        row=source.row,
        left=source.column,
        right=source.column + max(1, source.column_span),
        text=text,
        form=forms.of(text) if len(text) <= _MOST_OF_FORM else Form.WORDS,
        spans=parts,
        marks=source.marks,
    )
