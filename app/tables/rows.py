"""The rows of a table that have figures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from app.quantities.values import Kind, Quantity
from app.tables.model import Cell, CellKind, Table

_MOST_OF_LABEL = 90  # characters
_WITHOUT_NUMBER = (Kind.TEXT, Kind.NOT_MEANINGFUL)


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

    def spans(self, page: int) -> Iterator[tuple[int, int]]:
        """Yield the spans of the row's cells on a page."""
        for cell in (*self.labels, *self.figures):
            if cell.page == page:
                yield from cell.spans


def list_figure_rows(table: Table, *, page: int | None = None) -> Sequence[FigureRow]:
    """List a table's rows with a label and figures, in order; by default of all its pages. Cells without
    a place in a page's text are left out.
    """
    return table.once((list_figure_rows.__name__, page), lambda: tuple(_read_figure_rows(table, page)))


def _read_figure_rows(table: Table, page: int | None) -> Iterator[FigureRow]:
    cells: dict[int, list[Cell]] = {}
    for cell in table.cells:
        if cell.spans and (page is None or cell.page == page):
            cells.setdefault(cell.row, []).append(cell)
    for row in cells.values():
        figures = tuple(cell for cell in row if is_figure(cell))
        if figures and figures[0].label_path:
            labels = tuple(cell for cell in row if cell.kind is CellKind.LABEL)
            yield FigureRow(table, labels, figures, figures[0].label_path)


def is_figure(cell: Cell) -> bool:
    """Return whether a cell has a number, nil included."""
    return cell.kind is CellKind.FIGURE and cell.value is not None and cell.value.kind not in _WITHOUT_NUMBER


def quantity_of(cell: Cell) -> Quantity:
    """Return the value of a cell for which `is_figure` holds."""
    assert cell.value is not None
    return cell.value
