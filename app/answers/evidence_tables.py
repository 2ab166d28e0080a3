"""The tables of the retrieved pages, as rows of cells that a claim can cite."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from app.answers.claims import PageKey
from app.quantities.values import Kind, Quantity
from app.tables.model import Cell, CellKind, Table

PageTables = Mapping[PageKey, Sequence[Table]]
"""The tables with cells on a page, by page key, in the order of the document."""

Span = tuple[int, int]

_MOST_OF_LABEL = 90  # characters
_UNTYPED = (Kind.TEXT, Kind.NOT_MEANINGFUL)


@dataclass(frozen=True)
class FigureRow:
    """A row of a table with its figures. `label_path` has its labels, outermost first."""

    table: Table
    labels: tuple[Cell, ...]
    figures: tuple[Cell, ...]
    label_path: tuple[str, ...]

    @cached_property
    def label(self) -> str:
        """The row's label, after those of its groups as long as they are short."""
        shown = ""
        for part in reversed(self.label_path):
            text = part.strip().rstrip(":").strip()
            longer = f"{text}: {shown}" if shown else text
            if shown and len(longer) > _MOST_OF_LABEL:
                break
            shown = longer
        return shown

    def spans(self, page: int) -> Iterator[Span]:
        """Yield the spans of the row's cells on a page."""
        for cell in (*self.labels, *self.figures):
            if cell.page == page:
                yield from cell.spans


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
            found = sorted(
                ((start, row) for table in self._tables.get(key, ()) for start, row in _rows(table, key[1])),
                key=lambda pair: pair[0],
            )
            self._rows[key] = ([start for start, _ in found], [row for _, row in found])
        return self._rows[key]


def is_figure(cell: Cell) -> bool:
    """Return whether a cell has a number, nil included."""
    return cell.kind is CellKind.FIGURE and cell.value is not None and cell.value.kind not in _UNTYPED


def quantity_of(cell: Cell) -> Quantity:
    """Return the value of a cell for which `is_figure` holds."""
    assert cell.value is not None
    return cell.value


def _rows(table: Table, page: int) -> Iterator[tuple[int, FigureRow]]:
    """Yield the table's rows with figures on a page, each with the offset of its first cell there."""
    cells: dict[int, list[Cell]] = {}
    for cell in table.cells:
        if cell.page == page:
            cells.setdefault(cell.row, []).append(cell)
    for row in cells.values():
        figures = tuple(cell for cell in row if is_figure(cell))
        if not figures or not figures[0].label_path:
            continue
        labels = tuple(cell for cell in row if cell.kind is CellKind.LABEL)
        start = min(cell.spans[0][0] for cell in (*labels, *figures) if cell.spans)
        yield start, FigureRow(table, labels, figures, figures[0].label_path)
