"""Finds the cells at given places of a document, by aligning its true tokens with the pages that were read."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.tables.model import Cell, Table
from evals.datasets.tokens import tokenise
from evals.scoring.alignment import align


@dataclass(frozen=True, slots=True)
class Found:
    """A cell, and its table."""

    table: Table
    cell: Cell


def find_cells(
    tokens: Sequence[str], places: Iterable[int], pages: Mapping[int, str], tables: Sequence[Table]
) -> list[Found | None]:
    """Return for each place (the number of a token) the cell that contains this token, or None.

    `tokens` are those of the document's visible text, and `pages` the texts of the pages that were read, by number.
    """
    read = [(page, token) for page in sorted(pages) for token in tokenise(pages[page])]
    matched = align(tokens, [token.text for _, token in read])
    index = _CellIndex(tables)
    return [
        None if matched[place] < 0 else index.find(read[matched[place]][0], read[matched[place]][1].start)
        for place in places
    ]


class _CellIndex:
    """Finds the cell that contains an offset of a page."""

    def __init__(self, tables: Sequence[Table]) -> None:
        spans: dict[int, list[tuple[int, int, Found]]] = {}
        for table in tables:
            for cell in table.cells:
                for start, end in cell.spans:
                    spans.setdefault(cell.page, []).append((start, end, Found(table, cell)))
        self._spans = {page: sorted(found, key=lambda span: span[:2]) for page, found in spans.items()}
        self._starts = {page: [span[0] for span in found] for page, found in self._spans.items()}

    def find(self, page: int, offset: int) -> Found | None:
        before = bisect_right(self._starts.get(page, []), offset) - 1
        if before < 0:
            return None
        _, end, found = self._spans[page][before]
        return found if offset < end else None
