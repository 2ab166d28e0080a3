"""A table of a document, as people read it. Positions are rows and columns from 0, and offsets in pages' texts."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from app.documents.content.parsed import Box
from app.quantities.periods import Period
from app.quantities.values import Quantity

T = TypeVar("T")


class CellKind(StrEnum):
    """What a cell does in its table. NOTE is a reference in a column of notes ("Note", "Ref.")."""

    HEADING = "heading"
    LABEL = "label"
    FIGURE = "figure"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with text. Empty cells are absent.

    It covers the rows `row` to `row + row_span` and the columns `column` to `column + column_span` (exclusive). Its
    text is the parts `spans` of the text of page `page` (from 1), joined by blanks, without footnote marks. `box` is in
    points on that page, or None for formats without positions.

    `header_path` has the headings over a figure, outermost first; `label_path` has the row's label and the labels above
    it in the hierarchy, outermost first. `value` is None for headings and labels. `period` is the period that the
    headings, the title or the lines above state for a figure, or None.
    """

    row: int
    column: int
    row_span: int
    column_span: int
    text: str
    page: int
    spans: tuple[tuple[int, int], ...]
    kind: CellKind
    box: Box | None = None
    marks: tuple[str, ...] = ()
    header_path: tuple[str, ...] = ()
    label_path: tuple[str, ...] = ()
    value: Quantity | None = None
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class Footnote:
    """The text that a mark leads to: `spans` of the text of page `page`, without the mark."""

    mark: str
    text: str
    page: int
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table. `number` counts from 1 in its document. A table that continues over a page has several `pages`.

    `title` is the nearest heading or caption; `lines_above` are the lines between it and the table; `units_line` is the
    line that states units for the whole table ("in millions, except per share amounts").

    `derived` has values computed from the table, by the name of what they are (see `once`).
    """

    number: int
    pages: tuple[int, ...]
    rows: int
    columns: int
    cells: tuple[Cell, ...]
    title: str | None = None
    lines_above: tuple[str, ...] = ()
    units_line: str | None = None
    caption: str | None = None
    footnotes: tuple[Footnote, ...] = ()
    derived: dict[Hashable, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    def once(self, name: Hashable, compute: Callable[[], T]) -> T:
        """Return a value that depends on this table and `name` only. It is computed once, and kept with the table."""
        if name not in self.derived:
            self.derived[name] = compute()
        value: T = self.derived[name]
        return value


@dataclass(frozen=True, slots=True)
class ListedTable:
    """A table in a list, without its cells. The fields are those of `Table`."""

    number: int
    pages: tuple[int, ...]
    title: str | None
    units_line: str | None
    rows: int
    columns: int
