"""Numbers the columns of a table by its printed cells.

Filings print one column in several: one for "$", one for the figure, one for ")", one for space. Neighbouring columns
are one if some cell covers both, and no row has two cells there.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Protocol


class Extent(Protocol):
    """A cell's place: `left` to `right` (exclusive), in any unit, and its number of rows."""

    @property
    def left(self) -> int: ...
    @property
    def right(self) -> int: ...
    @property
    def row_span(self) -> int: ...


Span = tuple[int, int]
"""The first interval and the one after the last. Intervals are what is between two edges of cells."""


def place_columns(rows: Sequence[Sequence[Extent]]) -> tuple[list[list[Span]], int]:
    """Return each cell's column and number of columns, and the number of the table's columns."""
    edges = sorted({edge for row in rows for cell in row for edge in (cell.left, cell.right)})
    if not edges:
        return [], 0
    at = {edge: index for index, edge in enumerate(edges)}
    spans = [[(at[cell.left], at[cell.right]) for cell in row] for row in rows]
    groups, kept = _groups(rows, spans, len(edges) - 1)
    placed: list[list[Span]] = []
    for row in spans:
        found: list[Span] = []
        free = 0
        for first, end in row:
            begin = max(bisect_left(kept, groups[first]), free)
            free = max(bisect_left(kept, groups[end - 1] + 1), begin + 1)
            found.append((begin, free - begin))
        placed.append(found)
    return placed, max(column + span for found in placed for column, span in found)


def _groups(
    rows: Sequence[Sequence[Extent]], spans: Sequence[Sequence[Span]], width: int
) -> tuple[list[int], list[int]]:
    """Return the column of each interval, and the columns that are kept.

    A column is kept if a cell beside others covers it, or if a cell alone in its row covers no other column.
    """
    apart = [-1] * (width + 1)  # the last interval of a cell that has a neighbour beginning here
    used = [0] * (width + 1)  # how many more cells beside others cover an interval than the one before it
    linked = [0] * (width + 1)  # the same, for cells that cover the interval and the one before it
    for row in _with_cells_above(rows, spans):
        for (_, end), (first, _) in pairwise(row):
            apart[first] = max(apart[first], end - 1)
        if len(row) > 1:
            for first, end in row:
                used[first] += 1
                used[end] -= 1
                linked[first + 1] += 1
                linked[end] -= 1
    groups: list[int] = []
    kept: list[int] = []
    covering = linking = start = 0
    for index in range(width):
        covering += used[index]
        linking += linked[index]
        if not index or not linking or apart[index] >= start:
            start = index
        groups.append(start)
        if covering and (not kept or kept[-1] != start):
            kept.append(start)
    alone = {groups[first] for row in spans for first, end in row if not _covers(kept, groups[first], groups[end - 1])}
    return groups, sorted({*kept, *alone})


def _covers(kept: Sequence[int], first: int, last: int) -> bool:
    return bisect_left(kept, first) < bisect_left(kept, last + 1)


def _with_cells_above(rows: Sequence[Sequence[Extent]], spans: Sequence[Sequence[Span]]) -> Iterator[list[Span]]:
    """Yield the spans of each row's cells, with those of cells that reach into the row from above."""
    above: list[tuple[int, Span]] = []
    for index, row in enumerate(rows):
        above = [(end, span) for end, span in above if end > index]
        yield sorted([*spans[index], *(span for _, span in above)]) if above else list(spans[index])
        above += [
            (index + cell.row_span, span) for cell, span in zip(row, spans[index], strict=True) if cell.row_span > 1
        ]
