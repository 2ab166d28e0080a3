"""The tables of the retrieved pages, as rows of cells that a claim can cite."""

from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from app.answers.claims import PageKey
from app.tables.model import Cell, Table
from app.tables.rows import FigureRow, is_figure, list_figure_rows

PageTables = Mapping[PageKey, Sequence[Table]]
"""The tables with cells on a page, by page key, in the order of the document."""

Span = tuple[int, int]


class TablesWithin(Mapping[PageKey, Sequence[Table]]):
    """The tables of some of the pages. As those of all pages, they are decoded when they are first asked for."""

    def __init__(self, tables: PageTables, pages: Container[PageKey]) -> None:
        self._tables = tables
        self._keys = {key: None for key in tables if key in pages}

    def __getitem__(self, key: PageKey) -> Sequence[Table]:
        if key not in self:
            raise KeyError(key)
        return self._tables[key]

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __iter__(self) -> Iterator[PageKey]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


class _Figures(NamedTuple):
    """The spans of a page's figures by their starts. `ends[i]` is the last end of the first i + 1 spans."""

    starts: list[int]
    ends: list[int]
    spans: list[tuple[int, int, Cell]]


class EvidenceTables:
    """The tables of the pages of one answer. Thread-safe."""

    def __init__(self, tables: PageTables) -> None:
        self._tables = tables
        self._rows: dict[PageKey, tuple[list[int], list[FigureRow]]] = {}
        self._figures: dict[PageKey, _Figures] = {}
        self._covered: dict[PageKey, list[Span]] = {}

    @classmethod
    def none(cls) -> "EvidenceTables":
        return cls({})

    def all_tables(self) -> PageTables:
        """Return the tables by page."""
        return self._tables

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

    def figures_in(self, key: PageKey, start: int, end: int) -> list[Cell]:
        """List the figures of a page that have text between two offsets. A figure that is cut is listed, too: its
        digits without its sign, or a part of them, are not its number.
        """
        figures = self._figures_of(key)
        first, last = bisect_right(figures.ends, start), bisect_left(figures.starts, end)
        found = {id(cell): cell for _, stop, cell in figures.spans[first:last] if stop > start}
        return list(found.values())

    def covered(self, key: PageKey) -> Sequence[Span]:
        """List the parts of a page that the rows of tables cover, in order."""
        if key not in self._covered:
            spans: dict[tuple[int, int], list[Span]] = {}
            for table in self._tables.get(key, ()):
                for cell in table.cells:
                    if cell.page == key[1] and cell.spans:
                        spans.setdefault((table.number, cell.row), []).extend(cell.spans)
            rows = spans.values()
            self._covered[key] = sorted((min(start for start, _ in row), max(end for _, end in row)) for row in rows)
        return self._covered[key]

    def _figures_of(self, key: PageKey) -> _Figures:
        if key not in self._figures:
            cells = [cell for table in self._tables.get(key, ()) for cell in table.cells if cell.page == key[1]]
            spans = sorted(
                ((start, end, cell) for cell in cells if is_figure(cell) for start, end in cell.spans),
                key=lambda span: span[:2],
            )
            ends = list(accumulate((end for _, end, _ in spans), max))
            self._figures[key] = _Figures([start for start, _, _ in spans], ends, spans)
        return self._figures[key]

    def _rows_of(self, key: PageKey) -> tuple[list[int], list[FigureRow]]:
        if key not in self._rows:
            found = [row for table in self._tables.get(key, ()) for row in list_figure_rows(table, page=key[1])]
            placed = sorted(((min(row.spans(key[1]))[0], row) for row in found), key=lambda pair: pair[0])
            self._rows[key] = ([start for start, _ in placed], [row for _, row in placed])
        return self._rows[key]
