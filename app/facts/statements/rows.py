"""The rows of a table, with their figures by column."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from app.tables.model import Cell, CellKind, Table
from app.tables.rows import is_figure


@dataclass(frozen=True)
class Row:
    """A row with a label. `figures` are its cells with numbers, and none for the name of a group.

    `label_path` has the labels above it in the hierarchy, outermost first, and its own label last.
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
        figures = [cell for cell in own if is_figure(cell) and cell.label_path]
        if figures:
            for path in dict.fromkeys(cell.label_path for cell in figures):
                side = tuple(cell for cell in figures if cell.label_path == path)
                rows.append(Row(table, number, path, side, _indent(labels)))
        elif labels:
            rows.append(Row(table, number, (" ".join(cell.text for cell in labels),), (), _indent(labels)))
    return rows


def _indent(labels: Sequence[Cell]) -> float:
    return next((cell.box[0] for cell in labels if cell.box is not None), 0.0)
