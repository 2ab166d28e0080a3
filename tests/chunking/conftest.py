"""A fixture that builds parsed documents from paragraphs, headings and tables."""

from collections.abc import Callable, Sequence

import pytest

from app.documents.content.parsed import Block, BlockKind, Cell, ParsedDocument, ParsedPage, Row, Words

Part = str | tuple[int, str] | Sequence[Sequence[str]]


def page_of(number: int, parts: Sequence[Part]) -> ParsedPage:
    """Build a page. A text becomes a paragraph, (level, text) becomes a heading, and a list of rows becomes a table."""
    text = ""
    blocks: list[Block] = []
    for part in parts:
        text += "\n\n" if text else ""
        start = len(text)
        if isinstance(part, str):
            text += part
            blocks.append(Block(BlockKind.PARAGRAPH, start, len(text)))
        elif isinstance(part, tuple):
            level, title = part
            text += title
            blocks.append(Block(BlockKind.HEADING, start, len(text), level=level))
        else:
            rows: list[Row] = []
            for cells in part:
                text += "\n" if rows else ""
                row_start, made = len(text), []
                for column, cell in enumerate(cells):
                    if not cell:
                        continue
                    text += "\t" if made else ""
                    made.append(Cell(len(text), len(text) + len(cell), column))
                    text += cell
                rows.append(Row(row_start, len(text), tuple(made)))
            blocks.append(Block(BlockKind.TABLE, start, len(text), rows=tuple(rows)))
    return ParsedPage(number, text, 612.0, 792.0, Words.none(), tuple(blocks))


@pytest.fixture
def make_document() -> Callable[..., ParsedDocument]:
    """Return a function that builds a document from pages. Each page is a list of parts for `page_of`."""

    def make(*pages: Sequence[Part]) -> ParsedDocument:
        numbered = tuple(page_of(number, parts) for number, parts in enumerate(pages, 1))
        return ParsedDocument("application/pdf", "test", numbered)

    return make
