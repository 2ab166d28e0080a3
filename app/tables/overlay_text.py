"""Place the text and the tables of a page without positions, for its overlay, in characters of equal width."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from app.documents.content.parsed import Box
from app.tables.model import Cell, Table

_MAX_CHARACTERS = 100_000
_MAX_CELLS, _MAX_COLUMNS, _WIDEST = 5_000, 200, 48
"""Limits of a drawn grid: cells, columns, and characters of a column."""

_MARGIN = 10.0
_CHARACTER, _LINE, _TAB = 6.0, 14.0, 4
"""Width of a character and height of a line, in points, and characters per tab stop."""


@dataclass(frozen=True, slots=True)
class TextLayout:
    """The lines of a text. `places[i]` are the columns of the characters of line i, and of its end."""

    starts: tuple[int, ...]
    lines: tuple[str, ...]
    places: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, text: str) -> "TextLayout":
        lines = tuple(text[:_MAX_CHARACTERS].replace("\r", " ").split("\n"))
        starts = tuple(accumulate((len(line) + 1 for line in lines[:-1]), initial=0))
        return cls(starts, lines, tuple(map(_columns, lines)))

    @property
    def width(self) -> float:
        return 2 * _MARGIN + _CHARACTER * max(places[-1] for places in self.places)

    @property
    def height(self) -> float:
        return 2 * _MARGIN + _LINE * len(self.lines)

    def boxes(self, start: int, end: int) -> Iterator[Box]:
        """Yield the box of a part of the text on each of its lines."""
        for line in range(bisect_right(self.starts, start) - 1, bisect_left(self.starts, end)):
            first, places = self.starts[line], self.places[line]
            one, other = max(start - first, 0), min(end - first, len(places) - 1)
            if one < other:
                yield _box(places[one], _MARGIN + _LINE * line, places[other] - places[one])

    def list_lines(self) -> Iterator[tuple[str, Box]]:
        """Yield the lines with text, tabs expanded, and their boxes."""
        for line, (text, places) in enumerate(zip(self.lines, self.places, strict=True)):
            if text.strip():
                yield text.expandtabs(_TAB), _box(0, _MARGIN + _LINE * line, places[-1])


@dataclass(frozen=True, slots=True)
class GridLayout:
    """A table's cells and their texts, in the rows and columns that were read. `right`, `bottom`: the ends of it."""

    cells: list[tuple[Cell, Box]]
    lines: list[tuple[str, Box]]
    right: float
    bottom: float


def place_in_grid(table: Table, page: int, *, top: float) -> GridLayout:
    """Place the table's cells on page number `page` below `top`, except those of very large tables."""
    cells = [cell for cell in table.cells if cell.page == page]
    if not cells or len(cells) > _MAX_CELLS or table.columns > _MAX_COLUMNS:
        return GridLayout([], [], 0.0, top)
    edges = _edges(cells, table.columns)
    order = {row: line for line, row in enumerate(sorted({cell.row for cell in cells}))}
    last = len(order)
    placed, lines = [], []
    for cell in cells:
        left, right = edges[cell.column], edges[cell.column + cell.column_span]
        y = top + _LINE * order[cell.row]
        rows = max(order.get(cell.row + cell.row_span, last) - order[cell.row], 1)
        x0, y0, x1, y1 = _box(left, y, right - left - 1)
        placed.append((cell, (x0, y0, x1, y1 + _LINE * (rows - 1))))
        fitting = cell.text if len(cell.text) < right - left else f"{cell.text[: right - left - 2]}…"
        lines.append((fitting, _box(left, y, len(fitting))))
    return GridLayout(placed, lines, 2 * _MARGIN + _CHARACTER * edges[-1], top + _LINE * (last + 2))


def _edges(cells: list[Cell], columns: int) -> list[int]:
    """Return where each column begins, in characters, and where the last one ends."""
    ending: dict[int, list[Cell]] = defaultdict(list)
    for cell in cells:
        ending[cell.column + cell.column_span].append(cell)
    edges = [0]
    for end in range(1, columns + 1):
        needed = [edges[cell.column] + min(len(cell.text), _WIDEST) + 2 for cell in ending[end]]
        edges.append(max([edges[-1] + 2, *needed]))
    return edges


def _box(column: int, y: float, length: int) -> Box:
    x = _MARGIN + _CHARACTER * column
    return x, y + 1, x + _CHARACTER * length, y + _LINE - 1


def _columns(line: str) -> tuple[int, ...]:
    columns, at = [0], 0
    for character in line:
        at += _TAB - at % _TAB if character == "\t" else 1
        columns.append(at)
    return tuple(columns)
