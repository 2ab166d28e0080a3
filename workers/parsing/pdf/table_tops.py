"""Finds the first line of a table: the headings above its figures, and the labels between them."""

import re

from workers.parsing.pdf.labels import overlaps
from workers.parsing.pdf.pieces import TableRow
from workers.parsing.pdf.row_kinds import CLEAR, MAX_LABELS, OVERHANG, RowKind, figures_left

_TITLE = re.compile(r"\b(?:consolidated|statements?|balance sheets?|schedule)\b", re.IGNORECASE)
_UNITS = re.compile(r"\(.*\)")
_MAX_HEADINGS = 14
_MAX_HEADING_WIDTH = 260
_MAX_GAP = 3.0
"""The maximum gap between headings and figures, in line heights."""
_SAME_EDGE = 2.0
"""The maximum difference between edges or centres of the lines of one heading, in points."""


def are_numbers_of_headings(row: TableRow, below: TableRow, left: float) -> bool:
    """Return whether numbers without a label are the upper lines of the headings below ("30-59" over "days")."""
    return (
        row.cells[0].x0 > left - OVERHANG / 2
        and below.cells[0].x0 > left - OVERHANG / 2
        and below.lines[0].y0 - row.lines[0].y1 < row.lines[0].size / 2
        and not any(cell.is_number for cell in below.cells)
        and not any(sign in cell.text for cell in row.cells for sign in "$€£¥,()")
    )


def table_start(rows: list[TableRow], kinds: list[RowKind], done: int, index: int, end: int) -> int:
    """Return the first line of the table with figures in `index` to `end`, and mark the headings above the figures.

    A heading has several cells, or a single cell above the figures. Labels may stand between headings and figures.
    """
    figures = [row for row, kind in zip(rows[index:end], kinds[index:end], strict=True) if kind is RowKind.FIGURES][:8]
    left = min(figures_left([row]) for row in figures)
    right = max(row.cells[-1].x1 for row in figures)
    words = [(cell.x0, cell.x1) for row in figures for cell in row.cells[1:] if not cell.is_number]
    ends = [cell.x1 for row in figures for cell in row.cells if cell.is_number]
    while index > done and overlaps(rows[index - 1], rows[index]):
        index -= 1
    headings: list[int] = []
    labels = 0
    for position in range(index - 1, done - 1, -1):
        row, below = rows[position], rows[position + 1]
        gap = below.lines[0].y0 - row.lines[0].y1
        is_prose = kinds[position] is RowKind.PROSE and row.lines[0].x1 > left - CLEAR
        is_heading = bool(headings) and are_numbers_of_headings(row, below, left)
        if (kinds[position] is RowKind.FIGURES and not is_heading) or is_prose or gap > _MAX_GAP * row.lines[0].size:
            break
        if len(headings) >= _MAX_HEADINGS or labels > MAX_LABELS:
            break
        is_upper = headings[-1:] == [position + 1] and _is_upper_line(row, below, left)
        if is_upper or _is_over(row, left, right, words) or _end_where_figures_end(row, ends):
            headings.append(position)
            labels = 0
        elif len(row.cells) > 1 or row.cells[0].x1 > left + OVERHANG or (headings and gap > row.lines[0].size):
            break
        else:
            labels += 1
    titles = [place for place, at in enumerate(headings) if len(rows[at].cells) == 1 and _TITLE.search(_text(rows[at]))]
    del headings[min(titles, default=len(headings)) :]
    while headings and _UNITS.fullmatch(_text(rows[headings[-1]])):
        headings.pop()
    for position in headings:
        rows[position].is_header = True
    if headings:
        return min(headings)
    start = index
    while start > done and len(rows[start - 1].cells) == 1 and _belongs(rows[start - 1], rows[start], left):
        start -= 1
    return start


def _text(row: TableRow) -> str:
    return " ".join(cell.text for cell in row.cells)


def _belongs(label: TableRow, row: TableRow, left: float) -> bool:
    """Return whether a line with a label belongs to the row below: it introduces the row, or the row continues it."""
    cell, below = label.cells[0], row.cells[0]
    near = row.lines[0].y0 - label.lines[0].y1 < 0.8 * row.lines[0].size
    return near and cell.x1 < left and (cell.text.endswith(":") or below.text[:1].islower())


def _is_upper_line(row: TableRow, below: TableRow, left: float) -> bool:
    """Return whether a single cell is the upper line of one of the headings below: it has the same edge or centre."""
    cell = row.cells[0]
    if len(row.cells) > 1 or len(below.cells) < 2 or below.lines[0].y0 - row.lines[0].y1 > 0.5 * row.lines[0].size:
        return False
    return any(
        head.x1 > left
        and min(abs(cell.x0 - head.x0), abs(cell.x1 - head.x1), abs(cell.x0 + cell.x1 - head.x0 - head.x1) / 2)
        < _SAME_EDGE
        for head in below.cells
    )


def _end_where_figures_end(row: TableRow, ends: list[float]) -> bool:
    """Return whether several cells all end where figures end: headings, however far they reach to the left."""
    return len(row.cells) > 1 and all(any(abs(cell.x1 - end) < _SAME_EDGE for end in ends) for cell in row.cells)


def _is_over(row: TableRow, left: float, right: float, words: list[tuple[float, float]]) -> bool:
    """Return whether the line's cells, except a label, stand over the figures from `left` to `right`, or over `words`
    in other columns.
    """
    first = row.cells[0]
    if len(row.cells) > 1:
        reaches = first.x0 < left - OVERHANG and first.x1 > left
        return not reaches and all(
            left - OVERHANG <= cell.x0 < right + OVERHANG or any(cell.x0 < x1 and x0 < cell.x1 for x0, x1 in words)
            for cell in row.cells[1:]
        )
    width = first.x1 - first.x0
    shared = min(first.x1, right) - max(first.x0, left)
    return (
        width < _MAX_HEADING_WIDTH
        and first.x1 < right + OVERHANG
        and (shared > 0.7 * width or first.x0 >= left - OVERHANG / 3)
    )
