"""The rows of a table, with their figures by column."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from app.tables.model import Cell, CellKind, Table
from app.tables.rows import is_figure


@dataclass(frozen=True)
class Row:
    """A row. `figures` are its cells with numbers, and none for the name of a group.

    `label_path` has the labels above it in the hierarchy, outermost first, and its own label last. That is "" for a
    subtotal without a label.
    """

    table: Table
    number: int
    label_path: tuple[str, ...]
    figures: tuple[Cell, ...]
    indent: float = 0.0

    @property
    def label(self) -> str:
        """The row's own label."""
        return self.label_path[-1]

    @cached_property
    def by_column(self) -> dict[int, Cell]:
        return {cell.column: cell for cell in self.figures}


def list_rows(table: Table) -> list[Row]:
    """List the rows with labels, in order. A row whose table has labels in its middle counts once a side.

    Cells without a place in a page's text are left out.
    """
    cells: dict[int, list[Cell]] = {}
    for cell in table.cells:
        if cell.spans and cell.kind is not CellKind.HEADING:
            cells.setdefault(cell.row, []).append(cell)
    rows: list[Row] = []
    for number, own in sorted(cells.items()):
        labels = [cell for cell in own if cell.kind is CellKind.LABEL]
        figures = [cell for cell in own if is_figure(cell)]
        if figures and not any(cell.label_path for cell in figures):
            rows.append(Row(table, number, ("",), tuple(figures), _indent(labels)))
        elif figures:
            for path in dict.fromkeys(cell.label_path for cell in figures if cell.label_path):
                side = tuple(cell for cell in figures if cell.label_path == path)
                rows.append(Row(table, number, path, side, _indent(labels)))
        elif labels:
            rows.append(Row(table, number, (" ".join(cell.text for cell in labels),), (), _indent(labels)))
    return _side_by_side(rows)


def _side_by_side(rows: list[Row]) -> list[Row]:
    """Return the rows of a table with labels in its middle side by side: first all of the left side."""
    numbers = Counter(row.number for row in rows if row.figures)
    right = [row.figures[0].column for at, row in enumerate(rows) if at and row.number == rows[at - 1].number]
    if 2 * sum(count > 1 for count in numbers.values()) < len(numbers) or not right:
        return rows
    edge = min(right)
    return sorted(rows, key=lambda row: bool(row.figures) and row.figures[0].column >= edge)


def _indent(labels: Sequence[Cell]) -> float:
    return next((cell.box[0] for cell in labels if cell.box is not None), 0.0)
