"""The tables of the retrieved pages, as rows of cells that a claim can cite."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

from app.answers.claims import PageKey
from app.tables.model import Cell, Table
from app.tables.rows import FigureRow, list_figure_rows

PageTables = Mapping[PageKey, Sequence[Table]]
"""The tables with cells on a page, by page key, in the order of the document."""

Span = tuple[int, int]


class EvidenceTables:
    """The tables of the pages of one answer. Thread-safe."""

    def __init__(self, tables: PageTables) -> None:
        self._tables = tables
        self._rows: dict[PageKey, tuple[list[int], list[FigureRow]]] = {}

    @classmethod
    def none(cls) -> "EvidenceTables":
        return cls({})

    def rows_between(self, key: PageKey, start: int, end: int) -> Sequence[FigureRow]:
        """List the rows with figures that begin between two offsets of a page, in the page's order."""
        starts, rows = self._rows_of(key)
        return [row for at, row in zip(starts, rows, strict=True) if start <= at < end]

    def row_at(self, key: PageKey, offset: int) -> FigureRow | None:
        """Return the row with figures one of whose cells is at an offset of a page."""
        starts, rows = self._rows_of(key)
        for row in reversed(rows[: bisect_right(starts, offset)]):
            if any(start <= offset < end for start, end in row.spans(key[1])):
                return row
        return None

    def cells_between(self, key: PageKey, start: int, end: int) -> Iterator[Cell]:
        """Yield the cells of a page that lie completely between two offsets."""
        for table in self._tables.get(key, ()):
            for cell in table.cells:
                if cell.page == key[1] and cell.spans and start <= cell.spans[0][0] and cell.spans[-1][1] <= end:
                    yield cell

    def covered(self, key: PageKey) -> Sequence[Span]:
        """List the parts of a page that the rows of tables cover, in order."""
        spans: dict[tuple[int, int], list[Span]] = {}
        for table in self._tables.get(key, ()):
            for cell in table.cells:
                if cell.page == key[1]:
                    spans.setdefault((table.number, cell.row), []).extend(cell.spans)
        return sorted((min(start for start, _ in row), max(end for _, end in row)) for row in spans.values() if row)

    def _rows_of(self, key: PageKey) -> tuple[list[int], list[FigureRow]]:
        if key not in self._rows:
            found = [row for table in self._tables.get(key, ()) for row in list_figure_rows(table, page=key[1])]
            placed = sorted(((min(row.spans(key[1]))[0], row) for row in found), key=lambda pair: pair[0])
            self._rows[key] = ([start for start, _ in placed], [row for _, row in placed])
        return self._rows[key]
